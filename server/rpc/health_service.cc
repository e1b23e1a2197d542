#include "server/rpc/health_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "server/rpc/message_bytes.h"
#include "server/rpc/quote.h"
#include "server/rpc/side_stream.h"

namespace florin::server {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr std::string_view kCommands = "florin.v1.Commands";
constexpr std::array<std::string_view, 6> kNames = {"",
                                                    "florin.v1.LedgerService",
                                                    "florin.v1.EventService",
                                                    "florin.v1.GroupService",
                                                    "florin.v1.AdminService",
                                                    kCommands};

using HealthStream = SideStream<grpc::ServerWriteReactor<grpc::ByteBuffer>>;

/// A Check, which ends with its one answer, or a Watch.
class HealthCall final : public HealthStream {
 public:
  HealthCall(ServiceHost* host, CommandStreams* calls, MethodMetrics* metrics,
             grpc::CallbackServerContext* context, const HealthService* service, bool watch)
      : HealthStream(host, calls, metrics, context), service_(service), watch_(watch) {}

  void Start(const grpc::ByteBuffer& bytes) {
    try {
      ArenaLease arena;
      auto* const request = arena.New<HealthCheckRequest>();
      if (const auto refusal = ParseBytes(bytes, request)) EndWith(*refusal);
      name_ = request->service();
    } catch (const std::exception& error) {
      Fail(error.what());
    }
    Open();
  }

 private:
  std::optional<grpc::ByteBuffer> NextAnswer() override {
    const HealthService::ServingStatus status = service_->StatusOf(name_);
    const bool told = told_ && (!watch_ || *told_ == status);
    if (told || (!watch_ && status == HealthCheckResponse::SERVICE_UNKNOWN)) return std::nullopt;
    told_ = status;
    HealthCheckResponse response;
    response.set_status(status);
    return EncodeBytes(response);
  }

  std::optional<grpc::Status> End() override {
    if (watch_) return std::nullopt;
    if (told_) return grpc::Status::OK;
    return grpc::Status(
        grpc::StatusCode::NOT_FOUND,
        fmt::format(
            "there is no service {}; docs/operations.md lists those whose health can be asked for",
            Quote(name_)));
  }

  const HealthService* const service_;
  const bool watch_;
  std::string name_;
  std::optional<HealthService::ServingStatus> told_;
};

}  // namespace

HealthService::HealthService(ServiceHost* service_host, const StreamLimits& limits)
    : RawService(service_host), checks_(limits), watches_(limits) {
  const auto add = [this](const char* name, bool watch) {
    AddServerStreamToTheEnd(
        name, [this, watch](grpc::CallbackServerContext* context, const grpc::ByteBuffer& bytes,
                            MethodMetrics* metrics) {
          const auto call = std::make_shared<HealthCall>(&host(), watch ? &watches_ : &checks_,
                                                         metrics, context, this, watch);
          call->Start(bytes);
          return call.get();
        });
  };
  add("/grpc.health.v1.Health/Check", false);
  add("/grpc.health.v1.Health/Watch", true);
}

HealthService::ServingStatus HealthService::StatusOf(std::string_view service) const {
  if (std::find(kNames.begin(), kNames.end(), service) == kNames.end())
    return HealthCheckResponse::SERVICE_UNKNOWN;
  if (!serving_.load()) return HealthCheckResponse::NOT_SERVING;
  if (service == kCommands && host().ledger().Stats().read_only)
    return HealthCheckResponse::NOT_SERVING;
  return HealthCheckResponse::SERVING;
}

}  // namespace florin::server
