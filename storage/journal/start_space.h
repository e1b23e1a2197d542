#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <string>

#include "domain/result.h"

namespace florin::storage {

/// Tells whether the disk of a store's `directory` has room for its start.
///
/// Recovery writes what is in the write-ahead log out to tables, and the index
/// catches up on as much; where that finds no room, RocksDB ends the process.
/// Each takes at most the log's size, and `reserve` is left for what follows.
/// Reads only. Errors: kDiskFull.
[[nodiscard]] domain::Status CheckStartSpace(const std::string& directory, std::uint64_t reserve,
                                             rocksdb::Env* env);

}  // namespace florin::storage
