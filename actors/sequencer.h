#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/flight.h"
#include "actors/recent_commands.h"
#include "actors/submission.h"

namespace florin::actors {

/// The world as the sequencer sees it, passed in so that a test or a simulator can stand in for it.
class SequencerWorld {
 public:
  virtual ~SequencerWorld() = default;
  /// UTC nanoseconds.
  virtual std::int64_t Now() = 0;
  /// The account's actor, woken up if need be. `n` is about to be delivered to it.
  /// It stays until what has a number up to `n` is published.
  virtual AccountPort* Port(const std::string& account_id, std::uint64_t n) = 0;
  /// The account will be named soon, or very soon: a hint to have its memory fetched meanwhile.
  enum class Soon : std::uint8_t { kLater, kNext };
  virtual void Expect(const std::string& account_id, Soon soon) = 0;
  /// What has a number at or below it, and is published, every look-up on its way has seen. Too
  /// high a number only makes look-ups be done again.
  virtual std::uint64_t OldestLookup() = 0;
  /// The look-ups are too old: do them again and submit again.
  virtual void Readmit(SubmissionPtr submission) = 0;
  virtual void ReadmitAccount(AccountSubmission submission) = 0;
  /// Reads transactions and answers with OnHoldsLoaded.
  virtual void LoadHolds(std::vector<std::string> transaction_ids) = 0;
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
  };

  Sequencer(SequencerWorld* world, DecisionSink* sink, const Options& options)
      : world_(world), sink_(sink), recent_(options.recent_commands) {}

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
  void OnHoldsLoaded(std::vector<std::pair<std::string, domain::TransactionPtr>> holds);
  /// Time has passed.
  void OnTick();

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

  void Drain();
  void Enqueue(std::function<void()> work);
  void EnqueueFirst(std::function<void()> work);
  void Run(const SubmissionPtr& submission);
  void LeaveLane(const SubmissionPtr& submission);
  Progress RunItems(const SubmissionPtr& submission);
  Progress RunWhole(const SubmissionPtr& submission);
  void Park(const FlightPtr& flight, std::function<void()> resume);

  void ExpectAhead(const Submission& submission) const;
  [[nodiscard]] Verdict Judge(const domain::TransactionCommand& command) const;
  [[nodiscard]] Verdict JudgeOwnId(const domain::TransactionCommand& command) const;
  [[nodiscard]] Verdict JudgeRequest(const domain::TransactionCommand& command) const;

  FlightPtr NewFlight(const std::string& principal) const;
  void LinkTarget(Item* item, const domain::TransactionPtr& base) const;
  void AddSlots(const FlightPtr& flight) const;
  void Launch(const FlightPtr& flight);
  void Remember(const FlightPtr& flight);

  /// False: due holds have to be read first; the intake waits.
  bool ExpireDue();
  void LoadDue();
  void LaunchExpiry(const std::string& transaction_id, std::int64_t expire_time);
  void RunAccount(const std::shared_ptr<AccountSubmission>& submission);
  bool AnswerRepeated(const std::shared_ptr<AccountSubmission>& submission);
  void RunAsset(const std::shared_ptr<AssetSubmission>& submission);
  void ForgetExpiry(const FlightPtr& flight, const Item& item);

  SequencerWorld* world_;
  DecisionSink* sink_;
  RecentCommands recent_;
  std::uint64_t n_ = 0;
  std::uint64_t published_n_ = 0;
  std::int64_t last_time_ = 0;
  std::map<std::string, domain::Asset> assets_;
  /// Calls whose commands all have numbers, each with its last: until that is published their
  /// flights answer.
  std::deque<std::pair<std::uint64_t, std::shared_ptr<TransactionCall>>> calls_;

  /// What waits for its turn while due holds are read from disk.
  std::deque<std::function<void()>> intake_;
  bool loading_holds_ = false;
  bool draining_ = false;
  std::unordered_map<std::uint64_t, std::vector<std::function<void()>>> parked_;

  std::set<std::pair<std::int64_t, std::string>> expiries_;
  std::map<std::string, domain::TransactionPtr> loaded_holds_;
};

}  // namespace florin::actors
