#pragma once

#include <string>

#include "domain/refusal.h"

namespace rocksdb {
class Status;
}  // namespace rocksdb

namespace florin::storage {

/// `place`: the file or position, also in metadata "place".
[[nodiscard]] domain::Refusal DataCorrupt(std::string message, const std::string& place);
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
