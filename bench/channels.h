#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

namespace florin::bench {

using Channels = std::vector<std::shared_ptr<grpc::Channel>>;

/// `count` channels to `address`, each a connection of its own.
[[nodiscard]] Channels OpenChannels(const std::string& address, int count);

}  // namespace florin::bench
