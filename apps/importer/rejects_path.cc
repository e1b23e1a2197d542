#include "apps/importer/rejects_path.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace florin::importer {
namespace {

std::optional<struct stat> Look(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 ? std::optional(found) : std::nullopt;
}

std::optional<struct stat> LookAtInput(const std::string& path) {
  struct stat found {};
  if (path != "-") {
    return Look(path);
  }
  return fstat(STDIN_FILENO, &found) == 0 ? std::optional(found) : std::nullopt;
}

Error Unwritable(const std::string& path, int error) {
  return {0, fmt::format("the rows that are not imported could not be written to {}: {}; name "
                         "another file with --rejects",
                         path, std::strerror(error))};
}

Error Foreign(const std::string& path) {
  return {0, fmt::format("{} exists, and no import wrote it; move it away, or name another file "
                         "for the rows that are not imported with --rejects",
                         path)};
}

// Whether the list may take the place of what the open file holds.
bool MayReplace(int file) {
  char begin[sizeof kRejectsBegin - 1];
  const ssize_t count = pread(file, begin, sizeof begin, 0);
  return count == 0 || (count == static_cast<ssize_t>(sizeof begin) &&
                        std::memcmp(begin, kRejectsBegin, sizeof begin) == 0);
}

}  // namespace

bool IsRejectsFile(const std::string& path) {
  const auto found = Look(path);
  if (!found || !S_ISREG(found->st_mode)) {
    return false;
  }
  std::ifstream file(path);
  std::string line;
  return std::getline(file, line) && line.starts_with(kRejectsBegin);
}

std::optional<Error> CheckRejectsPath(const std::string& path,
                                      const std::vector<std::string>& inputs) {
  const auto target = Look(path);
  // A device or a pipe holds nothing that could be lost.
  if (!target || !S_ISREG(target->st_mode)) {
    return std::nullopt;
  }
  for (const auto& input : inputs) {
    const auto source = LookAtInput(input);
    if (source && source->st_dev == target->st_dev && source->st_ino == target->st_ino) {
      return Error{0, fmt::format("{} is read by this import ({}), so the rows that are not "
                                  "imported cannot be written to it; name another file with "
                                  "--rejects",
                                  path, input == "-" ? "standard input" : input)};
    }
  }
  // An empty file holds nothing that could be lost.
  if (target->st_size > 0 && !IsRejectsFile(path)) {
    return Foreign(path);
  }
  return std::nullopt;
}

std::optional<Error> TryRejectsPath(const std::string& path) {
  const auto found = Look(path);
  if (found && !S_ISREG(found->st_mode) && !S_ISDIR(found->st_mode)) {
    return access(path.c_str(), W_OK) == 0 ? std::nullopt : std::optional(Unwritable(path, errno));
  }
  const int flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC;
  int file = open(path.c_str(), flags);
  const bool make = file < 0 && errno == ENOENT;
  if (make) {
    file = open(path.c_str(), flags | O_CREAT | O_EXCL, 0666);
  }
  if (file < 0) {
    return Unwritable(path, errno);
  }
  close(file);
  if (make) {
    (void)unlink(path.c_str());
  }
  return std::nullopt;
}

Expected<int> OpenRejectsFile(const std::string& path) {
  const auto found = Look(path);
  const bool regular = !found || S_ISREG(found->st_mode);
  // Not blocking: a pipe that nobody reads would hold up the import.
  const int file =
      open(path.c_str(), (regular ? O_RDWR | O_CREAT : O_WRONLY) | O_NONBLOCK | O_CLOEXEC, 0666);
  if (file < 0) {
    return Unwritable(path, errno);
  }
  struct stat opened {};
  const bool known = fstat(file, &opened) == 0;
  if (known && S_ISREG(opened.st_mode) && !MayReplace(file)) {
    close(file);
    return Foreign(path);
  }
  const bool emptied = known && (!S_ISREG(opened.st_mode) || ftruncate(file, 0) == 0);
  if (!emptied || fcntl(file, F_SETFL, 0) != 0) {
    const int error = errno;
    close(file);
    return Unwritable(path, error);
  }
  return file;
}

}  // namespace florin::importer
