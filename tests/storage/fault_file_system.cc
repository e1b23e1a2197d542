#include "tests/storage/fault_file_system.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace florin::storage::testing {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

IOStatus PowerIsOff() { return IOStatus::IOError("The power has failed"); }

std::string ParentOf(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

std::optional<std::string> Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

/// Appends pass through; how much of them a sync has covered is remembered.
class FaultWritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultWritableFile(FaultFileSystem* owner, std::string path,
                    std::unique_ptr<rocksdb::FSWritableFile>&& file)
      : FSWritableFileOwnerWrapper(std::move(file)), owner_(owner), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const FaultFileSystem::Fate fate = owner_->Next(true);
    if (fate.happens) {
      IOStatus status = FSWritableFileOwnerWrapper::Append(data, options, debug);
      if (!status.ok()) return status;
      const std::lock_guard lock(owner_->mutex_);
      owner_->appended_[path_].written += data.size();
    }
    return fate.told;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const FaultFileSystem::Fate fate = owner_->Next(false);
    if (fate.happens) {
      // Into the file as far as other readers are concerned; the machine's own
      // sync is not what is tested.
      IOStatus status = FSWritableFileOwnerWrapper::Flush(options, debug);
      if (!status.ok()) return status;
      const std::lock_guard lock(owner_->mutex_);
      FaultFileSystem::Extent& extent = owner_->appended_[path_];
      extent.synced = extent.written;
    }
    return fate.told;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  // It would leave zeros behind the data, which the truncation at a crash is
  // not about.
  IOStatus Allocate(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  void PrepareWrite(std::size_t, std::size_t, const IOOptions&, IODebugContext*) override {}

 private:
  FaultFileSystem* owner_;
  std::string path_;
};

/// Remembers what each write replaced until a sync.
class FaultRandomRWFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  FaultRandomRWFile(FaultFileSystem* owner, std::string path,
                    std::unique_ptr<rocksdb::FSRandomRWFile>&& file)
      : FSRandomRWFileOwnerWrapper(std::move(file)), owner_(owner), path_(std::move(path)) {}

  IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    const FaultFileSystem::Fate fate = owner_->Next(true);
    if (fate.happens) {
      std::string scratch(data.size(), '\0');
      Slice before;
      IOStatus status = Read(offset, data.size(), options, &before, scratch.data(), debug);
      if (status.ok()) status = FSRandomRWFileOwnerWrapper::Write(offset, data, options, debug);
      if (!status.ok()) return status;
      const std::lock_guard lock(owner_->mutex_);
      owner_->overwritten_[path_].push_back({offset, before.ToString()});
    }
    return fate.told;
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    const FaultFileSystem::Fate fate = owner_->Next(false);
    if (fate.happens) {
      const std::lock_guard lock(owner_->mutex_);
      owner_->overwritten_.erase(path_);
    }
    return fate.told;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  FaultFileSystem* owner_;
  std::string path_;
};

/// A sync of a directory makes the names in it last.
class FaultDirectory final : public rocksdb::FSDirectory {
 public:
  FaultDirectory(FaultFileSystem* owner, const std::string& path)
      : owner_(owner), path_(std::filesystem::path(path).lexically_normal().string()) {
    while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  }

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    const FaultFileSystem::Fate fate = owner_->Next(false);
    if (fate.happens) {
      const std::lock_guard lock(owner_->mutex_);
      std::erase_if(owner_->names_,
                    [this](const auto& change) { return ParentOf(change.path) == path_; });
    }
    return fate.told;
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  FaultFileSystem* owner_;
  std::string path_;
};

FaultFileSystem::FaultFileSystem(std::uint64_t seed)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), random_(seed) {}

void FaultFileSystem::DieAfter(std::int64_t operations) {
  const std::lock_guard lock(mutex_);
  operations_left_ = operations;
}

bool FaultFileSystem::dead() const {
  const std::lock_guard lock(mutex_);
  return dead_;
}

void FaultFileSystem::SetFull(bool full, bool told) {
  const std::lock_guard lock(mutex_);
  full_ = full;
  full_told_ = told;
}

FaultFileSystem::Fate FaultFileSystem::Next(bool writes) {
  const std::lock_guard lock(mutex_);
  if (dead_) return {false, PowerIsOff()};
  if (operations_left_ == 0) {
    dead_ = true;
    return {random_() % 2 == 0, PowerIsOff()};
  }
  if (operations_left_ > 0) --operations_left_;
  if (full_ && writes) return {false, IOStatus::NoSpace("No space left on device")};
  return {true, IOStatus::OK()};
}

void FaultFileSystem::Created(const std::string& path) {
  const std::lock_guard lock(mutex_);
  appended_[path] = Extent{};
  names_.push_back({path, std::nullopt});
}

void FaultFileSystem::Revive() {
  const std::lock_guard lock(mutex_);
  for (const auto& [path, extent] : appended_) {
    const std::uint64_t kept = extent.synced + random_() % (extent.written - extent.synced + 1);
    std::error_code gone;
    if (std::filesystem::file_size(path, gone) > kept && !gone)
      std::filesystem::resize_file(path, kept);
  }
  for (auto& [path, overwrites] : overwritten_) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    // Newest first, and some of them had reached the disk after all.
    for (auto overwrite = overwrites.rbegin(); descriptor >= 0 && overwrite != overwrites.rend();
         ++overwrite) {
      if (random_() % 3 == 0) break;
      const auto size = static_cast<ssize_t>(overwrite->before.size());
      if (::pwrite(descriptor, overwrite->before.data(), overwrite->before.size(),
                   static_cast<off_t>(overwrite->offset)) != size)
        std::abort();
    }
    if (descriptor >= 0) ::close(descriptor);
  }
  // As on a file system that journals names: what came later does not last
  // where what came before did not.
  const std::size_t kept_names = random_() % (names_.size() + 1);
  while (names_.size() > kept_names) {
    const NameChange& change = names_.back();
    std::filesystem::remove(change.path);
    if (change.before) std::ofstream(change.path, std::ios::binary) << *change.before;
    names_.pop_back();
  }
  appended_.clear();
  overwritten_.clear();
  names_.clear();
  dead_ = false;
  operations_left_ = -1;
}

IOStatus FaultFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          IODebugContext* debug) {
  const Fate fate = Next(true);
  if (!fate.happens || !fate.told.ok()) return fate.told;
  std::unique_ptr<rocksdb::FSWritableFile> inner;
  IOStatus status = target()->NewWritableFile(path, options, &inner, debug);
  if (!status.ok()) return status;
  Created(path);
  *file = std::make_unique<FaultWritableFile>(this, path, std::move(inner));
  return status;
}

IOStatus FaultFileSystem::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                                             IODebugContext* debug) {
  const Fate fate = Next(true);
  if (!fate.happens || !fate.told.ok()) return fate.told;
  std::unique_ptr<rocksdb::FSWritableFile> inner;
  IOStatus status = target()->ReopenWritableFile(path, options, &inner, debug);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t size = inner->GetFileSize(IOOptions(), nullptr);
    appended_.try_emplace(path, Extent{size, size});
  }
  *file = std::make_unique<FaultWritableFile>(this, path, std::move(inner));
  return status;
}

IOStatus FaultFileSystem::ReuseWritableFile(const std::string& path, const std::string& old_path,
                                            const FileOptions& options,
                                            std::unique_ptr<rocksdb::FSWritableFile>* file,
                                            IODebugContext* debug) {
  IOStatus renamed = RenameFile(old_path, path, IOOptions(), debug);
  if (!renamed.ok()) return renamed;
  return NewWritableFile(path, options, file, debug);
}

IOStatus FaultFileSystem::NewRandomRWFile(const std::string& path, const FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                          IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSRandomRWFile> inner;
  IOStatus status = target()->NewRandomRWFile(path, options, &inner, debug);
  if (!status.ok()) return status;
  *file = std::make_unique<FaultRandomRWFile>(this, path, std::move(inner));
  return status;
}

IOStatus FaultFileSystem::NewDirectory(const std::string& path, const IOOptions&,
                                       std::unique_ptr<rocksdb::FSDirectory>* directory,
                                       IODebugContext*) {
  *directory = std::make_unique<FaultDirectory>(this, path);
  return IOStatus::OK();
}

IOStatus FaultFileSystem::RenameFile(const std::string& from, const std::string& to,
                                     const IOOptions& options, IODebugContext* debug) {
  const Fate fate = Next(false);
  if (!fate.happens) return fate.told;
  std::optional<std::string> before = Contents(to);
  IOStatus status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  const auto moved = appended_.find(from);
  if (moved != appended_.end()) appended_[to] = moved->second;
  appended_.erase(from);
  names_.push_back({to, std::move(before)});
  return fate.told;
}

IOStatus FaultFileSystem::DeleteFile(const std::string& path, const IOOptions& options,
                                     IODebugContext* debug) {
  const Fate fate = Next(false);
  if (!fate.happens) return fate.told;
  IOStatus status = target()->DeleteFile(path, options, debug);
  const std::lock_guard lock(mutex_);
  appended_.erase(path);
  std::erase_if(names_, [&path](const NameChange& change) { return change.path == path; });
  return fate.told.ok() ? status : fate.told;
}

IOStatus FaultFileSystem::GetFreeSpace(const std::string& path, const IOOptions& options,
                                       std::uint64_t* bytes, IODebugContext* debug) {
  {
    const std::lock_guard lock(mutex_);
    *bytes = 0;
    if (full_ && full_told_) return IOStatus::OK();
  }
  return target()->GetFreeSpace(path, options, bytes, debug);
}

}  // namespace florin::storage::testing
