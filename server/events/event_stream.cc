#include "server/events/event_stream.h"

#include <grpcpp/server_context.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "florin/v1/event_service.pb.h"
#include "server/events/event_requests.h"
#include "server/rpc/cut_call.h"
#include "server/rpc/message_bytes.h"
#include "server/rpc/status.h"

namespace florin::server {
namespace {

class EventStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                          public SubscriptionSink {
 public:
  EventStream(ServiceHost* host, EventHub* hub, MethodMetrics* metrics,
              grpc::CallbackServerContext* context)
      : host_(host),
        hub_(hub),
        metrics_(metrics),
        context_(context),
        start_(std::chrono::steady_clock::now()) {
    host_->CallStarted();
    host_->metrics().subscribers().Increment();
  }

  void Open(const grpc::ByteBuffer& bytes) {
    auto start = Parse(bytes);
    if (!start.ok()) {
      Finish(start.refusal());
      return;
    }
    auto joined = hub_->Join(std::move(*start), this);
    if (!joined.ok()) {
      Finish(joined.refusal());
      return;
    }
    // Before the first signal: from then on other threads look at it.
    subscription_ = *joined;
    hub_->Signal(subscription_, EventSubscription::kStarted);
  }

  // What the subscription says.

  void Write(std::string response) override {
    message_ = ToByteBuffer(std::move(response));
    StartWrite(&message_);
  }

  void Finish(const std::optional<domain::Refusal>& refusal) override {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
    metrics_->Ended(refusal ? CallEnd::kRefused : CallEnd::kCancelled,
                    refusal ? refusal->reason : domain::Reason::kNone, taken.count());
    if (refusal && refusal->reason == domain::Reason::kShuttingDown)
      cut_cause_ = CutCause::kShutDown;
    // The last touch: gRPC may delete the stream from here on.
    grpc::ServerWriteReactor<grpc::ByteBuffer>::Finish(refusal ? ToStatus(*refusal)
                                                               : grpc::Status::CANCELLED);
  }

  void Cut() override { CutCall(context_, cut_cause_); }

  // What gRPC says.

  void OnWriteDone(bool ok) override {
    // A stream that falls silent keeps no bytes.
    message_.Clear();
    hub_->Signal(subscription_, ok ? EventSubscription::kWriteDone : EventSubscription::kGone);
  }

  void OnCancel() override {
    // Refused: ended already.
    if (subscription_ != nullptr) {
      hub_->Signal(subscription_, EventSubscription::kGone);
    }
  }

  void OnDone() override {
    if (subscription_ != nullptr) hub_->Detach(subscription_);
    host_->metrics().subscribers().Decrement();
    host_->CallEnded();
    delete this;
  }

 private:
  [[nodiscard]] domain::Result<SubscriptionStart> Parse(const grpc::ByteBuffer& bytes) {
    ArenaLease arena;
    auto* const request = arena.New<florin::v1::SubscribeEventsRequest>();
    if (auto refusal = ParseBytes(bytes, request)) return *std::move(refusal);
    return ParseSubscription(*request, hub_->tail().ledger_id(), hub_->tail().Head());
  }

  ServiceHost* const host_;
  EventHub* const hub_;
  MethodMetrics* const metrics_;
  grpc::CallbackServerContext* const context_;
  const std::chrono::steady_clock::time_point start_;
  EventSubscriptionPtr subscription_;
  CutCause cut_cause_ = CutCause::kStalled;
  /// On its way to the client.
  grpc::ByteBuffer message_;
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* OpenEventStream(ServiceHost* host, EventHub* hub,
                                                            MethodMetrics* metrics,
                                                            grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer& request) {
  auto* const stream = new EventStream(host, hub, metrics, context);
  stream->Open(request);
  return stream;
}

}  // namespace florin::server
