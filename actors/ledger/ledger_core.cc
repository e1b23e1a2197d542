#include "actors/ledger/ledger_core.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "actors/end_process.h"
#include "actors/ledger/outcomes.h"
#include "actors/spawning_thread.h"
#include "storage/prefetch.h"

namespace florin::actors {
namespace {

constexpr std::size_t kCommitCommandsMax = 32'768;

/// Up to so many commands the committer publishes by itself.
constexpr std::size_t kPublishedInPlaceMax = 256;

/// How many flights ahead of an answer the memory of a flight is asked for.
constexpr std::size_t kAnsweredAhead = 8;

/// An actor gives its worker back after so many messages, so that one hot account does not starve
/// the others.
constexpr std::size_t kMessagesPerTurn = 64;

}  // namespace

void PublishQueue::Push(CommittedFlights committed) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.size() < kBatchesMax || closed_; });
  queue_.push_back(std::move(committed));
  changed_.notify_all();
}

std::optional<CommittedFlights> PublishQueue::Take() {
  std::unique_lock lock(mutex_);
  taker_waits_ = true;
  changed_.wait(lock, [this] { return !queue_.empty() || closed_; });
  taker_waits_ = false;
  if (queue_.empty()) return std::nullopt;
  CommittedFlights committed = std::move(queue_.front());
  queue_.pop_front();
  changed_.notify_all();
  return committed;
}

bool PublishQueue::Idle() const {
  const std::lock_guard lock(mutex_);
  return taker_waits_ && queue_.empty();
}

void PublishQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

LedgerCore::LedgerCore(storage::Store* store, const LedgerOptions& options,
                       SequencerActor::Settings settings)
    : store_(store),
      options_(options),
      clock_(options.clocks, settings.last_time, options.max_clock_jump_ns),
      committer_(&store->writer(), store->reader().VisibleHead().position, &failure_,
                 options.observer),
      readers_(options.reader_threads, ReaderPool::kQueueMax),
      lookups_(options.reader_threads, ReaderPool::kQueueMax) {
  settings.max_active_accounts = options.max_active_accounts;
  settings.recent_commands = std::max<std::size_t>(options.max_in_flight, 1024);
  // "stealing" walks other workers' whole queues: with many runnable accounts that is linear in
  // their number.
  config_.set("scheduler.policy", caf::atom("sharing"));
  config_.set("scheduler.max-threads", options.worker_threads);
  config_.set("scheduler.max-throughput", kMessagesPerTurn);
  system_ = std::make_unique<caf::actor_system>(config_);
  sequencer_ = caf::actor_cast<caf::actor>(
      system_->spawn<SequencerActor>(static_cast<PipelineHost*>(this), settings));
  LetGoOfLogger();
  committer_thread_ =
      std::thread([this] { RunOrEndProcess("the committer", [this] { RunCommitter(); }); });
  publisher_thread_ =
      std::thread([this] { RunOrEndProcess("the publisher", [this] { RunPublisher(); }); });
}

LedgerCore::~LedgerCore() { LedgerCore::Stop(); }

void LedgerCore::WatchClock() {
  const auto note = clock_watch_.Look(&clock_, options_.clocks.steady());
  if (note) spdlog::log(note->warning ? spdlog::level::warn : spdlog::level::info, note->sentence);
}

void LedgerCore::SetExpiries(std::int64_t first, std::size_t due) {
  first_expiry_.store(first, std::memory_order_release);
  due_holds_.store(due, std::memory_order_relaxed);
}

void LedgerCore::EndDueHolds() {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kStep{1};
  const std::int64_t start_time = clock_.Now();
  if (first_expiry_.load(std::memory_order_acquire) > start_time) return;
  const Clock::time_point start = Clock::now();
  while (first_expiry_.load(std::memory_order_acquire) <= start_time && !failure_.IsSet()) {
    if (Clock::now() - start >= options_.due_at_start_limit) {
      spdlog::warn(
          "{} holds that came due while the server was down are still being ended; until then "
          "reads show them as pending, and commands on their accounts wait for them",
          due_holds_.load(std::memory_order_relaxed));
      return;
    }
    std::this_thread::sleep_for(kStep);
  }
  // That has been said, and they have not ended.
  if (failure_.IsSet()) return;
  spdlog::info("ended the holds that were due, in {} ms",
               std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count());
}

void LedgerCore::RunCommitter() {
  for (;;) {
    std::vector<FlightPtr> flights = commit_queue_.Take(kCommitCommandsMax);
    if (flights.empty()) break;
    CommittedFlights committed = committer_.Commit(std::move(flights));
    // To hand over a few commands costs more than to publish them.
    if (committed.flights.size() <= kPublishedInPlaceMax && publish_queue_.Idle()) {
      Publish(std::move(committed));
    } else {
      publish_queue_.Push(std::move(committed));
    }
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
    commits_.fetch_add(1, std::memory_order_relaxed);
    // Durable, but no read would show it: the caller is told to ask again, and after a restart it
    // is a replay.
    if (const domain::Status health = store_->Health(); !health.ok()) {
      failure = health.refusal();
      failure_.Set(*failure);
    }
  } else {
    failure = failure_.Get();
  }
  if (failure && !failure_logged_) {
    spdlog::critical("writing has stopped, reads go on: {}", failure->message);
    failure_logged_ = true;
  }
  const std::uint64_t n = committed.flights.back()->n;
  published_n_.store(n, std::memory_order_release);
  for (std::size_t i = 0; i < committed.flights.size(); ++i) {
    if (i + kAnsweredAhead < committed.flights.size())
      storage::PrefetchToWrite(committed.flights[i + kAnsweredAhead].get(), sizeof(Flight));
    const FlightPtr& flight = committed.flights[i];
    Answer(flight, failure, &reader(),
           [this](std::function<void()> job) { lookups_.Run(std::move(job)); });
  }
  caf::anon_send(
      sequencer_,
      PublishedMessage{std::make_shared<std::vector<FlightPtr>>(std::move(committed.flights))});
  if (!stopping_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(drain_mutex_);
  drained_.notify_all();
}

LedgerStats LedgerCore::Stats() const {
  LedgerStats stats;
  stats.active_accounts =
      static_cast<std::int64_t>(active_accounts_.load(std::memory_order_relaxed));
  // Whoever took the last command off the count had published it before.
  stats.in_flight_commands = static_cast<std::int64_t>(in_flight_.load(std::memory_order_acquire));
  stats.first_expiry_time = first_expiry_.load(std::memory_order_acquire);
  stats.due_holds = static_cast<std::int64_t>(due_holds_.load(std::memory_order_relaxed));
  stats.waiting_calls = static_cast<std::int64_t>(commit_queue_.Size());
  stats.commits = commits_.load(std::memory_order_relaxed);
  stats.committed_commands =
      static_cast<std::int64_t>(published_n_.load(std::memory_order_relaxed));
  stats.reader_queue = static_cast<std::int64_t>(readers_.QueueSize() + lookups_.QueueSize());
  if (const auto failure = failure_.IsSet() ? failure_.Get() : std::nullopt) {
    stats.read_only = true;
    stats.read_only_reason = failure->message;
  }
  return stats;
}

void LedgerCore::StopWriting(domain::Refusal reason) {
  spdlog::critical("writing has stopped, reads go on: {}", reason.message);
  failure_.Set(std::move(reason));
}

/// Waits until every accepted command is answered and every number is published.
void LedgerCore::AwaitDrained() {
  std::unique_lock lock(drain_mutex_);
  const auto through = [this] {
    return in_flight_.load(std::memory_order_acquire) == 0 &&
           published_n_.load(std::memory_order_acquire) >=
               numbered_n_.load(std::memory_order_acquire);
  };
  // The last number may be announced a moment after its flight is through; looked at again from
  // time to time.
  while (!through()) drained_.wait_for(lock, std::chrono::milliseconds(20));
}

void LedgerCore::Stop() {
  if (stopped_.exchange(true)) return;
  stopping_.store(true, std::memory_order_release);
  caf::anon_send(sequencer_, DrainMessage{});
  AwaitDrained();
  caf::anon_send(sequencer_, StopMessage{});
  sequencer_stopped_.get_future().wait();
  // Every thread that speaks to the actors ends before they go: the last answer is out a moment
  // before its thread is done.
  commit_queue_.Close();
  committer_thread_.join();
  publisher_thread_.join();
  readers_.Shutdown();
  lookups_.Shutdown();
  sequencer_ = nullptr;
  system_.reset();
  const domain::Status checkpoint = store_->Checkpoint();
  if (!checkpoint.ok())
    spdlog::error("checkpoint at shutdown failed: {}", checkpoint.refusal().message);
}

std::unique_ptr<Ledger> Ledger::Start(storage::Store* store, const LedgerOptions& options) {
  SequencerActor::Settings settings;
  settings.last_time = store->reader().VisibleHead().time;
  auto assets = store->reader().Assets();
  auto holds = store->reader().OpenHolds();
  if (assets.ok()) settings.assets = std::move(*assets);
  if (holds.ok()) settings.holds = std::move(*holds);
  auto ledger = std::make_unique<LedgerCore>(store, options, std::move(settings));
  // Written on without them, a code could be registered twice, and a hold would never expire.
  if (!assets.ok()) ledger->StopWriting(assets.refusal());
  if (!holds.ok()) ledger->StopWriting(holds.refusal());
  ledger->EndDueHolds();
  return ledger;
}

}  // namespace florin::actors
