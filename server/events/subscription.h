#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "domain/event_filter.h"
#include "domain/refusal.h"
#include "server/events/batch.h"
#include "server/events/tail.h"

namespace florin::server {

using EventClock = std::chrono::steady_clock;

/// What all subscriptions share in settings.
struct SubscriptionOptions {
  /// A response is sent once it has this many bytes.
  std::size_t batch_bytes = 256U << 10;
  /// A response is cut here, if need be in the middle of a command: clients
  /// take 4 MiB by default.
  std::size_t batch_bytes_max = 1U << 20;
  /// Where the client leaves it to the server, and the most that it may have.
  int batch_events = 8'192;
  /// While more than `buffered_bytes_max` wait for slow clients, nothing is
  /// prepared ahead and responses are cut here.
  std::size_t crowded_batch_bytes = 16U << 10;
  std::size_t buffered_bytes_max = 64U << 20;
  /// How far a job on a reader thread goes before others have their turn.
  std::int64_t events_a_job = 16'384;
  std::size_t read_bytes = 128U << 10;
  /// Further than this behind the head, a subscription is served by the readers
  /// and not by the hub's thread, which the live ones need.
  std::int64_t live_lag = 4'096;
  /// A client that takes nothing for so long is ended.
  std::chrono::nanoseconds stall_timeout = std::chrono::seconds(60);
  /// From the end of a stream to when its connection is cut, if the client does
  /// not take the end.
  std::chrono::nanoseconds end_grace = std::chrono::seconds(5);
  /// The same, when the server stops.
  std::chrono::nanoseconds shutdown_grace = std::chrono::seconds(1);
  /// When the readers' queue was full.
  std::chrono::nanoseconds retry_delay = std::chrono::milliseconds(5);
};

/// What one subscriber asked for.
struct SubscriptionStart {
  domain::EventFilter filter;
  /// Everything after this position, a command's end (0: everything).
  std::int64_t after = 0;
  /// Set: from the first event at or after this commit time (UTC nanoseconds)
  /// on; `after` is not looked at.
  std::optional<std::int64_t> start_time;
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(10);
  /// 0: the server's choice.
  int batch_events = 0;
};

/// The stream of one subscriber, as gRPC (or a test) provides it. Calls come
/// from one thread at a time; none blocks.
class SubscriptionSink {
 public:
  virtual ~SubscriptionSink() = default;
  /// One response, encoded. Not called again before kWriteDone was signalled.
  virtual void Write(std::string response) = 0;
  /// The last call but for Cut. Nothing: the client has gone.
  virtual void Finish(const std::optional<domain::Refusal>& refusal) = 0;
  /// Ends the connection although the client has not taken what was written.
  virtual void Cut() = 0;
};

/// Sums over all subscriptions, for limits and metrics.
struct SubscriptionCounters {
  /// Written and not yet taken by a client.
  std::atomic<std::size_t> buffered_bytes{0};
  std::atomic<std::int64_t> events_sent{0};
  std::atomic<std::int64_t> responses_sent{0};
  std::atomic<std::int64_t> stalled{0};
};

/// What subscriptions share; outlives them.
struct SubscriptionContext {
  EventTail* tail = nullptr;
  SubscriptionOptions options;
  SubscriptionCounters counters;
};

/// A cursor over the log and at most two responses: one on its way, one being
/// filled.
///
/// What has happened is signalled to the hub, which then gives it a turn;
/// between turns it costs nothing. History is read by a job on a reader thread;
/// while it runs, a turn does no more than end the stream.
/// Threads: Turn and Deadline on the hub's; RunJob on any, from a turn's kJob
/// until kJobDone is signalled; Detach from any.
class EventSubscription {
 public:
  using TimePoint = EventClock::time_point;

  enum Signal : std::uint32_t {
    kStarted = 1,
    kWriteDone = 2,
    /// The client cancelled, or a write failed.
    kGone = 4,
    kJobDone = 8,
    /// The readers' queue was full.
    kJobRefused = 16,
    kShutDown = 32,
    /// The sink is no more.
    kDetached = 64,
  };

  /// What the hub does with it next.
  enum class Next : std::uint8_t {
    kWait,  ///< a turn upon a signal or at its deadline
    kPark,  ///< and also when the log has grown
    kAgain,
    kJob,
    kRemove,
  };

  /// Requires: `context` outlives it; `sink` lives until Detach.
  EventSubscription(SubscriptionStart start, SubscriptionContext* context, SubscriptionSink* sink,
                    TimePoint now);

  [[nodiscard]] Next Turn(std::uint32_t signals, TimePoint now);
  void RunJob();
  /// When it wants a turn although nothing has happened.
  [[nodiscard]] TimePoint Deadline() const;
  /// The sink goes; waits for a call to Cut that is under way.
  void Detach();

 private:
  friend class EventHub;

  /// The hub's notes on it: the first two from any thread, the rest on its own.
  struct Place {
    std::atomic<std::uint32_t> signals{0};
    std::atomic<bool> queued{false};
    std::optional<std::size_t> parked_at;
    std::optional<TimePoint> timer;
  };

  Next Serve(TimePoint now);
  Next StartJob(TimePoint now);
  Next End(const std::optional<domain::Refusal>& refusal, TimePoint now);
  void NoteWriteDone();
  void CutAfterGrace(TimePoint now);
  void Send(TimePoint now);
  /// Breaks the silence if it has lasted.
  void KeepAlive(TimePoint now);
  domain::Status ResolveStart();
  void TakeAll(const CommitGroupEventsList& commit_groups);
  [[nodiscard]] bool Crowded() const;
  [[nodiscard]] BatchLimits Limits() const;

  SubscriptionContext* const context_;
  const std::chrono::nanoseconds heartbeat_;
  const int batch_events_;

  /// Not yet looked up.
  std::optional<std::int64_t> start_time_;
  EventBatch batch_;
  /// Ends the stream once what was taken before it is sent.
  std::optional<domain::Refusal> failure_;

  bool job_running_ = false;
  bool job_found_nothing_ = false;
  bool writing_ = false;
  bool told_caught_up_ = false;
  bool ended_ = false;
  bool cut_ = false;
  std::size_t written_bytes_ = 0;
  TimePoint last_write_;
  /// When the connection of one that has ended is cut.
  TimePoint cut_time_ = TimePoint::max();
  std::optional<TimePoint> retry_at_;

  std::mutex sink_mutex_;
  SubscriptionSink* sink_;

  Place place_;
};

using EventSubscriptionPtr = std::shared_ptr<EventSubscription>;

}  // namespace florin::server
