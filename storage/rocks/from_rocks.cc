#include "storage/rocks/from_rocks.h"

#include <rocksdb/status.h>

#include "storage/format/errors.h"

namespace florin::storage {

domain::Refusal FromRocks(const rocksdb::Status& status, const std::string& doing,
                          const std::string& directory) {
  const std::string text = "Failed " + doing + " in " + directory + ": " + status.ToString();
  if (status.IsCorruption()) return DataCorrupt(text, {directory});
  if (status.IsNoSpace())
    return DiskFull(text + ". Free space on that disk, then restart the server.");
  return StorageUnavailable(text);
}

}  // namespace florin::storage
