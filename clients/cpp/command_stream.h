#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "clients/cpp/client.h"
#include "clients/cpp/stall_guard.h"

namespace florin::client {

struct CommandStreamOptions {
  /// Commands sent and not yet answered; Submit blocks beyond. Bounds memory,
  /// and what is sent twice after a broken connection.
  std::size_t max_in_flight_commands = 8'000;
  /// No answer for so long while some are awaited: the connection is given up
  /// and made anew.
  std::chrono::milliseconds stall_limit{30'000};
  /// For lost connections and commands refused for now; absent: the client's.
  /// Attempts are counted from the last answer.
  std::optional<RetryPolicy> retry = std::nullopt;
};

/// Sends commands through one ExecuteStream: pipelined like BatchSender, but
/// the effect is that of executing them one after another in the order of
/// Submit.
///
/// A broken connection, or a command refused only for now (OVERLOADED,
/// SHUTTING_DOWN), is met with backoff, a new connection, and everything from
/// the first command without a final answer sent again under its own ids: those
/// that had acted answer `replayed`. Order is kept, with one exception:
/// commands behind one that was refused for now may have acted before it.
///
/// Requires: every command carries its id, which is what makes sending it again
/// safe.
/// Threads: Submit and Finish from one thread; `on_result` is called from
/// another, in the order of the commands, once for each, and must not call
/// back.
class CommandStream {
 public:
  using OnResult = std::function<void(const v1::TransactionCommand& command,
                                      const v1::TransactionResult& result)>;

  CommandStream(Client& client, const CommandStreamOptions& options, OnResult on_result);
  /// Cancels what is in flight; its outcome stays open.
  ~CommandStream();
  CommandStream(const CommandStream&) = delete;
  CommandStream& operator=(const CommandStream&) = delete;

  /// Sends one message of commands. Bounds: as a batch.
  /// Errors: the connection was lost and the policy's retries are used up. What
  /// was not answered may or may not have acted; the stream is of no more use.
  DoneResult Submit(v1::ExecuteStreamRequest batch);

  /// Waits for all answers and ends the stream. Errors: as Submit.
  DoneResult Finish();

 private:
  using Stream = grpc::ClientReaderWriter<v1::ExecuteStreamRequest, v1::ExecuteStreamResponse>;
  using Batch = std::shared_ptr<const v1::ExecuteStreamRequest>;

  struct Connection {
    grpc::ClientContext context;
    std::unique_ptr<Stream> stream;
    std::unique_ptr<StallGuard> guard;
    std::thread reader;
  };

  void Open();
  // Joins a reader whose stream has ended (by itself or cancelled: to cancel
  // here would replace the reason that the server gave); why the connection
  // broke.
  ClientError Close();
  // Until a connection has taken all that is pending, or patience ends.
  DoneResult Recover();
  void ResendPending();
  // False: the connection has broken meanwhile.
  bool Write(const Batch& batch);
  void Read();
  void Accept(const v1::ExecuteStreamResponse& response);
  void ForgetAnswered();

  Client& client_;
  const CommandStreamOptions options_;
  const OnResult on_result_;
  std::unique_ptr<Connection> connection_;
  int failed_attempts_ = 0;
  std::optional<ClientError> given_up_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> pending_;                   // guarded by mutex_
  int answered_in_front_ = 0;                   // of pending_.front(); guarded
  std::size_t pending_commands_ = 0;            // guarded by mutex_
  bool broken_ = false;                         // guarded by mutex_
  bool progressed_ = false;                     // since the last failure; guarded
  std::optional<ClientError> refused_for_now_;  // guarded by mutex_
};

}  // namespace florin::client
