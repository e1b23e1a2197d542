#include "server/channel_limits.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>

#include "server/connections/listener.h"

namespace florin::server {
namespace {

constexpr int kReceiveBytesMax = 16 << 20;
constexpr int kMetadataBytesMax = 8 << 10;
constexpr int kKeepaliveMs = 30'000;
// Below the 30 s that our clients ping at; gRPC's own 5 minutes would cut them.
constexpr int kPingIntervalMinMs = 10'000;
// Who connects and says nothing holds a descriptor; gRPC's own limit is 2 minutes.
constexpr int kHandshakeTimeoutMs = 10'000;

}  // namespace

void SetLimits(const Config& config, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(kReceiveBytesMax);
  builder->SetMaxSendMessageSize(-1);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                              static_cast<int>(config.max_streams_per_connection));
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kPingIntervalMinMs);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  grpc::ResourceQuota quota("florind");
  quota.Resize(static_cast<std::size_t>(config.request_memory_mib) << 20);
  builder->SetResourceQuota(quota);
}

}  // namespace florin::server
