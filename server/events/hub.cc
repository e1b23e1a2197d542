#include "server/events/hub.h"

#include <algorithm>
#include <string>

namespace florin::server {

EventHub::EventHub(storage::Reader* reader, Readers readers, EventHubOptions options)
    : reader_(reader),
      readers_(std::move(readers)),
      options_(std::move(options)),
      tail_(reader, options_.cache_bytes) {
  context_.tail = &tail_;
  context_.options = options_.subscription;
  listener_ = reader_->Listen([this] { OnPublish(); });
  if (options_.own_thread) thread_ = std::thread([this] { Run(); });
}

EventHub::~EventHub() {
  reader_->Unlisten(listener_);
  {
    std::unique_lock lock(mutex_);
    stop_ = true;
    changed_.notify_all();
    // Jobs look at what goes with the hub.
    changed_.wait(lock, [this] { return jobs_ == 0; });
  }
  if (thread_.joinable()) thread_.join();
}

domain::Result<EventSubscriptionPtr> EventHub::Join(SubscriptionStart start,
                                                    SubscriptionSink* sink) {
  auto subscription =
      std::make_shared<EventSubscription>(std::move(start), &context_, sink, options_.now());
  const std::lock_guard lock(mutex_);
  if (shut_down_)
    return domain::Refusal{
        domain::Reason::kShuttingDown, "the server is stopping; subscribe again", {}};
  if (members_.size() >= options_.subscriptions_max) {
    const auto limit = std::to_string(options_.subscriptions_max);
    return domain::Refusal{domain::Reason::kOverloaded,
                           limit +
                               " subscriptions are open, which is the limit; try again later, or "
                               "raise --max-subscribers",
                           {{"limit", limit}}};
  }
  members_.insert(subscription);
  return subscription;
}

void EventHub::Signal(const EventSubscriptionPtr& subscription, std::uint32_t signals) {
  subscription->place_.signals.fetch_or(signals);
  if (subscription->place_.queued.exchange(true)) return;
  const std::lock_guard lock(mutex_);
  queue_.push_back(subscription);
  if (queue_.size() == 1) changed_.notify_all();
}

void EventHub::Detach(const EventSubscriptionPtr& subscription) {
  subscription->Detach();
  Signal(subscription, EventSubscription::kDetached);
}

void EventHub::EndAll() {
  std::vector<EventSubscriptionPtr> members;
  {
    const std::lock_guard lock(mutex_);
    shut_down_ = true;
    members.assign(members_.begin(), members_.end());
  }
  for (const auto& member : members) Signal(member, EventSubscription::kShutDown);
}

EventHubStats EventHub::Stats() const {
  EventHubStats stats;
  {
    const std::lock_guard lock(mutex_);
    stats.subscriptions = static_cast<std::int64_t>(members_.size());
  }
  stats.events_sent = context_.counters.events_sent;
  stats.responses_sent = context_.counters.responses_sent;
  stats.subscribers_stalled = context_.counters.stalled;
  stats.buffered_bytes = static_cast<std::int64_t>(context_.counters.buffered_bytes);
  return stats;
}

void EventHub::OnPublish() {
  published_ = true;
  // Nobody waits at the head: who comes there next looks at the flag first.
  if (parked_count_ > 0) Wake();
}

void EventHub::Wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void EventHub::Run() {
  for (;;) {
    const TimePoint next = std::min(Step(), options_.now() + std::chrono::hours(1));
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, next, [this] {
      return stop_ || !queue_.empty() || (published_ && parked_count_ > 0);
    });
    if (stop_) return;
  }
}

EventHub::TimePoint EventHub::Step() {
  const TimePoint now = options_.now();
  VisitParked(now);
  VisitSignalled(now);
  VisitTimers(now);
  return timers_.empty() ? TimePoint::max() : timers_.begin()->first;
}

void EventHub::VisitParked(TimePoint now) {
  // Cleared before anybody looks at the head: a publish in between is seen in
  // the next step.
  if (parked_.empty() || !published_.exchange(false)) return;
  std::vector<EventSubscriptionPtr> woken;
  woken.swap(parked_);
  parked_count_ = 0;
  for (const auto& subscription : woken) subscription->place_.parked_at.reset();
  for (const auto& subscription : woken) Visit(subscription, 0, now);
}

void EventHub::VisitSignalled(TimePoint now) {
  std::vector<EventSubscriptionPtr> signalled;
  {
    const std::lock_guard lock(mutex_);
    signalled.swap(queue_);
  }
  for (const auto& subscription : signalled) {
    subscription->place_.queued = false;
    Visit(subscription, subscription->place_.signals.exchange(0), now);
  }
}

void EventHub::VisitTimers(TimePoint now) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto [due, subscription] = *timers_.begin();
    timers_.erase(timers_.begin());
    subscription->place_.timer.reset();
    Visit(subscription, 0, now);
  }
}

void EventHub::Visit(const EventSubscriptionPtr& subscription, std::uint32_t signals,
                     TimePoint now) {
  Unpark(subscription.get());
  switch (subscription->Turn(signals, now)) {
    case EventSubscription::Next::kWait:
      break;
    case EventSubscription::Next::kPark:
      Park(subscription);
      break;
    case EventSubscription::Next::kAgain:
      Signal(subscription, 0);
      break;
    case EventSubscription::Next::kJob:
      SubmitJob(subscription);
      break;
    case EventSubscription::Next::kRemove:
      Remove(subscription);
      return;
  }
  SetTimer(subscription);
}

void EventHub::Park(const EventSubscriptionPtr& subscription) {
  subscription->place_.parked_at = parked_.size();
  parked_.push_back(subscription);
  parked_count_ = parked_.size();
}

void EventHub::Unpark(EventSubscription* subscription) {
  if (!subscription->place_.parked_at) return;
  const std::size_t place = *std::exchange(subscription->place_.parked_at, std::nullopt);
  if (place + 1 != parked_.size()) {
    parked_[place] = std::move(parked_.back());
    parked_[place]->place_.parked_at = place;
  }
  parked_.pop_back();
  parked_count_ = parked_.size();
}

void EventHub::SubmitJob(const EventSubscriptionPtr& subscription) {
  {
    const std::lock_guard lock(mutex_);
    ++jobs_;
  }
  // Goes with the job, run or dropped.
  const std::shared_ptr<void> token(nullptr, [this](void*) {
    const std::lock_guard lock(mutex_);
    --jobs_;
    changed_.notify_all();
  });
  const bool accepted = readers_([this, subscription, token] {
    subscription->RunJob();
    Signal(subscription, EventSubscription::kJobDone);
  });
  if (!accepted) Signal(subscription, EventSubscription::kJobRefused);
}

void EventHub::SetTimer(const EventSubscriptionPtr& subscription) {
  const TimePoint deadline = subscription->Deadline();
  auto& timer = subscription->place_.timer;
  // A timer that comes too early sets itself again; so a write, which moves the
  // deadline, costs nothing here.
  if (deadline == TimePoint::max() || (timer && *timer <= deadline)) return;
  if (timer) timers_.erase({*timer, subscription});
  timer = deadline;
  timers_.emplace(deadline, subscription);
}

void EventHub::Remove(const EventSubscriptionPtr& subscription) {
  auto& timer = subscription->place_.timer;
  if (timer) timers_.erase({*timer, subscription});
  timer.reset();
  const std::lock_guard lock(mutex_);
  members_.erase(subscription);
}

}  // namespace florin::server
