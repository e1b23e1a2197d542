#pragma once

#include <grpcpp/server_builder.h>

#include "server/config.h"

namespace florin::server {

/// What bounds every connection of florind: message sizes, streams, keepalive, memory for requests.
void SetLimits(const Config& config, grpc::ServerBuilder* builder);

}  // namespace florin::server
