#include "apps/exporter/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace florin::exporter {
namespace {

// Also where the name is taken by a directory: opening it then says so.
bool IsOther(const std::string& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

// Where a link points to: renaming would replace the link itself.
std::string Target(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

bool IsForeign(const std::string& path, const std::vector<std::string>& begins) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (begins.empty() || error || size == 0) {
    return false;
  }
  std::size_t longest = 0;
  for (const auto& begin : begins) {
    longest = std::max(longest, begin.size());
  }
  std::string head(longest, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(longest));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return std::none_of(begins.begin(), begins.end(),
                      [&](const std::string& begin) { return head.starts_with(begin); });
}

bool SyncFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  const bool synced = fsync(file) == 0;
  const int error = errno;
  close(file);
  errno = error;
  return synced;
}

}  // namespace

OutputFile::OutputFile(const std::string& path, const std::vector<std::string>& begins)
    : path_(Target(path)),
      direct_(IsOther(path_)),
      foreign_(!direct_ && IsForeign(path_, begins)),
      written_path_(direct_ ? path_ : fmt::format("{}.partial-{}", path_, getpid())) {
  if (foreign_) {
    return;
  }
  errno = 0;
  file_.open(written_path_, std::ios::binary | std::ios::trunc);
  open_errno_ = file_ ? 0 : errno;
}

OutputFile::~OutputFile() {
  if (!committed_ && !direct_ && !foreign_ && open_errno_ == 0) {
    file_.close();
    std::error_code ignored;
    std::filesystem::remove(written_path_, ignored);
  }
}

std::optional<std::string> OutputFile::Problem() const {
  if (foreign_) {
    return fmt::format(
        "{} exists, and no export of this format wrote it; move it away, or name another place "
        "with --output",
        path_);
  }
  if (open_errno_ != 0) {
    errno = open_errno_;
    return Message("open");
  }
  return file_ ? std::nullopt : std::optional(Message("write"));
}

std::optional<std::string> OutputFile::Sync() {
  file_.flush();
  if (auto problem = Problem()) {
    return problem;
  }
  file_.close();
  if (!file_ || (!direct_ && !SyncFile(written_path_))) {
    return Message("write");
  }
  return std::nullopt;
}

std::optional<std::string> OutputFile::Commit() {
  if (!direct_ && std::rename(written_path_.c_str(), path_.c_str()) != 0) {
    return Message("rename");
  }
  committed_ = true;
  return std::nullopt;
}

std::string OutputFile::Message(const char* verb) const {
  return fmt::format("cannot {} {}: {}", verb, path_, std::strerror(errno));
}

}  // namespace florin::exporter
