#pragma once

#include <cstddef>
#include <string>

namespace florin::server {

/// How the descriptors that this process may have are divided.
///
/// The store's come first: if it cannot open the journal's next file, all writing stops. So its
/// files and the connections are both bounded, and together stay below the limit.
struct DescriptorPlan {
  /// Table files that all databases together keep open.
  std::size_t storage_files = 0;
  /// Connections for gRPC.
  std::size_t connections = 0;
  /// Why florind cannot run; empty: it can.
  std::string refusal;
  /// What is less than wanted; empty: nothing.
  std::string warning;
};

/// `limit`: the limit on open files. `connections_wanted`: --max-connections.
[[nodiscard]] DescriptorPlan PlanDescriptors(std::size_t limit, std::size_t connections_wanted);

}  // namespace florin::server
