#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "actors/ledger/commit_queue.h"
#include "actors/ledger/committer.h"
#include "actors/ledger/messages.h"
#include "actors/ledger/pipeline_host.h"
#include "actors/ledger/sequencer_actor.h"
#include "tests/actors/ledger/cold_reader.h"

namespace florin::actors {

/// The real actors on CAF's deterministic scheduler: nothing runs unless the
/// test says so, one message at a time. Reads from disk, commits and
/// publications are steps of the test too.
class ScheduledLedger : private PipelineHost, private DecisionSink {
 public:
  using Outcomes = std::shared_ptr<std::vector<TransactionOutcome>>;

  ScheduledLedger(storage::Store* store, std::size_t max_active_accounts);
  ~ScheduledLedger() override;

  void Open(domain::OpenAccount open);
  /// Empty until it is answered.
  Outcomes Execute(std::vector<domain::TransactionCommand> commands, bool validate_only = false);
  Outcomes Try(std::vector<domain::TransactionCommand> commands) {
    return Execute(std::move(commands), true);
  }
  void Stop();

  // What ends a process.
  void ThrowOnDecisions() { throws_ = true; }
  void ThrowOnHead(const std::string& account_id) { reader_.throwing = account_id; }
  void KillSequencer();
  /// Of an actor of its own, which nobody else knows of.
  void KillAccount(const std::string& account_id);

  /// From now on the head of an account that is woken up has to be read.
  void ForgetHeads() { reader_.cold = true; }
  void DamageHead(const std::string& account_id) { reader_.damaged = account_id; }

  /// Handles one message, the actor being any that has one (`choice` of them).
  bool RunOne(std::size_t choice = 0);
  /// Until no actor has a message.
  void RunActors();
  /// The oldest job of those that may wait for the disk.
  bool RunReaderJob();
  bool Commit();
  /// All of it, until nothing is left to do.
  void RunAll();

  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] std::size_t runnable() const { return scheduler_->jobs.size(); }
  [[nodiscard]] std::size_t reader_jobs() const { return jobs_.size(); }
  [[nodiscard]] std::size_t counted_accounts() const { return active_; }
  /// The sequencer's and the accounts'.
  [[nodiscard]] std::size_t actors() const { return system_->registry().running(); }
  [[nodiscard]] std::size_t decided() const { return decided_.size(); }
  /// Own ids in the order of numbers, once everything is published.
  [[nodiscard]] const std::vector<std::string>& published_ids() const { return published_ids_; }
  [[nodiscard]] const WriteFailure& failure() const { return failure_; }

 private:
  std::int64_t Now() override { return ++now_; }
  storage::Reader& reader() override { return reader_; }
  void RunReader(std::function<void()> job) override { jobs_.push_back(std::move(job)); }
  void Readmit(SubmissionPtr submission) override;
  void ReadmitAccount(AccountSubmission submission) override;
  DecisionSink* sink() override { return this; }
  std::atomic<std::size_t>* active_accounts() override { return &active_; }
  std::uint64_t OldestLookup() override { return lookups_.Oldest(published_n_); }
  void SetNumbered(std::uint64_t) override {}
  void SetExpiries(std::int64_t, std::size_t) override {}
  void OnSequencerStopped() override { stopped_ = true; }
  void OnDecided(const FlightPtr& flight) override;
  void OnAwaitedDecision(const FlightPtr& flight) override;

  PendingLookups lookups_;
  storage::Store* store_;
  ColdReader reader_;
  std::int64_t now_ = 1'000;
  std::atomic<std::size_t> active_ = 0;
  bool stopped_ = false;
  bool throws_ = false;
  std::atomic<std::uint64_t> published_n_ = 0;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::uint64_t> decided_;
  std::vector<std::string> published_ids_;
  WriteFailure failure_;
  CommitQueue commit_queue_;
  Committer committer_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  caf::actor sequencer_;
};

}  // namespace florin::actors
