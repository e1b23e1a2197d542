#include "feed_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

using florin::client::ClientError;
using florin::client::Done;
using florin::client::DoneResult;
using florin::client::Result;

namespace {

ClientError Error(const std::string& message) {
  ClientError error;
  error.code = grpc::StatusCode::INTERNAL;
  error.message = message;
  return error;
}

ClientError Problem(const std::string& doing, const std::string& path) {
  return Error("cannot " + doing + " " + path + ": " + std::strerror(errno));
}

bool WriteAll(int file, const std::string& text, std::int64_t at) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = pwrite(file, text.data() + written, text.size() - written,
                                 at + static_cast<std::int64_t>(written));
    if (count < 0 && errno != EINTR) {
      return false;
    }
    written += count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  return true;
}

// A renamed file is there after a power loss only if its directory was synced.
bool SyncDirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::absolute(path).parent_path();
  const int directory = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && fsync(directory) == 0;
  if (directory >= 0) {
    close(directory);
  }
  return synced;
}

}  // namespace

FeedFile::FeedFile(std::string path)
    : path_(std::move(path)), checkpoint_path_(path_ + ".checkpoint") {}

FeedFile::~FeedFile() {
  if (file_ >= 0) {
    close(file_);
  }
}

Result<std::string> FeedFile::Load() {
  if (auto opened = Open(); !opened.ok()) {
    return opened.error();
  }
  if (auto read = ReadCheckpoint(); !read.ok()) {
    return read.error();
  }
  struct stat status {};
  if (fstat(file_, &status) != 0) {
    return Problem("look at", path_);
  }
  if (status.st_size < length_) {
    return Error(path_ + " has " + std::to_string(status.st_size) + " bytes, but " +
                 std::to_string(length_) + " were written to it; bring it back from a copy");
  }
  if (ftruncate(file_, length_) != 0) {
    return Problem("cut", path_);
  }
  return mark_;
}

DoneResult FeedFile::Open() {
  if (file_ >= 0) {
    return Done{};
  }
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) {
    return Problem("open", path_);
  }
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    return Error(path_ + " is being written by another process; stop that one first");
  }
  return Done{};
}

DoneResult FeedFile::ReadCheckpoint() {
  std::ifstream checkpoint(checkpoint_path_);
  if (!checkpoint) {
    if (std::filesystem::file_size(path_) > 0) {
      return Error(checkpoint_path_ + " is missing, so nobody knows how far " + path_ +
                   " goes; move " + path_ + " away to begin anew");
    }
    // Before the first line: whatever is written then, without it is not counted.
    return WriteCheckpoint(0, "");
  }
  checkpoint >> length_;
  const bool readable = static_cast<bool>(checkpoint);
  // Nothing behind the length is the mark of the beginning.
  mark_.clear();
  checkpoint >> mark_;
  return readable ? DoneResult(Done{}) : Error(checkpoint_path_ + " cannot be read");
}

DoneResult FeedFile::Begin() {
  lines_.clear();
  return Done{};
}

void FeedFile::Append(const std::string& line) { lines_ += line + '\n'; }

DoneResult FeedFile::Save(const std::string& from, const std::string& to) {
  if (from != mark_) {
    return Error(checkpoint_path_ + " was moved by another process");
  }
  next_mark_ = to;
  return Done{};
}

DoneResult FeedFile::Commit() {
  if (!WriteAll(file_, lines_, length_) || fdatasync(file_) != 0) {
    return Problem("write to", path_);
  }
  const auto length = length_ + static_cast<std::int64_t>(lines_.size());
  auto written = WriteCheckpoint(length, next_mark_);
  if (written.ok()) {
    length_ = length;
    mark_ = next_mark_;
  }
  return written;
}

void FeedFile::Rollback() { lines_.clear(); }

DoneResult FeedFile::WriteCheckpoint(std::int64_t length, const std::string& mark) {
  const std::string text = std::to_string(length) + " " + mark + "\n";
  const std::string next = checkpoint_path_ + ".new";
  const int file = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) {
    return Problem("write", next);
  }
  const bool synced = WriteAll(file, text, 0) && fsync(file) == 0;
  close(file);
  if (!synced) {
    return Problem("write", next);
  }
  if (std::rename(next.c_str(), checkpoint_path_.c_str()) != 0 ||
      !SyncDirectoryOf(checkpoint_path_)) {
    return Problem("replace", checkpoint_path_);
  }
  return Done{};
}
