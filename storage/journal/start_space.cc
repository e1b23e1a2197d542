#include "storage/journal/start_space.h"

#include <filesystem>
#include <system_error>

#include "storage/format/errors.h"

namespace florin::storage {
namespace {

namespace fs = std::filesystem;

std::uint64_t LogBytes(const fs::path& database) {
  std::uint64_t bytes = 0;
  std::error_code error;
  // A directory that is not there yet has no logs.
  for (fs::directory_iterator entry(database, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != ".log") continue;
    std::error_code gone;
    const std::uintmax_t size = entry->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

/// `directory`, or what of the way to it exists.
fs::path Existing(const std::string& directory) {
  std::error_code error;
  fs::path path = fs::absolute(directory, error);
  while (!error && path.has_relative_path() && !fs::exists(path, error)) {
    error.clear();
    path = path.parent_path();
  }
  return path;
}

}  // namespace

domain::Status CheckStartSpace(const std::string& directory, std::uint64_t reserve,
                               rocksdb::Env* env) {
  const std::uint64_t log = LogBytes(directory + "/journal") + LogBytes(directory + "/index") +
                            LogBytes(directory + "/groups");
  const std::uint64_t needed = reserve + 2 * log;
  std::uint64_t free = 0;
  const rocksdb::Status status = env->GetFreeSpace(Existing(directory).string(), &free);
  // A file system that cannot say is asked by writing.
  if (!status.ok() || free >= needed) return domain::Ok{};
  return DiskFull("The disk of " + directory + " has " + std::to_string(free) +
                  " bytes free, but starting needs " + std::to_string(needed) +
                  ": free space on that disk, or move the directory to a larger one, then start "
                  "the server again; nothing was changed.");
}

}  // namespace florin::storage
