#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "grpc/health/v1/health.pb.h"
#include "server/rpc/raw_service.h"

namespace florin::server {

/// grpc.health.v1.Health, with a name of its own for what changes the books.
///
/// "" and each of florin.v1's services are SERVING until the server stops.
/// "florin.v1.Commands" is NOT_SERVING also while the ledger is read-only
/// (DISK_FULL, STORAGE_UNAVAILABLE): a load balancer that asks for it moves the
/// commands elsewhere, and leaves reads and subscriptions where they are.
/// A Watch is told of a change within a second.
class HealthService final : public RawService {
 public:
  using ServingStatus = grpc::health::v1::HealthCheckResponse::ServingStatus;

  /// `limits` bound the Watches, and the Checks by themselves.
  explicit HealthService(ServiceHost* host, const StreamLimits& limits = {});

  /// From now on all are NOT_SERVING; watches are told.
  void StopServing() { serving_.store(false); }

  /// SERVICE_UNKNOWN: there is no such name.
  [[nodiscard]] ServingStatus StatusOf(std::string_view service) const;

 private:
  std::atomic<bool> serving_{true};
  CommandStreams checks_;
  CommandStreams watches_;
};

}  // namespace florin::server
