#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "server/events/hub.h"
#include "server/rpc/metrics.h"
#include "server/rpc/service_host.h"

namespace florin::server {

/// The reactor of one SubscribeEvents call: parses the request, joins the hub
/// or refuses, and hands bytes on. It deletes itself when gRPC is done with it.
[[nodiscard]] grpc::ServerWriteReactor<grpc::ByteBuffer>* OpenEventStream(
    ServiceHost* host, EventHub* hub, MethodMetrics* metrics, grpc::CallbackServerContext* context,
    const grpc::ByteBuffer& request);

}  // namespace florin::server
