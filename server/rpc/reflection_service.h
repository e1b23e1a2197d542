#pragma once

#include <string>
#include <vector>

#include "server/rpc/raw_service.h"

namespace florin::server {

/// grpc.reflection.v1alpha.ServerReflection: describes what the server serves, to
/// tools such as grpcurl.
///
/// It describes every message that is linked in. Threads: gRPC's; descriptors
/// are only read.
class ReflectionService final : public RawService {
 public:
  /// `services`: full names, as they are listed.
  ReflectionService(ServiceHost* host, std::vector<std::string> services);

 private:
  const std::vector<std::string> services_;
  CommandStreams calls_;
};

}  // namespace florin::server
