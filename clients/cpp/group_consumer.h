#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "clients/cpp/ack_outbox.h"
#include "clients/cpp/client.h"
#include "clients/cpp/group_worklist.h"
#include "clients/cpp/handled.h"
#include "clients/cpp/stall_guard.h"

namespace florin::client {

struct GroupConsumerOptions {
  std::string group_id;
  /// Unique in the group: 1-64 characters, for example host and process id.
  std::string member_name;
  /// Handlers that run at once, each with another stream.
  int workers = 4;
  /// Most events held here; 0: the group's max_in_flight.
  int max_in_flight = 0;
  /// Ends a member of this name that is still there, else MEMBER_EXISTS. When
  /// its own connection was lost the consumer does so in any case.
  bool take_over = false;
  /// Acknowledgements wait so long for company, but go at once when nothing is
  /// left to do.
  std::chrono::milliseconds acknowledge_linger{2};
  /// Held for longer than this, an event is not extended any more: a handler
  /// that hangs gives its stream up to another member after the ack_timeout.
  std::chrono::milliseconds hold_limit{600'000};
  /// Nothing heard for so long, not even a heartbeat: the connection counts as
  /// lost.
  std::chrono::milliseconds stall_limit{30'000};
  /// How long Stop waits for the server to make durable what was acknowledged.
  std::chrono::milliseconds stop_limit{30'000};
  /// For connections lost after the first response; absent: for ever, with the
  /// client's backoff. The first connection has the client's policy.
  std::optional<RetryPolicy> retry = std::nullopt;
  /// Single acknowledgements that the server did not take, such as
  /// DELIVERY_UNKNOWN of what was too late: the event comes again, or came to
  /// another member. Called on the reading thread: must not block.
  std::function<void(const std::string& delivery_id, const ClientError& refusal)> on_refusal = {};
  /// The first response over a connection: the group has let us in, or in again. Called on the
  /// reading thread: must not block.
  std::function<void()> on_joined = {};
  /// The connection was lost, or could not be made; absent `delay`: given up.
  std::function<void(const ClientError& error, std::optional<std::chrono::milliseconds> delay)>
      on_disconnect = {};
};

/// Counts since the start.
struct GroupConsumerStats {
  std::int64_t delivered = 0;
  /// Of them, those with attempt > 1.
  std::int64_t redelivered = 0;
  std::int64_t acknowledged = 0;
  std::int64_t retried = 0;
  std::int64_t parked = 0;
  std::int64_t skipped = 0;
  std::int64_t left = 0;
  /// Handled, but for a connection that was lost by then: they come again.
  std::int64_t too_late = 0;
  /// Delivered and left to others: no handler has seen them.
  std::int64_t not_begun = 0;
  std::int64_t extended = 0;
  std::int64_t refused = 0;
  std::int64_t acknowledge_messages = 0;
  std::int64_t connections = 0;
  /// Delivered and not yet handled, now.
  std::int64_t in_hand = 0;
};

/// Works on a consumer group's events as one of its members: calls a handler for
/// each, and tells the server what became of it.
///
///     GroupConsumer consumer(client, {.group_id = "mail", .member_name = "m1"},
///                            [&](const v1::DeliveredEvent& delivery) {
///                              Send(delivery.event());
///                              return Handled::Done();
///                            });
///     consumer.Wait();
///
/// Order: the events of one stream one at a time, in their order; those of
/// different streams on `workers` threads at once.
/// Delivery is at least once: whoever cannot repeat an effect keeps the event_id
/// with it, or reads the log with ExactlyOnceSubscription.
/// A handler that takes long is no trouble: what is held is extended in time. An
/// exception from it is a Retry with its what().
/// A lost connection is made again with backoff; what was in hand is finished,
/// and comes again. GROUP_NOT_FOUND, MEMBER_EXISTS and other refusals end the
/// consumer: see Wait.
///
/// Threads: everything from any, but neither Stop nor Wait nor the destructor from
/// a handler or callback.
class GroupConsumer {
 public:
  /// `attempt` counts from 1.
  using Handler = std::function<Handled(const v1::DeliveredEvent& delivery)>;

  /// Joins at once, in the background.
  GroupConsumer(Client& client, GroupConsumerOptions options, Handler handler);
  /// Stops first.
  ~GroupConsumer();
  GroupConsumer(const GroupConsumer&) = delete;
  GroupConsumer& operator=(const GroupConsumer&) = delete;

  /// Takes nothing new, lets running handlers finish, acknowledges what they
  /// did, and leaves: what no handler has begun goes to other members at once,
  /// where its attempt counts on.
  /// OK: everything acknowledged is durable. Error: why that is not known; the
  /// events in question may come again. Again: the same answer.
  DoneResult Stop();
  /// The first half of Stop, which does not wait: takes nothing new, and keeps what
  /// is still to be said for the goodbye, so that no acknowledgement makes room for
  /// an event that comes for nothing; but for no more than a third of the
  /// ack_timeout, so that none is too late because another handler takes long. May
  /// be called by a handler. Stop follows.
  void BeginStop();

  /// Blocks until the consumer has ended: by Stop, or by what retrying does not
  /// cure.
  DoneResult Wait();
  /// The same, but returns nullopt when it has not ended within `limit`.
  std::optional<DoneResult> WaitFor(std::chrono::milliseconds limit);

  [[nodiscard]] GroupConsumerStats stats() const;

 private:
  using Clock = GroupWorklist::Clock;
  using Stream = grpc::ClientReaderWriter<v1::ConsumeGroupRequest, v1::ConsumeGroupResponse>;
  struct Connection {
    std::int64_t number = 0;
    grpc::ClientContext context;
    std::unique_ptr<Stream> stream;
    std::unique_ptr<StallGuard> guard;
    std::atomic<std::chrono::milliseconds> ack_timeout{std::chrono::milliseconds(0)};
    bool doubted = false;  // the ack_timeout may be another by now; guarded by mutex_
    bool over = false;     // guarded by mutex_
  };

  // On runner_: connections, one after another.
  void Run();
  // One connection from join to end; OK: it ended because we left.
  DoneResult Serve();
  // False: stopping.
  bool Open(std::chrono::milliseconds ack_timeout);
  void Join();
  void Read();
  void Accept(v1::ConsumeGroupResponse* response);
  void Refused(const v1::AcknowledgeRefusal& refusal);
  // On a thread of the connection's.
  void Write();
  [[nodiscard]] Clock::duration LookInterval() const;
  bool Send(v1::Acknowledge message);
  bool ExtendDue();
  // Of a stream that has ended; how it did.
  DoneResult Close();
  // False: stopping.
  bool Pause(std::chrono::milliseconds delay);
  void End(DoneResult result);

  // group_consumer_watch.cc
  Result<std::chrono::milliseconds> ReadAckTimeout(std::chrono::milliseconds limit);
  void SetAckTimeout(std::chrono::milliseconds ack_timeout);
  // On a thread of the connection's own: neither reading nor writing may wait for
  // another call's answer.
  void Watch();
  // False: the connection is over.
  bool AwaitDoubt();
  // Ends Watch.
  void EndWatch();

  // On workers_.
  void Work();
  Handled Handle(const v1::DeliveredEvent& delivery) const;
  void Report(const GroupWorklist::Item& item, Handled handled);

  [[nodiscard]] std::optional<std::chrono::milliseconds> DelayAfter(const ClientError& error) const;
  [[nodiscard]] bool stopping() const;
  static ClientError Lost(const std::string& message);

  Client& client_;
  const GroupConsumerOptions options_;
  const Handler handler_;
  GroupWorklist worklist_;
  AckOutbox outbox_;
  bool joined_ = false;      // ever; of runner_
  int failed_attempts_ = 0;  // of runner_

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Connection> connection_;  // replaced under mutex_, by runner_
  bool stopping_ = false;                   // guarded by mutex_
  std::optional<DoneResult> ended_;         // guarded by mutex_

  struct Counters {
    std::atomic<std::int64_t> delivered = 0;
    std::atomic<std::int64_t> redelivered = 0;
    std::atomic<std::int64_t> acknowledged = 0;
    std::atomic<std::int64_t> retried = 0;
    std::atomic<std::int64_t> parked = 0;
    std::atomic<std::int64_t> skipped = 0;
    std::atomic<std::int64_t> left = 0;
    std::atomic<std::int64_t> too_late = 0;
    std::atomic<std::int64_t> extended = 0;
    std::atomic<std::int64_t> refused = 0;
    std::atomic<std::int64_t> acknowledge_messages = 0;
    std::atomic<std::int64_t> connections = 0;
  };
  Counters counters_;

  std::mutex stop_mutex_;  // one Stop at a time
  std::vector<std::thread> workers_;
  std::thread runner_;
};

}  // namespace florin::client
