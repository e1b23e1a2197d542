#include "actors/ledger_core.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "actors/admission.h"
#include "actors/outcomes.h"

namespace florin::actors {
namespace {

/// Up to so many look-ups in memory are made on the caller's thread; more go to a reader.
constexpr std::size_t kInlineLookupsMax = 64;
constexpr std::size_t kCommitCommandsMax = 32'768;
constexpr std::size_t kReaderQueueMax = 4'096;
/// An actor gives its worker back after so many messages, so that one hot account does not starve the others.
constexpr std::size_t kMessagesPerTurn = 64;

domain::Refusal Overloaded(const std::string& what, std::size_t limit) {
  return {domain::Reason::kOverloaded, what + " (limit " + std::to_string(limit) + "); retry the same call a little later", {{"limit", std::to_string(limit)}}};
}

domain::Refusal ShuttingDown() { return {domain::Reason::kShuttingDown, "the server is shutting down; retry the same call on it once it is back", {}}; }

template <typename Outcome>
std::vector<Outcome> AllRefused(std::size_t count, const domain::Refusal& refusal) {
  std::vector<Outcome> outcomes(count);
  for (Outcome& outcome : outcomes) outcome.refusal = refusal;
  return outcomes;
}

/// What a command takes while it is in flight, in transfers of one posting.
std::size_t WeightOf(const BatchItem& item) {
  const auto* command = std::get_if<domain::TransactionCommand>(&item.command);
  const auto* create = command == nullptr ? nullptr : std::get_if<domain::CreateTransaction>(command);
  return create == nullptr ? 1 : std::max<std::size_t>(create->transaction.postings.size(), 1);
}

std::size_t WeightOf(const Batch& batch) {
  std::size_t weight = 0;
  for (const BatchItem& item : batch.items) weight += WeightOf(item);
  return weight;
}

/// Answers what nobody has answered yet.
void RefuseRest(const SubmissionPtr& submission, const domain::Refusal& refusal) {
  for (std::size_t i = submission->cursor; i < submission->items.size(); ++i) {
    if (!submission->items[i].resolved) submission->call->Deliver(i, RefusedOutcome(refusal));
  }
}

/// Collects the outcomes of a call on several accounts.
class AccountsCall {
 public:
  AccountsCall(std::size_t size, Ledger::AccountsDone done) : outcomes_(size), missing_(size), done_(std::move(done)) {}
  void Deliver(std::size_t index, AccountOutcome outcome) {
    outcomes_[index] = std::move(outcome);
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) == 1) done_(std::move(outcomes_));
  }

 private:
  std::vector<AccountOutcome> outcomes_;
  std::atomic<std::size_t> missing_;
  Ledger::AccountsDone done_;
};

}  // namespace

void PublishQueue::Push(CommittedFlights committed) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.size() < kBatchesMax || closed_; });
  queue_.push_back(std::move(committed));
  changed_.notify_all();
}

std::optional<CommittedFlights> PublishQueue::Take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !queue_.empty() || closed_; });
  if (queue_.empty()) return std::nullopt;
  CommittedFlights committed = std::move(queue_.front());
  queue_.pop_front();
  changed_.notify_all();
  return committed;
}

void PublishQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

LedgerCore::LedgerCore(storage::Store* store, const LedgerOptions& options, SequencerActor::Settings settings)
    : store_(store),
      options_(options),
      committer_(&store->writer(), store->reader().VisibleHead().position, &failure_, options.observer),
      readers_(options.reader_threads, kReaderQueueMax),
      lookups_(options.reader_threads, kReaderQueueMax) {
  settings.max_active_accounts = options.max_active_accounts;
  settings.recent_commands = std::max<std::size_t>(options.max_in_flight, 1024);
  // "stealing" walks other workers' whole queues: with many runnable accounts that is linear in their number.
  config_.set("scheduler.policy", caf::atom("sharing"));
  config_.set("scheduler.max-threads", options.worker_threads);
  config_.set("scheduler.max-throughput", kMessagesPerTurn);
  system_ = std::make_unique<caf::actor_system>(config_);
  sequencer_ = caf::actor_cast<caf::actor>(system_->spawn<SequencerActor>(static_cast<PipelineHost*>(this), settings));
  committer_thread_ = std::thread([this] { RunCommitter(); });
  publisher_thread_ = std::thread([this] { RunPublisher(); });
}

LedgerCore::~LedgerCore() { Stop(); }

std::int64_t LedgerCore::Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<domain::Refusal> LedgerCore::Enter(std::size_t commands) {
  if (auto failure = failure_.IsSet() ? failure_.Get() : std::nullopt) return failure;
  const std::size_t before = in_flight_.fetch_add(commands, std::memory_order_acq_rel);
  // Looked at after counting in, so that Stop either sees the call or refuses it.
  if (stopping_.load(std::memory_order_acquire)) {
    Leave(commands);
    return ShuttingDown();
  }
  // A call larger than the limit goes through while nothing else is in flight: else it never would.
  if (before != 0 && before + commands > options_.max_in_flight) {
    Leave(commands);
    return Overloaded("too many commands in flight", options_.max_in_flight);
  }
  return std::nullopt;
}

void LedgerCore::Leave(std::size_t commands) {
  if (in_flight_.fetch_sub(commands, std::memory_order_acq_rel) != commands) return;
  if (!stopping_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(drain_mutex_);
  drained_.notify_all();
}

SubmissionPtr LedgerCore::NewSubmission(Batch batch, std::size_t weight, BatchDone done) {
  const std::size_t count = batch.items.size();
  auto submission = std::make_shared<Submission>();
  submission->call = std::make_shared<TransactionCall>(count, [this, weight, done = std::move(done)](std::vector<TransactionOutcome> outcomes) {
    done(std::move(outcomes));
    Leave(weight);
  });
  submission->atomic = batch.atomic;
  submission->validate_only = batch.validate_only;
  submission->principal = std::move(batch.principal);
  submission->items.resize(count);
  return submission;
}

void LedgerCore::Execute(Batch batch, BatchDone done) { ExecuteOn(nullptr, std::move(batch), std::move(done)); }

std::shared_ptr<Lane> LedgerCore::NewLane() { return std::make_shared<Lane>(); }

void LedgerCore::ExecuteOn(const std::shared_ptr<Lane>& lane, Batch batch, BatchDone done) {
  const std::size_t count = batch.items.size();
  if (count == 0) {
    done({});
    return;
  }
  const std::size_t weight = WeightOf(batch);
  if (const auto refusal = Enter(weight)) {
    done(AllRefused<TransactionOutcome>(count, *refusal));
    return;
  }
  std::vector<BatchItem> items = std::move(batch.items);
  batch.items.resize(count);
  const SubmissionPtr submission = NewSubmission(std::move(batch), weight, std::move(done));
  const bool stays = submission->atomic || submission->validate_only;
  bool open = stays;
  for (std::size_t i = 0; i < count; ++i) {
    AdmittedItem& item = submission->items[i];
    item.transaction_id = std::move(items[i].transaction_id);
    if (auto* command = std::get_if<domain::TransactionCommand>(&items[i].command)) {
      item.command = std::move(*command);
      open = true;
      continue;
    }
    item.pre_refusal = std::move(std::get<domain::Refusal>(items[i].command));
    item.resolved = !stays;
  }
  // Delivered last: with the last outcome the call is over.
  submission->lane = lane;
  for (std::size_t i = 0; i < count && !stays; ++i) {
    if (submission->items[i].resolved) submission->call->Deliver(i, RefusedOutcome(*submission->items[i].pre_refusal));
  }
  if (!open) return;
  if (lane == nullptr) {
    static_cast<void>(AdmitAndSubmit(submission));
    return;
  }
  {
    const std::lock_guard lock(lane->mutex);
    lane->admission_queue.push_back(submission);
    if (lane->admitting) return;
    lane->admitting = true;
  }
  NextOnLane(lane);
}

/// Admits the calls of a lane one after another, so that they reach the sequencer in order.
void LedgerCore::NextOnLane(const std::shared_ptr<Lane>& lane) {
  // A loop, since thousands may wait behind one that was read from disk.
  for (;;) {
    SubmissionPtr next;
    {
      const std::lock_guard lock(lane->mutex);
      if (lane->admission_queue.empty()) {
        lane->admitting = false;
        return;
      }
      next = std::move(lane->admission_queue.front());
      lane->admission_queue.pop_front();
    }
    if (!AdmitAndSubmit(next)) return;
  }
}

bool LedgerCore::AdmitAndSubmit(const SubmissionPtr& submission) {
  submission->looked_n = published_n_.load(std::memory_order_acquire);
  if (submission->items.size() - submission->cursor <= kInlineLookupsMax && Admit(submission.get(), storage::Tier::kMemory, &reader())) {
    caf::anon_send(sequencer_, SubmitMessage{submission});
    return true;
  }
  if (lookups_.TryRun([this, submission] { AdmitFromDisk(submission); })) return false;
  RefuseRest(submission, Overloaded("too many reads wait", kReaderQueueMax));
  return true;
}

void LedgerCore::AdmitFromDisk(const SubmissionPtr& submission) {
  submission->looked_n = published_n_.load(std::memory_order_acquire);
  // With Tier::kDisk every look-up is complete.
  static_cast<void>(Admit(submission.get(), storage::Tier::kDisk, &reader()));
  // A call that comes back to be looked up again still holds its lane; the next one is on its way already.
  // Looked at before it is sent: from then on it is the sequencer's.
  const std::shared_ptr<Lane> lane = submission->holds_lane ? nullptr : submission->lane;
  caf::anon_send(sequencer_, SubmitMessage{submission});
  if (lane != nullptr) NextOnLane(lane);
}

void LedgerCore::Readmit(SubmissionPtr submission) {
  lookups_.Run([this, submission = std::move(submission)] { AdmitFromDisk(submission); });
}

void LedgerCore::ReadmitAccount(AccountSubmission submission) {
  auto shared = std::make_shared<AccountSubmission>(std::move(submission));
  lookups_.Run([this, shared] { SubmitAccount(shared, storage::Tier::kDisk); });
}

void LedgerCore::ChangeAccounts(std::vector<domain::AccountCommand> commands, std::string principal, AccountsDone done) {
  const std::size_t count = commands.size();
  if (count == 0) {
    done({});
    return;
  }
  if (const auto refusal = Enter(count)) {
    done(AllRefused<AccountOutcome>(count, *refusal));
    return;
  }
  auto call = std::make_shared<AccountsCall>(count, [this, count, done = std::move(done)](std::vector<AccountOutcome> outcomes) {
    done(std::move(outcomes));
    Leave(count);
  });
  for (std::size_t i = 0; i < count; ++i) {
    auto submission = std::make_shared<AccountSubmission>();
    submission->command = std::move(commands[i]);
    submission->principal = principal;
    submission->done = [call, i](AccountOutcome outcome) { call->Deliver(i, std::move(outcome)); };
    SubmitAccount(submission, storage::Tier::kMemory);
  }
}

void LedgerCore::SubmitAccount(const std::shared_ptr<AccountSubmission>& submission, storage::Tier tier) {
  submission->looked_n = published_n_.load(std::memory_order_acquire);
  AccountAdmission admission = AdmitAccount(submission->command, tier, &reader());
  if (!admission.complete) {
    if (lookups_.TryRun([this, submission] { SubmitAccount(submission, storage::Tier::kDisk); })) return;
    admission.answer.emplace().refusal = Overloaded("too many reads wait", kReaderQueueMax);
  }
  if (admission.answer) {
    submission->done(std::move(*admission.answer));
    return;
  }
  caf::anon_send(sequencer_, SubmitAccountMessage{submission});
}

void LedgerCore::RegisterAsset(domain::RegisterAsset command, std::string principal, AssetDone done) {
  if (const auto refusal = Enter(1)) {
    AssetOutcome outcome;
    outcome.refusal = *refusal;
    done(std::move(outcome));
    return;
  }
  auto submission = std::make_shared<AssetSubmission>();
  submission->asset = std::move(command.asset);
  submission->principal = std::move(principal);
  submission->done = [this, done = std::move(done)](AssetOutcome outcome) {
    done(std::move(outcome));
    Leave(1);
  };
  caf::anon_send(sequencer_, SubmitAssetMessage{submission});
}

void LedgerCore::RunCommitter() {
  for (;;) {
    std::vector<FlightPtr> flights = commit_queue_.Take(kCommitCommandsMax);
    if (flights.empty()) break;
    publish_queue_.Push(committer_.Commit(std::move(flights)));
  }
  publish_queue_.Close();
}

void LedgerCore::RunPublisher() {
  while (auto committed = publish_queue_.Take()) Publish(std::move(*committed));
}

void LedgerCore::Publish(CommittedFlights committed) {
  std::optional<domain::Refusal> failure;
  if (committed.batch != nullptr) {
    store_->writer().Publish(std::move(committed.batch));
    groups_.fetch_add(1, std::memory_order_relaxed);
    // Durable, but no read would show it: the caller is told to ask again, and after a restart it is a replay.
    if (const domain::Status health = store_->Health(); !health.ok()) {
      failure = health.refusal();
      failure_.Set(*failure);
    }
  } else {
    failure = failure_.Get();
  }
  if (failure && !failure_logged_) {
    spdlog::critical("no more is written, reads go on: {}", failure->message);
    failure_logged_ = true;
  }
  const std::uint64_t n = committed.flights.back()->n;
  published_n_.store(n, std::memory_order_release);
  for (const FlightPtr& flight : committed.flights) {
    Answer(flight, failure, &reader(), [this](std::function<void()> job) { lookups_.Run(std::move(job)); });
  }
  caf::anon_send(sequencer_, PublishedMessage{std::make_shared<std::vector<FlightPtr>>(std::move(committed.flights))});
  if (!stopping_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(drain_mutex_);
  drained_.notify_all();
}

LedgerStats LedgerCore::Stats() const {
  LedgerStats stats;
  stats.active_accounts = static_cast<std::int64_t>(active_accounts_.load(std::memory_order_relaxed));
  stats.in_flight_commands = static_cast<std::int64_t>(in_flight_.load(std::memory_order_relaxed));
  stats.waiting_calls = static_cast<std::int64_t>(commit_queue_.Size());
  stats.committed_groups = groups_.load(std::memory_order_relaxed);
  stats.committed_commands = static_cast<std::int64_t>(published_n_.load(std::memory_order_relaxed));
  stats.reader_queue = static_cast<std::int64_t>(readers_.QueueSize() + lookups_.QueueSize());
  if (const auto failure = failure_.IsSet() ? failure_.Get() : std::nullopt) {
    stats.read_only = true;
    stats.read_only_reason = failure->message;
  }
  return stats;
}

void LedgerCore::CrashAccount(const std::string& account_id) { caf::anon_send(sequencer_, CrashAccountMessage{account_id}); }

/// Waits until every accepted command is answered and every number is published.
void LedgerCore::AwaitDrained() {
  std::unique_lock lock(drain_mutex_);
  const auto through = [this] {
    return in_flight_.load(std::memory_order_acquire) == 0 && published_n_.load(std::memory_order_acquire) >= numbered_n_.load(std::memory_order_acquire);
  };
  // The last number may be announced a moment after its flight is through; looked at again from time to time.
  while (!through()) drained_.wait_for(lock, std::chrono::milliseconds(20));
}

void LedgerCore::Stop() {
  if (stopped_.exchange(true)) return;
  stopping_.store(true, std::memory_order_release);
  AwaitDrained();
  caf::anon_send(sequencer_, StopMessage{});
  // Every thread that speaks to the actors ends before they go: the last answer is out a moment before its thread is done.
  commit_queue_.Close();
  committer_thread_.join();
  publisher_thread_.join();
  readers_.Shutdown();
  lookups_.Shutdown();
  sequencer_ = nullptr;
  system_.reset();
  const domain::Status checkpoint = store_->Checkpoint();
  if (!checkpoint.ok()) spdlog::error("checkpoint at shutdown failed: {}", checkpoint.refusal().message);
}

std::unique_ptr<Ledger> Ledger::Start(storage::Store* store, const LedgerOptions& options) {
  SequencerActor::Settings settings;
  settings.last_time = store->reader().VisibleHead().time;
  settings.assets = store->reader().Assets();
  auto holds = store->reader().OpenHolds();
  if (holds.ok()) {
    settings.holds = std::move(*holds);
  } else {
    spdlog::error("open holds cannot be read, they do not expire: {}", holds.refusal().message);
  }
  return std::make_unique<LedgerCore>(store, options, std::move(settings));
}

}  // namespace florin::actors
