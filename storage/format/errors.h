#pragma once

#include <cstdint>
#include <string>

#include "domain/refusal.h"

namespace florin::storage {

/// Where stored bytes do not hold together.
struct CorruptPlace {
  /// A file, a database's directory, or the name of one. Empty: not known.
  std::string file;
  /// In the log. 0: not known, or not about one.
  std::int64_t position = 0;

  /// "data/journal position 7", for messages.
  [[nodiscard]] std::string Text() const;
};

/// Metadata `file` and `position`, as far as they are known.
[[nodiscard]] domain::Refusal DataCorrupt(std::string message, const CorruptPlace& place);
[[nodiscard]] domain::Refusal StorageUnavailable(std::string message);
[[nodiscard]] domain::Refusal DiskFull(std::string message);
/// A check of the store failed: `message` says which.
[[nodiscard]] domain::Refusal VersionConflict(std::string message);

}  // namespace florin::storage
