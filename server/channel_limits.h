#pragma once

#include <grpcpp/server_builder.h>

#include "server/config.h"

namespace florin::server {

/// A client that answers nothing for so long has gone.
inline constexpr int kKeepaliveTimeoutMs = 10'000;

/// What bounds every connection of florind: message sizes, streams, keepalive, memory for requests.
void SetLimits(const Config& config, grpc::ServerBuilder* builder);

}  // namespace florin::server
