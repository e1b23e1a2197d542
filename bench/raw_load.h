#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/load.h"
#include "bench/options.h"

namespace florin::bench {

/// What the raw writer writes at once, as a server was seen to do.
struct RawShape {
  double commands = 0;
  double bytes = 0;
  /// The commit groups' records as the server encoded them.
  std::vector<std::string> commit_groups;
};

/// RocksDB alone, with the options of florind's journal, in `directory`: appends the server's bytes
/// in synced writes of the server's mean size. Counts the transfers those bytes stand for.
///
/// `with_index`: also puts the entries that the transfers make in the index into a second database
/// with the index's options, not synced, as florind does. Their ids are as `workload` says.
[[nodiscard]] std::unique_ptr<Load> RawLoad(const std::string& directory, const Workload& workload,
                                            RawShape shape, bool with_index);

/// Records of the last commit groups of a server, up to about `bytes_max`.
[[nodiscard]] std::vector<std::string> ReadCommitGroups(const std::string& address,
                                                        std::size_t bytes_max);

}  // namespace florin::bench
