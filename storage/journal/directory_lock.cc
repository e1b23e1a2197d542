#include "storage/journal/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "storage/format/errors.h"

namespace florin::storage {
namespace {

std::string HolderOf(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size() - 1, 0);
  std::string holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "unknown" : holder;
}

}  // namespace

domain::Result<std::unique_ptr<DirectoryLock>> DirectoryLock::Take(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    return StorageUnavailable("Cannot create the data directory " + directory + ": " +
                              error.message() + ".");
  const std::string path = directory + "/LOCK";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0)
    return StorageUnavailable("Cannot open " + path + ": " + std::strerror(errno) + ".");
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = HolderOf(descriptor);
    ::close(descriptor);
    return StorageUnavailable("The data directory " + directory + " is held by process " + holder +
                              ". Stop that server, or choose another directory.");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  const bool written =
      ::ftruncate(descriptor, 0) == 0 &&
      ::pwrite(descriptor, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  std::unique_ptr<DirectoryLock> lock(new DirectoryLock(descriptor));
  if (!written)
    return StorageUnavailable("Cannot write " + path + ": " + std::strerror(errno) + ".");
  return lock;
}

DirectoryLock::~DirectoryLock() { ::close(descriptor_); }

}  // namespace florin::storage
