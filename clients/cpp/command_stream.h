#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "clients/cpp/client.h"
#include "clients/cpp/stall_guard.h"

namespace florin::client {

struct CommandStreamOptions {
  /// Commands submitted and not yet answered; Submit blocks beyond. Bounds
  /// memory, and what is sent twice after a broken connection.
  std::size_t max_in_flight_commands = 8'000;
  /// No answer for so long while some are awaited: the connection is given up
  /// and made anew.
  std::chrono::milliseconds stall_limit{30'000};
  /// For lost connections and commands refused for now; absent: the client's.
  /// Attempts are counted from the last answer.
  std::optional<RetryPolicy> retry = std::nullopt;
  /// Called once, on the stream's own thread, when it gives up: the policy's
  /// retries are used up, or the error is one that the policy does not retry (a
  /// message that is malformed as a whole, INTERNAL). What is not answered by
  /// then stays without an answer. It may still be running when Submit or Finish
  /// returns the error; the destructor waits for it. Must not destroy the
  /// stream, nor throw.
  std::function<void(const ClientError&)> on_give_up = nullptr;
};

/// Sends commands through one ExecuteStream: pipelined like BatchSender, but
/// the effect is that of executing them one after another in the order of
/// Submit.
///
/// A broken connection, or a command refused only for now (OVERLOADED,
/// SHUTTING_DOWN), is met with backoff, a new connection, and everything from
/// the first command without a final answer sent again under its own ids: those
/// that had acted answer `replayed`. Order is kept, with one exception:
/// commands behind one that was refused for now may have acted before it. The
/// stream does this on a thread of its own, so answers come whatever the caller
/// does meanwhile.
///
/// Requires: every command carries its id, which is what makes sending it again
/// safe.
/// Threads: Submit and Finish from one thread; `on_result` is called from
/// another, in the order of the commands, once for each. It must not throw, nor
/// call back, nor wait for anything that the caller holds during Submit, Finish
/// or destruction. Submit waits while it runs, and time spent in it counts
/// towards `stall_limit`.
class CommandStream {
 public:
  using OnResult = std::function<void(const v1::TransactionCommand& command,
                                      const v1::TransactionResult& result)>;

  CommandStream(Client& client, const CommandStreamOptions& options, OnResult on_result);
  /// Drops what is not sent, and cancels what is in flight; its outcome stays
  /// open.
  ~CommandStream();
  CommandStream(const CommandStream&) = delete;
  CommandStream& operator=(const CommandStream&) = delete;

  /// Hands over one message of commands, to be sent soon. Bounds: as a batch.
  /// Errors: the stream has given up (see on_give_up), maybe because of an
  /// earlier message. What was not answered may or may not have acted; the
  /// stream is of no more use.
  DoneResult Submit(v1::ExecuteStreamRequest batch);

  /// Waits for all answers and ends the stream. A later Submit opens another.
  /// Errors: as Submit.
  DoneResult Finish();

 private:
  using Stream = grpc::ClientReaderWriter<v1::ExecuteStreamRequest, v1::ExecuteStreamResponse>;
  using Batch = std::shared_ptr<const v1::ExecuteStreamRequest>;
  using Lock = std::unique_lock<std::mutex>;

  struct Connection {
    grpc::ClientContext context;
    std::unique_ptr<Stream> stream;
    std::unique_ptr<StallGuard> guard;
    std::thread reader;
  };
  struct Ending {
    ClientError reason;
    bool owed_answers = false;
  };

  // The keeper's thread: it alone opens, writes to and closes connections. A
  // lost one is replaced also while the caller only waits for an answer.
  void Keep();
  // What there is to do next, or waits for it. Called and left with the lock, as
  // Recover and GiveUp are.
  void KeepOnce(Lock* lock);
  void Open();
  // Joins a reader whose stream has ended (by itself or cancelled: to cancel
  // here would replace the reason that the server gave). What has no answer is
  // then to be sent again. Also closes what Open could not complete.
  Ending Close();
  // Closes the broken connection and waits until the next may be opened, or
  // gives up.
  void Recover(Lock* lock);
  void GiveUp(Lock* lock, const ClientError& error);
  // For what the keeper's thread could throw to nobody.
  void GiveUpFor(const std::exception& exception, Lock* lock);
  void Send(const Batch& batch, bool nothing_awaited);
  // An orderly end, so that the server does not count it as cancelled.
  void End();
  // The reader's thread, one for each connection.
  void Read();
  void Accept(const v1::ExecuteStreamResponse& response);
  void ForgetAnswered();

  Client& client_;
  const CommandStreamOptions options_;
  const OnResult on_result_;

  std::mutex mutex_;
  std::condition_variable for_caller_;
  std::condition_variable for_keeper_;
  std::deque<Batch> pending_;                   // guarded by mutex_, as all below
  std::size_t sent_ = 0;                        // of pending_, on this connection
  int answered_in_front_ = 0;                   // of pending_.front()
  std::size_t pending_commands_ = 0;            // in pending_, without an answer
  bool broken_ = false;                         // the connection is
  bool progressed_ = false;                     // since the last failure
  int failed_attempts_ = 0;                     // since the last answer
  bool finishing_ = false;                      // Finish() waits
  bool ending_ = false;                         // the destructor waits
  std::optional<ClientError> refused_for_now_;  // by this connection
  std::optional<ClientError> given_up_;
  // Set and taken away by the keeper with the lock; it and the reader use it
  // without.
  std::unique_ptr<Connection> connection_;
  std::thread keeper_;
};

}  // namespace florin::client
