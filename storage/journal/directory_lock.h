#pragma once

#include <memory>
#include <string>

#include "domain/result.h"

namespace florin::storage {

/// Holds a data directory for one process: the file LOCK with the holder's pid
/// in it.
class DirectoryLock {
 public:
  /// Creates the directory where it is missing.
  /// Errors: kStorageUnavailable, naming the pid that holds it or what could
  /// not be made.
  static domain::Result<std::unique_ptr<DirectoryLock>> Take(const std::string& directory);
  ~DirectoryLock();

  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace florin::storage
