#include "server/rpc/unary_call.h"

#include <spdlog/spdlog.h>

#include "server/rpc/message_bytes.h"
#include "server/rpc/status.h"

namespace florin::server {

UnaryCall::UnaryCall(ServiceHost* host, MethodMetrics* metrics,
                     grpc::CallbackServerContext* context, grpc::ByteBuffer* response)
    : host_(host),
      metrics_(metrics),
      context_(context),
      response_(response),
      start_(std::chrono::steady_clock::now()) {
  host_->CallStarted();
}

UnaryCall::~UnaryCall() { host_->CallEnded(); }

bool UnaryCall::TakeAnswer() {
  if (!answered_.exchange(true)) return true;
  spdlog::error("a call was answered twice; the second answer is dropped");
  return false;
}

void UnaryCall::Reply(const google::protobuf::MessageLite& response) {
  if (!TakeAnswer()) return;
  *response_ = EncodeBytes(response);
  End(CallEnd::kOk, domain::Reason::kNone, grpc::Status::OK);
}

void UnaryCall::Refuse(const domain::Refusal& refusal) {
  if (!TakeAnswer()) return;
  End(CallEnd::kRefused, refusal.reason, ToStatus(refusal));
}

void UnaryCall::Fail(const char* what) {
  spdlog::error("call failed: {}", what);
  if (!TakeAnswer()) return;
  End(CallEnd::kInternal, domain::Reason::kNone, InternalStatus());
}

void UnaryCall::Abandon() {
  if (!TakeAnswer()) return;
  End(CallEnd::kCancelled, domain::Reason::kNone, grpc::Status::CANCELLED);
}

void UnaryCall::End(CallEnd end, domain::Reason reason, const grpc::Status& status) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
  metrics_->Ended(end, reason, taken.count());
  // The last touch: gRPC may delete the call from here on.
  Finish(status);
}

void UnaryCall::Release() {
  if (holders_.fetch_sub(1) == 1) delete this;
}

}  // namespace florin::server
