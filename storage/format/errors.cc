#include "storage/format/errors.h"

#include <rocksdb/status.h>

#include <utility>

namespace florin::storage {
namespace {

domain::Refusal Make(domain::Reason reason, std::string message) {
  domain::Refusal refusal;
  refusal.reason = reason;
  refusal.message = std::move(message);
  return refusal;
}

}  // namespace

std::string CorruptPlace::Text() const {
  return position == 0 ? file : file + " position " + std::to_string(position);
}

domain::Refusal DataCorrupt(std::string message, const CorruptPlace& place) {
  domain::Refusal refusal = Make(domain::Reason::kDataCorrupt, std::move(message));
  if (!place.file.empty()) refusal.metadata.emplace_back("file", place.file);
  if (place.position != 0)
    refusal.metadata.emplace_back("position", std::to_string(place.position));
  return refusal;
}

domain::Refusal StorageUnavailable(std::string message) {
  return Make(domain::Reason::kStorageUnavailable, std::move(message));
}

domain::Refusal DiskFull(std::string message) {
  return Make(domain::Reason::kDiskFull, std::move(message));
}

domain::Refusal VersionConflict(std::string message) {
  return Make(domain::Reason::kVersionConflict, std::move(message));
}

domain::Refusal FromRocks(const rocksdb::Status& status, const std::string& doing,
                          const std::string& directory) {
  const std::string text = "Failed " + doing + " in " + directory + ": " + status.ToString();
  if (status.IsCorruption()) return DataCorrupt(text, {directory});
  if (status.IsNoSpace())
    return DiskFull(text + ". Free space on that disk, then restart the server.");
  return StorageUnavailable(text);
}

}  // namespace florin::storage
