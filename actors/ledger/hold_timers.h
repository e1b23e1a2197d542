#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/transaction.h"
#include "storage/format/account_marks.h"

namespace florin::actors {

/// Which holds expire when, and on which accounts: what is due is ended in pages, and a command
/// that names an account waits for the due holds on it only (docs/adr/0009-holds-that-are-due.md).
///
/// A hold is open until it is taken (being read, or just about to be numbered), and numbered until
/// its expiry is published. An open hold is due once its time has come: that is compared when it is
/// asked for, so that no moment in which very many become due takes long. A hold whose expiry could
/// not be carried out pauses, and is open again afterwards. Threads: the sequencer's.
class HoldTimers {
 public:
  using Mark = storage::AccountMark;
  /// expire_time and transaction_id: the order in which holds are ended.
  using Key = std::pair<std::int64_t, std::string>;
  struct Soon {
    Key key;
    std::size_t weight = 0;
  };

  /// A key that is there gets these accounts too.
  void Add(Key key, const storage::AccountMarks& accounts);
  /// The hold has ended, or was never made.
  void Remove(const Key& key);
  /// What expires at or before `now` is due from now on.
  void Advance(std::int64_t now);

  [[nodiscard]] bool AnyDue() const;
  /// Due and not yet numbered; where very many become due at once, counted some thousands at a
  /// time.
  [[nodiscard]] std::size_t due_count() const { return counted_ + taken_.size(); }
  /// What a command that names the account has to wait for: the mark under which Freed will tell
  /// that its due holds are ended, if it is to go first.
  [[nodiscard]] std::optional<Mark> DueOn(std::string_view account_id) const;
  /// A due hold of the mark could not be ended several times: nobody is to wait for it.
  [[nodiscard]] bool IsStuck(Mark mark) const;

  /// The due holds of this mark are ended before others, until none is left. Requires: it has any.
  void GoFirst(Mark mark);
  /// Next due hold that nobody has taken: of those that go first, now and then the oldest.
  std::optional<Key> Take(bool only_those_that_go_first);
  /// It has no number yet.
  [[nodiscard]] bool IsTaken(const Key& key) const;
  [[nodiscard]] bool IsOpen(const Key& key) const { return open_.contains(key); }
  /// The first of those that are due by `time` and are not yet, up to a weight.
  [[nodiscard]] std::vector<Soon> DueBy(std::int64_t time, std::size_t weight_max) const;
  /// A taken hold got an expiry with number `n`.
  void Numbered(const Key& key, std::uint64_t n);
  void Published(std::uint64_t n);
  /// The expiry of a taken or numbered hold could not be carried out: it is tried again after a
  /// pause, which gets longer each time.
  void PutBack(const Key& key, const storage::AccountMarks& accounts);
  /// The weight of what is taken, or numbered and not yet published: one for each two accounts.
  [[nodiscard]] std::size_t in_pipeline() const { return in_pipeline_; }

  /// The marks that went first and have no due hold any more, or are stuck; each is told once.
  [[nodiscard]] std::vector<Mark> Freed() { return std::exchange(freed_, {}); }

  /// The lowest expire_time of what is not yet published as ended; the largest number if there is
  /// none. No expiry that is still to be published has a lower commit time.
  [[nodiscard]] std::int64_t First() const;

 private:
  struct Timer {
    storage::AccountMarks accounts;
    /// Of those in taken_.
    enum class Phase : std::uint8_t { kTaken, kNumbered, kPaused } phase = Phase::kTaken;
    std::uint8_t failures = 0;
    std::int64_t retry_time = 0;
  };
  using Timers = std::map<Key, Timer>;
  struct ByKey {
    bool operator()(const Timers::value_type* a, const Timers::value_type* b) const {
      return a->first < b->first;
    }
  };
  /// The holds of one mark.
  struct OfAccount {
    absl::btree_set<const Timers::value_type*, ByKey> open;
    std::size_t taken = 0;
    std::size_t stuck = 0;
    bool goes_first = false;
    /// It stands in first_.
    bool has_turn = false;
  };
  struct Expiry {
    std::uint64_t n = 0;
    std::int64_t expire_time = 0;
    std::size_t weight = 0;
  };

  [[nodiscard]] bool IsDue(const OfAccount& account) const;
  [[nodiscard]] bool HasOpenDue(const OfAccount& account) const;
  void AddAccount(const Timers::value_type& timer, Mark mark);
  void GiveTurn(Mark mark, OfAccount* account);
  void CountDue();
  void Count(Timers::iterator timer);
  void Uncount(Timers::iterator timer);
  void EndPauses();
  void Free(Mark mark, OfAccount* account);
  void ForgetOn(const Timers::value_type& timer, bool taken);
  void Pause(Timers::iterator timer);
  Key TakeThis(Timers::iterator timer);

  Timers open_;
  /// Taken, or pausing; numbered only where an expiry has failed before: those keep commands
  /// waiting until it is known how it went.
  Timers taken_;
  std::int64_t now_ = 0;
  /// Of the open holds the first so many are known to be due; next_counted_ is the one behind.
  std::size_t counted_ = 0;
  Timers::iterator next_counted_ = open_.end();
  /// Of every hold that is open or taken.
  absl::flat_hash_map<Mark, OfAccount> accounts_;
  /// Marks whose holds go first, by turns, while they have any that is due and not taken.
  std::deque<Mark> first_;
  std::size_t takes_ = 0;
  std::vector<Mark> freed_;
  /// When pauses end. The hold may have gone since.
  std::multimap<std::int64_t, Key> pauses_;
  /// In the order of numbers.
  std::deque<Expiry> numbered_;
  std::size_t in_pipeline_ = 0;
};

/// A hold as the log has it.
struct LoadedHold {
  HoldTimers::Key key;
  /// Null: it cannot be read, or there is none.
  domain::TransactionPtr transaction;
  /// Why it cannot be read.
  std::string failure;
};
using LoadedHolds = std::vector<LoadedHold>;

}  // namespace florin::actors
