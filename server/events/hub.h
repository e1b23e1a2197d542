#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "server/events/subscription.h"

namespace florin::server {

struct EventHubOptions {
  SubscriptionOptions subscription;
  std::size_t subscriptions_max = 4'096;
  /// Of commit groups that are kept encoded.
  std::size_t cache_bytes = 32U << 20;
  /// Tests pass their own.
  std::function<EventClock::time_point()> now = EventClock::now;
  /// False: whoever owns the hub calls Step.
  bool own_thread = true;
};

struct EventHubStats {
  std::int64_t subscriptions = 0;
  std::int64_t events_sent = 0;
  std::int64_t responses_sent = 0;
  std::int64_t subscribers_stalled = 0;
  std::int64_t buffered_bytes = 0;
};

/// All subscriptions and the one thread that serves those that are live.
///
/// A publish sets a flag and wakes the thread, no more. The thread gives a turn
/// to whoever waits at the head; turns that need the disk, or are far behind,
/// go to the readers. Threads: every method from any, but Step.
class EventHub {
 public:
  /// Runs a job where it may block; false, and not run, when too many wait.
  using Readers = std::function<bool(std::function<void()>)>;

  /// Requires: `reader` outlives it; every subscription is detached before it
  /// goes.
  EventHub(storage::Reader* reader, Readers readers, EventHubOptions options);
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// `sink` hears of everything from Start on, until Detach.
  /// Errors: kOverloaded, kShuttingDown.
  domain::Result<EventSubscriptionPtr> Join(SubscriptionStart start, SubscriptionSink* sink);
  void Signal(const EventSubscriptionPtr& subscription, std::uint32_t signals);
  /// The sink is no more.
  void Detach(const EventSubscriptionPtr& subscription);

  /// Ends every stream, and those to come, with kShuttingDown. Does not wait.
  void EndAll();

  [[nodiscard]] EventHubStats Stats() const;
  [[nodiscard]] EventTail& tail() { return tail_; }

  /// Gives every subscription that wants one a turn. Returns when to come again
  /// though nothing happens.
  EventClock::time_point Step();

 private:
  using TimePoint = EventClock::time_point;

  void Run();
  void OnPublish();
  void Wake();
  void Visit(const EventSubscriptionPtr& subscription, std::uint32_t signals, TimePoint now);
  void VisitParked(TimePoint now);
  void VisitSignalled(TimePoint now);
  void VisitTimers(TimePoint now);
  void Park(const EventSubscriptionPtr& subscription);
  void Unpark(EventSubscription* subscription);
  void SubmitJob(const EventSubscriptionPtr& subscription);
  void SetTimer(const EventSubscriptionPtr& subscription);
  void Remove(const EventSubscriptionPtr& subscription);

  storage::Reader* const reader_;
  const Readers readers_;
  const EventHubOptions options_;
  EventTail tail_;
  SubscriptionContext context_;

  // The thread's own.
  std::vector<EventSubscriptionPtr> parked_;
  std::set<std::pair<TimePoint, EventSubscriptionPtr>> timers_;

  std::atomic<bool> published_{false};
  std::atomic<std::size_t> parked_count_{0};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<EventSubscriptionPtr> queue_;
  std::unordered_set<EventSubscriptionPtr> members_;
  std::size_t jobs_ = 0;
  bool shut_down_ = false;
  bool stop_ = false;

  std::uint64_t listener_ = 0;
  std::thread thread_;
};

}  // namespace florin::server
