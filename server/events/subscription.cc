#include "server/events/subscription.h"

#include <algorithm>
#include <utility>

#include "server/convert/event_checkpoint.h"

namespace florin::server {
namespace {

domain::Refusal ShuttingDown() {
  return {domain::Reason::kShuttingDown,
          "the server is stopping; subscribe again with your checkpoint",
          {}};
}

domain::Refusal Stalled(std::chrono::nanoseconds timeout) {
  const auto seconds =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
  return {
      domain::Reason::kSubscriberStalled,
      "nothing was read for " + seconds + " s; subscribe again with the checkpoint that you stored",
      {{"stall_timeout_seconds", seconds}}};
}

}  // namespace

EventSubscription::EventSubscription(SubscriptionStart start, SubscriptionContext* context,
                                     SubscriptionSink* sink, TimePoint now)
    : context_(context),
      heartbeat_(start.heartbeat),
      batch_events_(start.batch_events),
      start_time_(start.start_time),
      batch_(std::move(start.filter), start.after),
      last_write_(now),
      sink_(sink) {}

EventSubscription::Next EventSubscription::Turn(std::uint32_t signals, TimePoint now) {
  if ((signals & kJobDone) != 0) {
    job_running_ = false;
    if (std::exchange(job_found_nothing_, false)) retry_at_ = now + context_->options.retry_delay;
  }
  if ((signals & kJobRefused) != 0) {
    job_running_ = false;
    retry_at_ = now + context_->options.retry_delay;
  }
  if ((signals & kWriteDone) != 0) NoteWriteDone();
  if ((signals & kDetached) != 0) {
    NoteWriteDone();
    return Next::kRemove;
  }
  if ((signals & kShutDown) != 0)
    cut_time_ = std::min(cut_time_, now + context_->options.shutdown_grace);
  if (ended_) {
    CutAfterGrace(now);
    return Next::kWait;
  }
  if ((signals & kGone) != 0) return End(std::nullopt, now);
  if ((signals & kShutDown) != 0) return End(ShuttingDown(), now);
  if (writing_ && now >= last_write_ + context_->options.stall_timeout) {
    ++context_->counters.stalled;
    return End(Stalled(context_->options.stall_timeout), now);
  }
  if (job_running_) return Next::kWait;
  return Serve(now);
}

EventSubscription::Next EventSubscription::Serve(TimePoint now) {
  if (!writing_ && !batch_.empty()) Send(now);
  if (failure_) return writing_ ? Next::kWait : End(failure_, now);
  if (writing_ && (batch_.full() || Crowded())) return Next::kWait;
  if (retry_at_ && now < *retry_at_) {
    KeepAlive(now);
    return Next::kWait;
  }
  retry_at_.reset();
  // Looked at once: the hub gives another turn when it moves.
  const std::int64_t head = context_->tail->Head();
  if (start_time_ || head - batch_.cursor() > context_->options.live_lag) return StartJob(now);

  const auto commit_groups = context_->tail->Recent(batch_.cursor() + 1);
  if (commit_groups.ok() && commit_groups.value() == nullptr) return StartJob(now);
  if (!commit_groups.ok()) {
    failure_ = commit_groups.refusal();
    return Next::kAgain;
  }
  TakeAll(*commit_groups);
  if (batch_.cursor() < head) {
    KeepAlive(now);
    return Next::kAgain;
  }
  if (!writing_ && (!batch_.empty() || !told_caught_up_)) Send(now);
  KeepAlive(now);
  return Next::kPark;
}

EventSubscription::Next EventSubscription::StartJob(TimePoint now) {
  KeepAlive(now);
  job_running_ = true;
  return Next::kJob;
}

EventSubscription::Next EventSubscription::End(const std::optional<domain::Refusal>& refusal,
                                               TimePoint now) {
  ended_ = true;
  cut_time_ = std::min(cut_time_, now + context_->options.end_grace);
  // The sink may be gone, with Detach called, before this returns.
  sink_->Finish(refusal);
  return Next::kWait;
}

void EventSubscription::NoteWriteDone() {
  context_->counters.buffered_bytes -= std::exchange(written_bytes_, 0);
  writing_ = false;
}

void EventSubscription::CutAfterGrace(TimePoint now) {
  if (cut_ || now < cut_time_) return;
  cut_ = true;
  const std::lock_guard lock(sink_mutex_);
  if (sink_ != nullptr) sink_->Cut();
}

void EventSubscription::Send(TimePoint now) {
  const std::int64_t head = std::max(context_->tail->Head(), batch_.checkpoint());
  told_caught_up_ = batch_.checkpoint() == head;
  context_->counters.events_sent += batch_.count();
  ++context_->counters.responses_sent;
  std::string response = batch_.Release(
      EncodeCheckpoint(context_->tail->ledger_id(), batch_.checkpoint()), head, told_caught_up_);
  written_bytes_ = response.size();
  context_->counters.buffered_bytes += written_bytes_;
  writing_ = true;
  last_write_ = now;
  sink_->Write(std::move(response));
}

void EventSubscription::KeepAlive(TimePoint now) {
  if (!writing_ && !start_time_ && now >= last_write_ + heartbeat_) Send(now);
}

void EventSubscription::RunJob() {
  if (start_time_) {
    const domain::Status resolved = ResolveStart();
    if (!resolved.ok()) failure_ = resolved.refusal();
    return;
  }
  const std::int64_t begin = batch_.cursor();
  while (!batch_.full() && batch_.cursor() < begin + context_->options.events_a_job) {
    const auto commit_groups =
        context_->tail->Read(batch_.cursor() + 1, context_->options.read_bytes);
    if (!commit_groups.ok()) {
      failure_ = commit_groups.refusal();
      return;
    }
    if (commit_groups.value()->empty()) {
      // Seen by Head and not yet by Read: never ask again at once, it would be
      // asked for ever.
      job_found_nothing_ = batch_.cursor() == begin;
      return;
    }
    TakeAll(*commit_groups);
  }
}

domain::Status EventSubscription::ResolveStart() {
  const auto before = context_->tail->LastPositionBefore(*start_time_);
  if (!before.ok()) return before.refusal();
  batch_.StartAfter(*before);
  // What is committed from now on may still be before a time in the future.
  batch_.SetStartTime(*start_time_);
  start_time_.reset();
  return domain::Ok{};
}

void EventSubscription::TakeAll(const CommitGroupEventsList& commit_groups) {
  const BatchLimits limits = Limits();
  for (const CommitGroupEventsPtr& commit_group : *commit_groups) {
    if (batch_.full()) break;
    batch_.Take(*commit_group, limits);
  }
}

EventSubscription::TimePoint EventSubscription::Deadline() const {
  if (ended_) return cut_ ? TimePoint::max() : cut_time_;
  TimePoint next = TimePoint::max();
  if (writing_) {
    next = last_write_ + context_->options.stall_timeout;
  } else if (!job_running_ && !start_time_) {
    next = last_write_ + heartbeat_;
  }
  return retry_at_ ? std::min(next, *retry_at_) : next;
}

void EventSubscription::Detach() {
  const std::lock_guard lock(sink_mutex_);
  sink_ = nullptr;
}

bool EventSubscription::Crowded() const {
  return context_->counters.buffered_bytes > context_->options.buffered_bytes_max;
}

BatchLimits EventSubscription::Limits() const {
  const SubscriptionOptions& options = context_->options;
  const int events =
      batch_events_ == 0 ? options.batch_events : std::min(batch_events_, options.batch_events);
  return {events, Crowded() ? options.crowded_batch_bytes : options.batch_bytes,
          options.batch_bytes_max};
}

}  // namespace florin::server
