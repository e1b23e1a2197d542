#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/transaction.h"
#include "storage/account_marks.h"

namespace florin::actors {

/// Which holds expire when, and on which accounts: what is due is ended in pages, and a command
/// that names an account waits for the due holds on it only (docs/adr/0009-holds-that-are-due.md).
///
/// A hold waits for its time, is due, is taken (being read or just about to be numbered), and is
/// numbered until its expiry is published. Threads: the sequencer's.
class HoldTimers {
 public:
  using Mark = storage::AccountMark;
  /// expire_time and transaction_id: the order in which holds are ended.
  using Key = std::pair<std::int64_t, std::string>;
  /// Stands for the accounts of a hold of which they are not known: any account may be one.
  static constexpr Mark kAnyAccount = 0;

  void Add(Key key, storage::AccountMarks accounts);
  /// The hold has ended otherwise, or was never made.
  void Remove(const Key& key);
  /// What expires at or before `now` is due from now on.
  void Advance(std::int64_t now);

  [[nodiscard]] bool AnyDue() const { return !due_on_.empty(); }
  /// Due and not yet numbered.
  [[nodiscard]] std::size_t due_count() const { return due_.size() + taken_.size(); }
  /// What a command that names the account has to wait for: the mark under which Freed will tell
  /// that its due holds are ended.
  [[nodiscard]] std::optional<Mark> DueOn(std::string_view account_id) const;

  /// The due holds of this mark are ended before others, until none is left.
  void GoFirst(Mark mark);
  /// Next due hold that nobody has taken: of those that go first, else the oldest.
  std::optional<Key> Take(bool only_those_that_go_first);
  [[nodiscard]] bool IsTaken(const Key& key) const { return taken_.contains(key); }
  /// Not yet due, or due and not taken.
  [[nodiscard]] bool IsOpen(const Key& key) const {
    return waiting_.contains(key) || due_.contains(key);
  }
  /// The first of those that are due by `time` and are not yet.
  [[nodiscard]] std::vector<Key> DueBy(std::int64_t time, std::size_t count_max) const;
  /// A taken hold got an expiry with number `n`.
  void Numbered(const Key& key, std::uint64_t n);
  void Published(std::uint64_t n);
  /// Taken, or numbered and not yet published.
  [[nodiscard]] std::size_t in_pipeline() const { return taken_.size() + numbered_.size(); }

  /// The marks that no due hold has any more; each is told once.
  [[nodiscard]] std::vector<Mark> Freed() { return std::exchange(freed_, {}); }

  /// The lowest expire_time of what is not yet published as ended; the largest number if there is
  /// none. No expiry that is still to be published has a lower commit time.
  [[nodiscard]] std::int64_t First() const;

 private:
  using Timers = std::map<Key, storage::AccountMarks>;
  struct ByKey {
    bool operator()(const Timers::value_type* a, const Timers::value_type* b) const {
      return a->first < b->first;
    }
  };
  /// The due holds of one mark.
  struct OfAccount {
    std::set<const Timers::value_type*, ByKey> untaken;
    /// With those that are taken.
    std::size_t count = 0;
    bool goes_first = false;
  };
  struct Expiry {
    std::uint64_t n = 0;
    std::int64_t expire_time = 0;
  };

  void BecomeDue(Timers::iterator timer);
  void ForgetDue(const Timers::value_type& timer, bool untaken);
  Key TakeThis(const Timers::value_type& timer);

  Timers waiting_;
  Timers due_;
  Timers taken_;
  std::int64_t now_ = 0;
  absl::flat_hash_map<Mark, OfAccount> due_on_;
  /// Marks whose holds go first, by turns, while they have any that is not taken.
  std::deque<Mark> first_;
  std::vector<Mark> freed_;
  /// In the order of numbers.
  std::deque<Expiry> numbered_;
};

/// Holds as the log has them; null: one cannot be read.
using LoadedHolds = std::vector<std::pair<HoldTimers::Key, domain::TransactionPtr>>;

}  // namespace florin::actors
