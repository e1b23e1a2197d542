#include "server/rpc/raw_service.h"

#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include <utility>

namespace florin::server {

using grpc::internal::RpcMethod;

void RawService::AddRaw(const char* name, RpcMethod::RpcType type,
                        grpc::internal::MethodHandler* handler) {
  AddMethod(new grpc::internal::RpcServiceMethod(name, type, nullptr));
  MarkMethodRawCallback(method_count_++, handler);
}

void RawService::AddRawUnary(const char* name, UnaryHandler handler) {
  using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
  AddRaw(name, RpcMethod::NORMAL_RPC, new Handler(std::move(handler)));
}

void RawService::AddServerStream(const char* name, ServerStreamHandler handler) {
  AddRawServerStream(name, std::move(handler), [this] { return host_->draining(); });
}

void RawService::AddServerStreamToTheEnd(const char* name, ServerStreamHandler handler) {
  AddRawServerStream(name, std::move(handler), [this] { return host_->held().begun(); });
}

void RawService::AddRawServerStream(const char* name, ServerStreamHandler handler,
                                    std::function<bool()> refuses) {
  using Handler =
      grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
  AddRaw(name, RpcMethod::SERVER_STREAMING,
         new Handler([this, handler = std::move(handler), refuses = std::move(refuses),
                      metrics = NewMethodMetrics(name)](grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request)
                         -> grpc::ServerWriteReactor<grpc::ByteBuffer>* {
           using Refused = RefusedCall<grpc::ServerWriteReactor<grpc::ByteBuffer>>;
           if (refuses()) return new Refused(host_, metrics, *context);
           return handler(context, *request, metrics);
         }));
}

void RawService::AddBidiStream(const char* name, BidiStreamHandler handler) {
  using Handler = grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
  AddRaw(name, RpcMethod::BIDI_STREAMING,
         new Handler([this, handler = std::move(handler),
                      metrics = NewMethodMetrics(name)](grpc::CallbackServerContext* context)
                         -> grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* {
           using Refused = RefusedCall<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>>;
           if (host_->draining()) return new Refused(host_, metrics, *context);
           return handler(context, metrics);
         }));
}

MethodMetrics* RawService::NewMethodMetrics(const char* name) {
  method_metrics_.push_back(host_->metrics().NewMethod(name + 1));
  return method_metrics_.back().get();
}

}  // namespace florin::server
