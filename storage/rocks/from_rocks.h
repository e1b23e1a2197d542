#pragma once

#include <string>

#include "domain/refusal.h"

namespace rocksdb {
class Status;
}  // namespace rocksdb

namespace florin::storage {

/// What a RocksDB status that is not OK means: corrupt, full, or unavailable.
/// `doing` is a phrase such as "reading the journal", `directory` the
/// database's.
[[nodiscard]] domain::Refusal FromRocks(const rocksdb::Status& status, const std::string& doing,
                                        const std::string& directory);

}  // namespace florin::storage
