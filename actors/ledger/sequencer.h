#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/ledger/flight.h"
#include "actors/ledger/hold_timers.h"
#include "actors/ledger/recent_commands.h"
#include "actors/ledger/submission.h"

namespace florin::actors {

/// The world as the sequencer sees it, passed in so that a test or a simulator can stand in for it.
class SequencerWorld {
 public:
  virtual ~SequencerWorld() = default;
  /// UTC nanoseconds; never goes back.
  virtual std::int64_t Now() = 0;
  /// The account's actor, woken up if need be. `n` is about to be delivered to it.
  /// It stays until what has a number up to `n` is published.
  virtual AccountPort* Port(const std::string& account_id, std::uint64_t n) = 0;
  /// The account will be named soon, or very soon: a hint to have its memory fetched meanwhile.
  enum class Soon : std::uint8_t { kLater, kNext };
  virtual void Prefetch(const std::string& account_id, Soon soon) = 0;
  /// What has a number at or below it, and is published, every look-up on its way has seen. Too
  /// high a number only makes look-ups be done again.
  virtual std::uint64_t OldestLookup() = 0;
  /// The look-ups are too old: do them again and submit again.
  virtual void Readmit(SubmissionPtr submission) = 0;
  virtual void ReadmitAccount(AccountSubmission submission) = 0;
  /// Reads their transactions and answers with OnHoldsLoaded.
  virtual void LoadHolds(std::vector<HoldTimers::Key> holds) = 0;
  /// No expiry that is not yet published will have a commit time before `first`; told before
  /// whatever lowers it can be published. `due`: holds that are due and have no number yet.
  virtual void SetExpiries(std::int64_t first, std::size_t due) = 0;
  /// The hold could not be ended, for this reason. It will be tried again.
  virtual void ExpiryFailed(const std::string& transaction_id, const std::string& why) = 0;
};

/// Gives every command its number and delivers it to every account it names, in that order.
///
/// Plain logic: one thread at a time, never blocks. Source: design "path of a command";
/// docs/adr/0005-escrow.md.
class Sequencer {
 public:
  struct Options {
    /// Ids kept in memory after they were published, while look-ups that may not have seen them are
    /// on their way; at least what may be in flight.
    std::size_t recent_commands = 65'536;
    /// So many expiries of holds are on their way at most, those of several postings counted by
    /// postings: what comes behind them waits for their sync.
    std::size_t expiries_max = 256;
  };

  Sequencer(SequencerWorld* world, DecisionSink* sink, const Options& options)
      : world_(world),
        sink_(sink),
        expiries_max_(options.expiries_max),
        recent_(options.recent_commands) {}

  /// Before the first submission: where the log ends, what is registered, which holds will expire.
  void Restore(std::int64_t last_time, const std::vector<domain::Asset>& assets,
               const std::vector<storage::OpenHold>& holds);

  void Submit(SubmissionPtr submission);
  void SubmitAccount(AccountSubmission submission);
  void SubmitAsset(AssetSubmission submission);

  /// A flight that something was held back for is decided.
  void OnAwaitedDecision(const FlightPtr& flight);
  /// Flights in order of numbers, now visible to readers.
  void OnPublished(const std::vector<FlightPtr>& flights);
  void OnHoldsLoaded(const LoadedHolds& holds);
  /// Time has passed.
  void OnTick();
  /// The ledger stops: due holds are ended only where an accepted command waits for it.
  void EndOnlyAwaitedHolds() { ends_only_awaited_ = true; }

  /// Last number that is known to be published.
  [[nodiscard]] std::uint64_t published_n() const { return published_n_; }
  /// Last number given out.
  [[nodiscard]] std::uint64_t numbered() const { return n_; }

 private:
  enum class Progress : std::uint8_t { kFinished, kParked, kHeld, kBounced };
  /// What is to be done about one item.
  struct Verdict {
    enum class Kind : std::uint8_t { kNew, kPark, kAnswered, kReused } kind = Kind::kNew;
    FlightPtr flight;  // kPark: wait for it; kAnswered: attach to its item
    std::uint32_t item = 0;
    domain::Refusal refusal;
  };

  using Marks = absl::flat_hash_set<HoldTimers::Mark>;

  void Drain();
  void Enqueue(std::function<void()> work);
  void EnqueueFirst(std::function<void()> work);
  void Run(const SubmissionPtr& submission);
  void LeaveLane(const SubmissionPtr& submission);
  Progress RunItems(const SubmissionPtr& submission);
  Progress RunWhole(const SubmissionPtr& submission);
  void Park(const FlightPtr& flight, std::function<void()> resume);

  void PrefetchAhead(const Submission& submission) const;
  [[nodiscard]] Verdict Judge(const domain::TransactionCommand& command) const;
  [[nodiscard]] Verdict JudgeOwnId(const domain::TransactionCommand& command) const;
  [[nodiscard]] Verdict JudgeRequest(const domain::TransactionCommand& command) const;

  FlightPtr NewFlight(const std::string& principal) const;
  /// What is known of the accounts of the transaction that the command names.
  [[nodiscard]] domain::TransactionPtr TargetShape(const domain::TransactionCommand& command,
                                                   const domain::TransactionPtr& base) const;
  void LinkTarget(Item* item, const domain::TransactionPtr& base) const;
  void AddSlots(const FlightPtr& flight) const;
  void Launch(const FlightPtr& flight);
  void Remember(const FlightPtr& flight);

  /// Time goes on; what is due is ended, as much of it as may be on its way.
  void Advance();
  void EndDue();
  void EndSome();
  void ReadAhead();
  void LaunchExpiry(const HoldTimers::Key& hold, const domain::TransactionPtr& loaded);
  void ResumeFreed();
  void ShowExpiries();
  void FailExpiry(const HoldTimers::Key& hold, const storage::AccountMarks& accounts,
                  const std::string& why);
  /// Adds the marks of the command's accounts that have due holds; true if one of them is stuck.
  bool FindDue(const domain::TransactionCommand& command, const domain::TransactionPtr& base,
               Marks* due) const;
  bool WaitForDue(const SubmissionPtr& submission);
  /// The answer to a command on an account with a stuck hold.
  [[nodiscard]] static domain::Refusal StuckHold();
  /// `resume` comes when the due holds of all these marks are ended, or are stuck.
  void HoldBack(const Marks& due, std::function<void()> resume);
  void RunAccount(const std::shared_ptr<AccountSubmission>& submission);
  bool AnswerRepeated(const std::shared_ptr<AccountSubmission>& submission);
  void RunAsset(const std::shared_ptr<AssetSubmission>& submission);
  void ForgetTimerOf(const FlightPtr& flight, const Item& item);
  void ForgetExpiry(const Item& item);
  void ForgetTimer(const HoldTimers::Key& key);
  void ForgetRead(const HoldTimers::Key& key);

  SequencerWorld* world_;
  DecisionSink* sink_;
  const std::size_t expiries_max_;
  RecentCommands recent_;
  std::uint64_t n_ = 0;
  std::uint64_t published_n_ = 0;
  std::int64_t last_time_ = 0;
  std::map<std::string, domain::Asset> assets_;
  /// Calls whose commands all have numbers, each with its last: until that is published their
  /// flights answer.
  std::deque<std::pair<std::uint64_t, std::shared_ptr<TransactionCall>>> calls_;

  /// What is to be run; the outermost call does it all.
  std::deque<std::function<void()>> intake_;
  bool draining_ = false;
  std::unordered_map<std::uint64_t, std::vector<std::function<void()>>> parked_;

  HoldTimers timers_;
  /// As last told to the world.
  std::int64_t first_expiry_ = 0;
  /// A hold that was read from disk, or is being read, for its expiry.
  struct HoldRead {
    /// Null: it is being read.
    domain::TransactionPtr hold;
    /// Of what is read ahead.
    std::size_t weight = 0;
  };
  std::map<HoldTimers::Key, HoldRead> hold_reads_;
  std::size_t read_ahead_ = 0;
  /// A call that waits until no due hold is left of any of several marks.
  struct WaitingCall {
    std::size_t marks = 0;
    std::function<void()> resume;
  };
  absl::flat_hash_map<HoldTimers::Mark, std::vector<std::shared_ptr<WaitingCall>>> waiting_;
  bool ends_only_awaited_ = false;
};

}  // namespace florin::actors
