#pragma once

#include <cstdint>

#include "server/rpc/raw_service.h"

namespace florin::server {

/// florin.v1.AdminService: GetStatus.
class AdminService final : public RawService {
 public:
  explicit AdminService(ServiceHost* host);

 private:
  /// UTC nanoseconds since 1970.
  const std::int64_t start_time_;
};

}  // namespace florin::server
