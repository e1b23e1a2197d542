#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/ledger.h"
#include "server/rpc/command_streams.h"
#include "server/rpc/cut_call.h"
#include "server/rpc/open_streams.h"
#include "server/rpc/service_host.h"

namespace florin::server {

/// One ExecuteStream call: commands in, results out in the same order.
///
/// Flow: a message is read only while fewer than kCommandsMax commands are
/// unanswered or unsent, so a client that sends without reading is held back by
/// HTTP/2 and costs bounded memory. Results of several messages share one
/// answer where they are ready together.
/// End: the client's half-close, after the last result; a message that is
/// malformed as a whole, after the results of those before it; SHUTTING_DOWN;
/// SUBSCRIBER_STALLED where an answer is not taken for too long. A status
/// waits behind a write that is held back, so a client that goes on not to read
/// is cut after a grace, a short one when the server stops.
/// Lifetime: holds itself until OnDone.
class ExecuteStreamCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                                public OpenStream,
                                public CommandStream,
                                public std::enable_shared_from_this<ExecuteStreamCall> {
 public:
  static ExecuteStreamCall* Start(ServiceHost* host, MethodMetrics* metrics,
                                  grpc::CallbackServerContext* context);

  void OnShutdown() override;
  void OnTick(std::chrono::steady_clock::time_point now) override;

 private:
  // One message of the client: answered when its chunks are there.
  struct Message {
    std::size_t commands = 0;
    std::chrono::steady_clock::time_point start;
    bool answered = false;
    std::vector<grpc::ByteBuffer> chunks;
  };
  // Encoded results on their way out; the last of a message carries its count.
  struct Chunk {
    grpc::ByteBuffer bytes;
    std::size_t commands = 0;
  };

  ExecuteStreamCall(ServiceHost* host, MethodMetrics* metrics,
                    grpc::CallbackServerContext* context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void Take(std::vector<actors::BatchItem> items);
  void Answered(Message* message, const std::vector<std::string>& ids,
                std::vector<actors::TransactionOutcome>* outcomes);
  void Refuse(const domain::Refusal& refusal);
  void Fail(const char* what);
  void Cut(CutCause cause);

  // With mutex_ held:
  void EndStalled(std::chrono::steady_clock::time_point now);
  void ReleaseInOrder();
  void Advance();
  void WriteReady();
  [[nodiscard]] bool Ending() const;

  ServiceHost* const host_;
  MethodMetrics* const metrics_;
  const std::shared_ptr<actors::Lane> lane_;
  std::shared_ptr<ExecuteStreamCall> self_;

  // gRPC's; null once the call is over.
  std::mutex context_mutex_;
  grpc::CallbackServerContext* context_;

  // Touched by one read or write at a time.
  grpc::ByteBuffer read_bytes_;
  grpc::ByteBuffer write_bytes_;

  std::mutex mutex_;
  // In order of arrival; pointers to entries stay good (a deque popped in
  // front).
  std::deque<Message> messages_;
  std::deque<Chunk> ready_;
  std::size_t open_commands_ = 0;
  std::size_t writing_commands_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool half_closed_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
  bool cut_ = false;
  std::chrono::steady_clock::time_point write_start_;
  // Set: ended because the client does not read.
  std::optional<std::chrono::steady_clock::time_point> stalled_at_;
  // Set: the server stops, and waits for no client to read.
  std::optional<std::chrono::steady_clock::time_point> shut_down_at_;
  // How the stream ends when all is answered; unset: OK.
  std::optional<grpc::Status> end_;
};

}  // namespace florin::server
