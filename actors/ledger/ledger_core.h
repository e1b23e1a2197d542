#pragma once

#include <atomic>
#include <caf/all.hpp>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "actors/ledger.h"
#include "actors/ledger/commit_queue.h"
#include "actors/ledger/committer.h"
#include "actors/ledger/messages.h"
#include "actors/ledger/pending_lookups.h"
#include "actors/ledger/pipeline_host.h"
#include "actors/ledger/sequencer_actor.h"
#include "actors/reader_pool.h"

namespace florin::actors {

/// Hands commits from the committer to the publisher; holds the committer back when the
/// publisher is behind, so that nothing grows.
class PublishQueue {
 public:
  void Push(CommittedFlights committed);
  /// Nothing: closed and empty.
  [[nodiscard]] std::optional<CommittedFlights> Take();
  /// Nothing waits and nothing is being published: whoever pushes may as well publish by itself.
  [[nodiscard]] bool Idle() const;
  void Close();

 private:
  static constexpr std::size_t kBatchesMax = 4;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<CommittedFlights> queue_;
  bool taker_waits_ = false;
  bool closed_ = false;
};

/// The pipeline with its threads: a committer that syncs, a publisher that makes visible and
/// answers, readers, and CAF's workers for the sequencer and the accounts.
class LedgerCore : public Ledger, private PipelineHost, private DecisionSink {
 public:
  LedgerCore(storage::Store* store, const LedgerOptions& options,
             SequencerActor::Settings settings);
  ~LedgerCore() override;

  void Execute(Batch batch, BatchDone done) override;
  std::shared_ptr<Lane> NewLane() override;
  void ExecuteOn(const std::shared_ptr<Lane>& lane, Batch batch, BatchDone done) override;
  void ChangeAccounts(std::vector<domain::AccountCommand> commands, std::string principal,
                      AccountsDone done) override;
  void RegisterAsset(domain::RegisterAsset command, std::string principal, AssetDone done) override;
  bool Read(std::function<void()> job) override { return readers_.TryRun(std::move(job)); }
  storage::Reader& reader() override { return store_->reader(); }
  [[nodiscard]] LedgerStats Stats() const override;
  std::int64_t Now() override { return clock_.Now(); }
  std::int64_t ClockAhead() override { return clock_.Ahead(); }
  caf::actor_system* system() override { return system_.get(); }
  void Stop() override;

  /// Waits until the holds that are due by now have ended, or until the limit.
  void EndDueHolds();

  /// From now on commands are refused with `reason`.
  void StopWriting(domain::Refusal reason);

 private:
  // PipelineHost
  void WatchClock() override;
  void SetExpiries(std::int64_t first, std::size_t due) override;
  void RunReader(std::function<void()> job) override { lookups_.Run(std::move(job)); }
  void Readmit(SubmissionPtr submission) override;
  void ReadmitAccount(AccountSubmission submission) override;
  DecisionSink* sink() override { return this; }
  std::atomic<std::size_t>* active_accounts() override { return &active_accounts_; }
  std::uint64_t OldestLookup() override { return lookups_on_their_way_.Oldest(published_n_); }
  void SetNumbered(std::uint64_t n) override { numbered_n_.store(n, std::memory_order_release); }
  void OnSequencerStopped() override { sequencer_stopped_.set_value(); }
  // DecisionSink
  void OnDecided(const FlightPtr& flight) override { commit_queue_.Push(flight); }
  void OnAwaitedDecision(const FlightPtr& flight) override {
    caf::anon_send(sequencer_, AwaitedMessage{flight});
  }

  /// Why nothing is written any more; nothing while it is.
  [[nodiscard]] std::optional<domain::Refusal> ReadOnly() const;
  [[nodiscard]] bool RefuseUnknown(const SubmissionPtr& submission);
  void AnswerKnownAsset(const std::shared_ptr<AssetSubmission>& submission,
                        const domain::Refusal& failure);
  /// Counts commands in (by their postings), or says why not.
  std::optional<domain::Refusal> Enter(std::size_t commands);
  void Leave(std::size_t commands);
  void Take(const std::shared_ptr<Lane>& lane, Batch batch, std::size_t weight, BatchDone done);
  SubmissionPtr NewSubmission(Batch batch, std::size_t weight, BatchDone done);
  /// False: a reader goes on with it, and with its lane.
  [[nodiscard]] bool AdmitAndSubmit(const SubmissionPtr& submission);
  void AdmitFromDisk(const SubmissionPtr& submission);
  void NextOnLane(const std::shared_ptr<Lane>& lane);
  void SubmitAccount(const std::shared_ptr<AccountSubmission>& submission, storage::Tier tier);
  void RunCommitter();
  void RunPublisher();
  void Publish(CommittedFlights committed);
  void AwaitDrained();

  storage::Store* store_;
  const LedgerOptions options_;
  LogClock clock_;
  /// The sequencer's.
  ClockWatch clock_watch_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<std::size_t> active_accounts_{0};
  std::atomic<std::int64_t> first_expiry_{0};
  std::atomic<std::size_t> due_holds_{0};
  std::atomic<std::uint64_t> numbered_n_{0};
  std::atomic<std::uint64_t> published_n_{0};
  PendingLookups lookups_on_their_way_;
  std::atomic<std::int64_t> commits_{0};
  std::mutex drain_mutex_;
  std::condition_variable drained_;

  WriteFailure failure_;
  /// Of whoever publishes, one at a time; handed over by publish_queue_.
  bool failure_logged_ = false;
  CommitQueue commit_queue_;
  PublishQueue publish_queue_;
  Committer committer_;
  /// For clients' reads.
  ReaderPool readers_;
  /// For what commands need, so that no long list or report holds them back.
  ReaderPool lookups_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::actor sequencer_;
  std::promise<void> sequencer_stopped_;
  std::thread committer_thread_;
  std::thread publisher_thread_;
};

}  // namespace florin::actors
