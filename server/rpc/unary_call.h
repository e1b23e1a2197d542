#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <chrono>

#include "domain/refusal.h"
#include "server/rpc/service_host.h"

namespace florin::server {

/// One unary call in raw bytes: answered exactly once, from any thread.
///
/// Lifetime: deletes itself when gRPC is done with it and the handler has
/// returned, whichever comes last; a second answer is dropped and logged.
/// A cancelled call is answered like any other: the command goes on.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(ServiceHost* host, MethodMetrics* metrics, grpc::CallbackServerContext* context,
            grpc::ByteBuffer* response);

  void Reply(const google::protobuf::MessageLite& response);
  void Refuse(const domain::Refusal& refusal);
  /// Logs `what` and answers INTERNAL.
  void Fail(const char* what);

  /// Ends a call that was cancelled before it was looked at.
  void Abandon();

  /// Nobody waits for the answer any more; work that only reads may be skipped.
  [[nodiscard]] bool cancelled() const { return context_->IsCancelled(); }

  /// Called once, when the handler has returned.
  void HandlerDone() { Release(); }

 private:
  void OnDone() override { Release(); }
  // OnDone is cheap and waits for nothing, so it need not move to gRPC's executor
  // thread; gRPC's own default reactor says the same.
  bool InternalInlineable() override { return true; }
  ~UnaryCall() override;

  bool TakeAnswer();
  void End(CallEnd end, domain::Reason reason, const grpc::Status& status);
  void Release();

  ServiceHost* const host_;
  MethodMetrics* const metrics_;
  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
  const std::chrono::steady_clock::time_point start_;
  std::atomic<bool> answered_{false};
  // gRPC and the handler.
  std::atomic<int> holders_{2};
};

/// What a handler answers a call with; a copyable handle, used exactly once.
template <typename Response>
class Responder {
 public:
  explicit Responder(UnaryCall* call) : call_(call) {}

  void Reply(const Response& response) const { call_->Reply(response); }
  void Refuse(const domain::Refusal& refusal) const { call_->Refuse(refusal); }
  void Fail(const char* what) const { call_->Fail(what); }
  void Abandon() const { call_->Abandon(); }
  [[nodiscard]] bool cancelled() const { return call_->cancelled(); }

 private:
  UnaryCall* call_;
};

}  // namespace florin::server
