#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <memory>

namespace florin::storage {

/// What both databases share: the environment (a test's file system in it), the
/// block cache.
struct RocksShared {
  std::shared_ptr<rocksdb::Env> env;
  std::shared_ptr<rocksdb::Cache> block_cache;
};

/// `file_system` null: the machine's own.
[[nodiscard]] RocksShared MakeRocksShared(const std::shared_ptr<rocksdb::FileSystem>& file_system,
                                          std::size_t block_cache_bytes);

/// Sizes for two cores and one writer. Checks on: paranoid, WALs tracked in the
/// manifest.
[[nodiscard]] rocksdb::DBOptions JournalDbOptions(const RocksShared& shared);
[[nodiscard]] rocksdb::DBOptions IndexDbOptions(const RocksShared& shared);

/// Few large values in order of their keys.
[[nodiscard]] rocksdb::ColumnFamilyOptions JournalFamilyOptions(const RocksShared& shared);
/// A few small values.
[[nodiscard]] rocksdb::ColumnFamilyOptions MetaFamilyOptions(const RocksShared& shared);
/// Small values found by exact key, mostly: bloom filters, small blocks.
[[nodiscard]] rocksdb::ColumnFamilyOptions IndexFamilyOptions(const RocksShared& shared);

/// Bytes of all files below `directory`; what cannot be read counts as nothing.
[[nodiscard]] std::int64_t DirectoryBytes(const std::string& directory);

}  // namespace florin::storage
