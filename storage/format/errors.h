#pragma once

#include <cstdint>
#include <string>

#include "domain/refusal.h"

namespace rocksdb {
class Status;
}  // namespace rocksdb

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

/// What a RocksDB status that is not OK means: corrupt, full, or unavailable.
/// `doing` is a phrase such as "reading the journal", `directory` the
/// database's.
[[nodiscard]] domain::Refusal FromRocks(const rocksdb::Status& status, const std::string& doing,
                                        const std::string& directory);

}  // namespace florin::storage
