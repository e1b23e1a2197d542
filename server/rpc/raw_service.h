#pragma once

#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/method_handler.h>
#include <grpcpp/support/server_callback.h>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/rpc/message_bytes.h"
#include "server/rpc/refused_call.h"
#include "server/rpc/service_host.h"
#include "server/rpc/unary_call.h"

namespace florin::server {

/// A gRPC service whose methods take and give raw bytes on the callback API.
///
/// It does what the generated `WithRawCallbackMethod_X` classes do, but only
/// for the methods that are added: the others are not registered and answer
/// UNIMPLEMENTED. Raw bytes let the server parse by itself (clear refusals,
/// warm arenas) and send what is encoded already.
///
/// Methods are added in the constructor of a subclass; names are full,
/// "/florin.v1.LedgerService/OpenAccount", and must live as long as the
/// service.
class RawService : public grpc::Service {
 public:
  explicit RawService(ServiceHost* host) : host_(host) {}

 protected:
  [[nodiscard]] ServiceHost& host() const { return *host_; }

  /// `handler(const Request&, Responder<Response>)`. The request lives until
  /// the handler returns; what a handler throws becomes INTERNAL.
  template <typename Request, typename Response, typename Handler>
  void AddUnary(const char* name, Handler handler);

  /// `handler(context, request_bytes)` returns the reactor of the call.
  using ServerStreamHandler = std::function<grpc::ServerWriteReactor<grpc::ByteBuffer>*(
      grpc::CallbackServerContext*, const grpc::ByteBuffer&, MethodMetrics*)>;
  void AddServerStream(const char* name, ServerStreamHandler handler);
  /// As AddServerStream; but the handler is asked also while the server stops, as
  /// long as refusals are not held.
  void AddServerStreamToTheEnd(const char* name, ServerStreamHandler handler);

  using BidiStreamHandler =
      std::function<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>*(
          grpc::CallbackServerContext*, MethodMetrics*)>;
  void AddBidiStream(const char* name, BidiStreamHandler handler);

 private:
  using UnaryHandler = std::function<grpc::ServerUnaryReactor*(
      grpc::CallbackServerContext*, const grpc::ByteBuffer*, grpc::ByteBuffer*)>;

  void AddRawServerStream(const char* name, ServerStreamHandler handler,
                          std::function<bool()> refuses);
  void AddRaw(const char* name, grpc::internal::RpcMethod::RpcType type,
              grpc::internal::MethodHandler* handler);
  void AddRawUnary(const char* name, UnaryHandler handler);
  MethodMetrics* NewMethodMetrics(const char* name);

  ServiceHost* const host_;
  int method_count_ = 0;
  std::vector<std::unique_ptr<MethodMetrics>> method_metrics_;
};

template <typename Request, typename Response, typename Handler>
void RawService::AddUnary(const char* name, Handler handler) {
  AddRawUnary(name,
              [this, metrics = NewMethodMetrics(name), handler = std::move(handler)](
                  grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes,
                  grpc::ByteBuffer* response) -> grpc::ServerUnaryReactor* {
                if (host_->draining())
                  return new RefusedCall<grpc::ServerUnaryReactor>(host_, metrics, *context);
                auto* const call = new UnaryCall(host_, metrics, context, response);
                try {
                  ArenaLease arena;
                  auto* const request = arena.New<Request>();
                  if (const auto refusal = ParseBytes(*bytes, request)) {
                    call->Refuse(*refusal);
                  } else {
                    handler(static_cast<const Request&>(*request), Responder<Response>(call));
                  }
                } catch (const std::exception& error) {
                  call->Fail(error.what());
                }
                call->HandlerDone();
                return call;
              });
}

/// Runs `job` on a reader thread, where reads may block; a full queue refuses,
/// what the job throws becomes INTERNAL, and a call that was cancelled
/// meanwhile is not run.
template <typename Response, typename Job>
void RunOnReader(ServiceHost& host, const Responder<Response>& responder, Job job) {
  const bool taken = host.ledger().Read([responder, job = std::move(job)] {
    try {
      job();
    } catch (const std::exception& error) {
      responder.Fail(error.what());
    }
  });
  if (!taken) responder.Refuse(ReadersBusy());
}

}  // namespace florin::server
