#include "storage/format/errors.h"

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

}  // namespace florin::storage
