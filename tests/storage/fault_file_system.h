#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace florin::storage::testing {

/// A file system whose power can fail: what was not synced by then is gone, and
/// what was written since the last sync may be torn anywhere. Hand it to
/// StoreOptions::file_system.
///
/// Files pass through to the machine's own, without its (slow) syncs; what a
/// file had at its last sync is remembered. A new file whose directory was not
/// synced is gone too. Threads: any.
class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultFileSystem(std::uint64_t seed);

  /// The power fails at the `operations`-th write, sync, creation or rename
  /// from now; it may or may not take effect. From then on each fails.
  void DieAfter(std::int64_t operations);
  [[nodiscard]] bool dead() const;
  /// Takes back all that was not synced and lets operations through again. No
  /// file may be open.
  void Revive();

  /// Writes fail for want of space, until set back. `told`: and free space is
  /// reported as none.
  void SetFull(bool full, bool told);

  const char* Name() const override { return "FaultFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* bytes, rocksdb::IODebugContext* debug) override;

 private:
  friend class FaultWritableFile;
  friend class FaultRandomRWFile;
  friend class FaultDirectory;

  struct Extent {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };
  /// A file that was created, or put in the place of another, by name.
  struct NameChange {
    std::string path;
    /// What the name stood for before; nothing: for no file.
    std::optional<std::string> before;
  };
  struct Overwrite {
    std::uint64_t offset = 0;
    std::string before;
  };

  /// Whether the next operation takes effect, and what its caller is told.
  struct Fate {
    bool happens = true;
    rocksdb::IOStatus told;
  };
  Fate Next(bool writes);
  void Created(const std::string& path);

  mutable std::mutex mutex_;
  // All guarded by mutex_.
  std::mt19937_64 random_;
  std::int64_t operations_left_ = -1;
  bool dead_ = false;
  bool full_ = false;
  bool full_told_ = false;
  std::map<std::string, Extent> appended_;
  std::map<std::string, std::vector<Overwrite>> overwritten_;
  /// Names changed since their directory was synced, in order.
  std::vector<NameChange> names_;
};

}  // namespace florin::storage::testing
