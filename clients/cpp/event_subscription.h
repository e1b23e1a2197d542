#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "clients/cpp/client.h"
#include "clients/cpp/stall_guard.h"

namespace florin::client {

struct EventSubscriptionOptions {
  /// After a lost connection, go on behind the last checkpoint by itself.
  bool resume = true;
  /// For connections lost after the first batch; absent: the client's policy,
  /// which is also that of the first connection.
  std::optional<RetryPolicy> retry = std::nullopt;
  /// Nothing heard for so long, not even a heartbeat: the connection counts as
  /// lost. Must be longer than the request's heartbeat_interval (default 10 s).
  std::chrono::milliseconds stall_limit{30'000};
  /// Told of each connection that ended, from Next, also of one that was refused or cancelled;
  /// `delay` until the next try, none: there is none.
  std::function<void(const ClientError& error, std::optional<std::chrono::milliseconds> delay)>
      on_disconnect = {};
};

/// Reads a subscription batch by batch: history from where the request says,
/// then live, in order, without gap or duplicate, also over lost connections.
///
///     EventSubscription subscription(client, request);
///     for (;;) {
///       auto batch = subscription.Next();
///       if (!batch.ok()) break;         // batch.error() says why
///       Apply(batch.value().events());
///       Store(batch.value().checkpoint());
///     }
///
/// A batch may hold no events: heartbeats, and the moment when history ends
/// (`caught_up`). Store the checkpoint together with what was built from the
/// events; start the next time with `after_checkpoint`.
///
/// It resumes after UNAVAILABLE of every kind (SUBSCRIBER_STALLED and
/// SHUTTING_DOWN too), after whatever else RetryPolicy retries, and after
/// silence. A command that is too large for one
/// response comes in parts, and the checkpoint stays before it until the last:
/// over a lost connection no part is handed out twice, but after a restart of
/// the program they would be. Store the last event's position too, and skip what
/// is not beyond it; ExactlyOnceSubscription does.
///
/// Threads: Next from one thread; WaitFor and Cancel from any.
class EventSubscription {
 public:
  EventSubscription(Client& client, v1::SubscribeEventsRequest request,
                    const EventSubscriptionOptions& options = {});
  ~EventSubscription();
  EventSubscription(const EventSubscription&) = delete;
  EventSubscription& operator=(const EventSubscription&) = delete;

  /// Blocks for the next batch.
  /// Errors: CANCELLED after Cancel(); what the server refused the request for;
  /// UNAVAILABLE when the connection stays lost. A subscription from the end
  /// that loses its connection before the first checkpoint also ends so: to
  /// start again at the end would skip what happened in between.
  Result<v1::SubscribeEventsResponse> Next();

  /// Of the last batch that Next returned; empty before the first.
  [[nodiscard]] const std::string& checkpoint() const { return checkpoint_; }

  /// Read your writes: waits until everything up to `position` that matches has
  /// been handed out and dealt with, which is when Next was called again after
  /// it; `limit` at most. Another thread has to go on calling Next.
  /// Errors: DEADLINE_EXCEEDED; CANCELLED when the subscription has ended.
  DoneResult WaitFor(std::int64_t position, std::chrono::milliseconds limit);

  /// Ends the subscription: Next returns CANCELLED, at once or when it is
  /// called next.
  void Cancel();

 private:
  struct Connection {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::SubscribeEventsResponse>> stream;
    std::unique_ptr<StallGuard> guard;
  };

  // What Next has returned before counts as dealt with.
  void Pass();
  // Takes out what was handed out over an earlier connection, and notes the rest.
  void HandOut(v1::SubscribeEventsResponse* response);
  // No batch comes any more.
  void End();
  void Open();
  // Of a stream that has ended; why it did.
  ClientError Close();
  [[nodiscard]] bool MayResume() const;
  [[nodiscard]] const RetryPolicy& policy() const;
  [[nodiscard]] bool cancelled();

  Client& client_;
  v1::SubscribeEventsRequest request_;
  const EventSubscriptionOptions options_;
  std::string checkpoint_;
  int failed_attempts_ = 0;
  bool begun_ = false;
  std::int64_t last_event_ = 0;  // handed out; position
  std::int64_t handed_out_ = 0;  // everything up to here

  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;  // replaced under mutex_
  bool cancelled_ = false;                  // guarded by mutex_
  std::condition_variable passed_changed_;
  std::int64_t passed_ = 0;  // dealt with up to here; guarded by mutex_
  bool over_ = false;        // Next has returned an error; guarded by mutex_
};

}  // namespace florin::client
