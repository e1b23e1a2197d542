#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace florin::storage {

using Hash = std::array<std::uint8_t, 32>;

/// What is written at once and chained by hashes: the unit of the log.
///
/// Shape: `records` is the encoded records (docs/formats/journal.md), positions
/// [first_position, last_position] without gaps; hash = SHA-256(previous_hash
/// || records).
struct CommitGroup {
  std::int64_t first_position = 0;
  std::int64_t last_position = 0;
  /// UTC nanoseconds; of the first and last record.
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
  Hash previous_hash{};
  Hash hash{};
  std::int32_t format_version = 1;
  std::string records;
};

using CommitGroupPtr = std::shared_ptr<const CommitGroup>;

}  // namespace florin::storage
