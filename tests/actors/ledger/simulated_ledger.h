#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/ledger/account_cell.h"
#include "actors/ledger/commit_queue.h"
#include "actors/ledger/committer.h"
#include "actors/ledger/sequencer.h"
#include "storage/store.h"
#include "tests/actors/ledger/mailboxes.h"

namespace florin::actors {

/// A call on transactions and what was answered.
struct SimulatedCall {
  Batch batch;
  std::shared_ptr<TransactionCall> call;
  std::shared_ptr<Lane> lane;
  std::vector<TransactionOutcome> outcomes;
  int answers = 0;
};

/// A command on an account and what was answered.
struct SimulatedAccountCall {
  domain::AccountCommand command;
  AccountOutcome outcome;
  int answers = 0;
};

/// The pipeline's plain logic whole (admission, sequencer, accounts, decision,
/// committer, publisher, over the real store) without CAF: every mailbox is one
/// of `Mailboxes`, so that a seed decides who runs next.
class SimulatedLedger : private SequencerWorld, private DecisionSink {
 public:
  struct Options {
    std::size_t recent_commands = 65'536;
    std::size_t expiries_max = 512;
    /// An account with nothing unpublished may be put away after a commit.
    double passivate_percent = 0;
    /// Votes that the sequencer may take by itself, without the account's mailbox.
    double in_place_percent = 0;
    /// Most flights that one commit takes.
    std::int64_t commit_most = 8;
    /// The holds that the store has open expire too.
    bool with_open_holds = false;
    /// The clock goes on by up to so many nanoseconds each time it is read.
    std::int64_t clock_step = 3;
  };

  /// `clock` outlives the ledger and goes on over several ledgers on a store.
  SimulatedLedger(storage::Store* store, test_support::RandomSource* random, std::int64_t* clock,
                  const Options& options);

  /// A mailbox of its own: its calls are admitted in order.
  std::size_t NewClient() { return boxes_.Add(); }
  std::shared_ptr<SimulatedCall> Execute(std::size_t client, Batch batch,
                                         std::shared_ptr<Lane> lane = nullptr);
  std::shared_ptr<SimulatedAccountCall> Change(std::size_t client, domain::AccountCommand command);
  void Register(domain::Asset asset);
  void Tick(std::size_t client);

  Mailboxes& boxes() { return boxes_; }
  /// The mailbox of a live account.
  std::size_t BoxOf(const std::string& account_id);
  [[nodiscard]] std::size_t publisher_box() const { return publisher_; }
  [[nodiscard]] std::size_t committer_box() const { return committer_box_; }

  /// As told by the sequencer.
  [[nodiscard]] std::int64_t first_expiry() const { return first_expiry_; }
  [[nodiscard]] std::int64_t failed_expiries() const { return failed_expiries_; }
  void EndOnlyAwaitedHolds() { sequencer_.EndOnlyAwaitedHolds(); }
  /// So many reads of holds for their expiry fail from now on.
  void FailHoldReads(std::int64_t count) { hold_reads_failing_ = count; }
  /// The account of this id cannot be read when its actor is woken up.
  void Damage(const std::string& account_id) { damaged_ = account_id; }
  /// Every account is read again when it is named. Requires: nothing is unpublished.
  void PutAllAway() { accounts_.clear(); }

  /// Of what ran to its end: flight of number i + 1.
  [[nodiscard]] std::vector<FlightPtr> Flights() const;
  [[nodiscard]] const WriteFailure& failure() const { return failure_; }
  [[nodiscard]] std::int64_t readmitted() const { return readmitted_; }
  [[nodiscard]] std::int64_t parked() const { return parked_; }

 private:
  class LivePort;

  // SequencerWorld
  std::int64_t Now() override;
  AccountPort* Port(const std::string& account_id, std::uint64_t n) override;
  void Prefetch(const std::string&, Soon) override {}
  std::uint64_t OldestLookup() override { return lookups_.Oldest(published_n_); }
  void Readmit(SubmissionPtr submission) override;
  void ReadmitAccount(AccountSubmission submission) override;
  void LoadHolds(std::vector<HoldTimers::Key> holds) override;
  void SetExpiries(std::int64_t first, std::size_t) override { first_expiry_ = first; }
  void ExpiryFailed(const std::string&, const std::string&) override { ++failed_expiries_; }
  // DecisionSink
  void OnDecided(const FlightPtr& flight) override;
  void OnAwaitedDecision(const FlightPtr& flight) override;

  void Look(const SubmissionPtr& submission);
  void Forward(const SubmissionPtr& submission);
  void LookAccount(const std::shared_ptr<AccountSubmission>& submission, std::size_t box);
  void CommitSome();
  void Publish(const std::shared_ptr<CommittedFlights>& committed);
  void Passivate();

  PendingLookups lookups_;
  storage::Store* store_;
  const Options options_;
  std::int64_t* clock_;
  Mailboxes boxes_;
  const std::size_t sequencer_box_;
  const std::size_t committer_box_;
  const std::size_t publisher_;
  const std::size_t readers_[2];
  std::atomic<std::size_t> next_reader_{0};

  std::atomic<std::uint64_t> published_n_{0};
  std::atomic<std::int64_t> first_expiry_{0};
  std::atomic<std::int64_t> readmitted_{0};
  std::atomic<std::int64_t> parked_{0};
  std::atomic<std::int64_t> failed_expiries_{0};
  std::atomic<std::int64_t> hold_reads_failing_{0};
  std::string damaged_;
  mutable std::mutex flights_mutex_;
  std::map<std::uint64_t, FlightPtr> flights_;

  WriteFailure failure_;
  CommitQueue commit_queue_;
  Committer committer_;
  /// The committer's own choices.
  test_support::RandomSource committer_random_;
  /// The sequencer's.
  test_support::RandomSource sequencer_random_;
  Sequencer sequencer_;
  struct Live {
    std::shared_ptr<LivePort> port;
    std::uint64_t last_n = 0;
  };
  /// The sequencer's.
  std::map<std::string, Live> accounts_;
};

}  // namespace florin::actors
