#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <memory>
#include <string>

namespace florin::storage {

/// What all databases share: the environment (a test's file system in it), the
/// block cache, and how many table files each keeps open.
struct RocksShared {
  std::shared_ptr<rocksdb::Env> env;
  std::shared_ptr<rocksdb::Cache> block_cache;
  int open_files = 256;
};

/// `file_system` null: the machine's own.
[[nodiscard]] RocksShared MakeRocksShared(const std::shared_ptr<rocksdb::FileSystem>& file_system,
                                          std::size_t block_cache_bytes);

/// Sizes for two cores and one writer. Checks on: paranoid, WALs tracked in the
/// manifest.
[[nodiscard]] rocksdb::DBOptions JournalDbOptions(const RocksShared& shared);
[[nodiscard]] rocksdb::DBOptions IndexDbOptions(const RocksShared& shared);
[[nodiscard]] rocksdb::DBOptions GroupsDbOptions(const RocksShared& shared);

/// Few large values in order of their keys.
[[nodiscard]] rocksdb::ColumnFamilyOptions JournalFamilyOptions(const RocksShared& shared);
/// A few small values.
[[nodiscard]] rocksdb::ColumnFamilyOptions MetaFamilyOptions(const RocksShared& shared);
/// Small values found by exact key, mostly: bloom filters, small blocks.
[[nodiscard]] rocksdb::ColumnFamilyOptions IndexFamilyOptions(const RocksShared& shared);

/// Few small values, written over and over.
[[nodiscard]] rocksdb::ColumnFamilyOptions GroupsFamilyOptions(const RocksShared& shared);

/// Makes the entry of `path` in its parent directory survive a power loss.
[[nodiscard]] rocksdb::Status SyncName(const std::string& path, rocksdb::Env* env);

/// What `directory` and all below it occupy on their disk, preallocated space
/// included, as `du` counts; what cannot be read counts as nothing.
[[nodiscard]] std::int64_t DirectoryBytes(const std::string& directory);

}  // namespace florin::storage
