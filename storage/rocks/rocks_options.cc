#include "storage/rocks/rocks_options.h"

#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

namespace florin::storage {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

bool Lz4IsBuiltIn() {
  const std::vector<rocksdb::CompressionType> built_in = rocksdb::GetSupportedCompressions();
  return std::find(built_in.begin(), built_in.end(), rocksdb::kLZ4Compression) != built_in.end();
}

rocksdb::CompressionType ColdCompression() {
  static const rocksdb::CompressionType type =
      Lz4IsBuiltIn() ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  return type;
}

rocksdb::DBOptions CommonOptions(const RocksShared& shared) {
  rocksdb::DBOptions options;
  options.env = shared.env.get();
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_background_jobs = 2;
  options.max_subcompactions = 1;
  options.max_open_files = shared.open_files;
  options.max_file_opening_threads = 2;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 4;
  options.max_log_file_size = 4 * kMiB;
  options.max_manifest_file_size = 16 * kMiB;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.bytes_per_sync = kMiB;
  return options;
}

rocksdb::ColumnFamilyOptions CommonFamilyOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.max_write_buffer_number = 3;
  options.target_file_size_base = 64 * kMiB;
  options.max_bytes_for_level_base = 256 * kMiB;
  return options;
}

rocksdb::BlockBasedTableOptions TableOptions(const RocksShared& shared, std::size_t block_size) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = shared.block_cache;
  table.block_size = block_size;
  table.format_version = 5;
  return table;
}

}  // namespace

RocksShared MakeRocksShared(const std::shared_ptr<rocksdb::FileSystem>& file_system,
                            std::size_t block_cache_bytes) {
  RocksShared shared;
  if (file_system != nullptr) {
    shared.env = rocksdb::NewCompositeEnv(file_system);
  } else {
    // The default environment is never destroyed, so nothing is owned.
    shared.env = std::shared_ptr<rocksdb::Env>(std::shared_ptr<void>(), rocksdb::Env::Default());
  }
  shared.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  return shared;
}

rocksdb::DBOptions JournalDbOptions(const RocksShared& shared) {
  rocksdb::DBOptions options = CommonOptions(shared);
  // Without it a missing WAL is recovered from silently.
  options.track_and_verify_wals_in_manifest = true;
  options.max_total_wal_size = 256 * kMiB;
  return options;
}

rocksdb::DBOptions IndexDbOptions(const RocksShared& shared) { return CommonOptions(shared); }

rocksdb::DBOptions GroupsDbOptions(const RocksShared& shared) {
  rocksdb::DBOptions options = CommonOptions(shared);
  options.track_and_verify_wals_in_manifest = true;
  options.max_total_wal_size = 32 * kMiB;
  return options;
}

rocksdb::ColumnFamilyOptions JournalFamilyOptions(const RocksShared& shared) {
  rocksdb::ColumnFamilyOptions options = CommonFamilyOptions();
  options.write_buffer_size = 32 * kMiB;
  // One kind on every level, so that files in order of their keys move down
  // without being rewritten.
  options.compression = ColdCompression();
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions(shared, 16 * 1024)));
  return options;
}

rocksdb::ColumnFamilyOptions IndexFamilyOptions(const RocksShared& shared) {
  rocksdb::ColumnFamilyOptions options = CommonFamilyOptions();
  options.write_buffer_size = 32 * kMiB;
  // The publisher flushes often, so files of level 0 are small, and each of them spans all
  // families: merging it rewrites level 1 whole. Filters keep reads of many files cheap.
  options.level0_file_num_compaction_trigger = 12;
  options.level0_slowdown_writes_trigger = 30;
  options.level0_stop_writes_trigger = 45;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.compression_per_level.assign(static_cast<std::size_t>(options.num_levels),
                                       ColdCompression());
  options.compression_per_level[0] = rocksdb::kNoCompression;
  options.compression_per_level[1] = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table = TableOptions(shared, 4 * 1024);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::ColumnFamilyOptions MetaFamilyOptions(const RocksShared& shared) {
  rocksdb::ColumnFamilyOptions options = CommonFamilyOptions();
  options.write_buffer_size = 1 * kMiB;
  options.compression = ColdCompression();
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions(shared, 8 * 1024)));
  return options;
}

rocksdb::ColumnFamilyOptions GroupsFamilyOptions(const RocksShared& shared) {
  rocksdb::ColumnFamilyOptions options = CommonFamilyOptions();
  options.write_buffer_size = 8 * kMiB;
  options.compression = ColdCompression();
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions(shared, 8 * 1024)));
  return options;
}

rocksdb::Status SyncName(const std::string& path, rocksdb::Env* env) {
  const std::filesystem::path parent = (std::filesystem::absolute(path) / "..").lexically_normal();
  std::unique_ptr<rocksdb::Directory> directory;
  const rocksdb::Status opened = env->NewDirectory(parent.string(), &directory);
  return opened.ok() ? directory->Fsync() : opened;
}

std::int64_t DirectoryBytes(const std::string& directory) {
  // Logs are preallocated: their size says less than what they occupy.
  const auto occupied = [](const std::filesystem::path& path) {
    struct stat file {};
    // Files come and go under compaction: one that has gone occupies nothing.
    return lstat(path.c_str(), &file) == 0 ? std::int64_t{file.st_blocks} * 512 : 0;
  };
  std::error_code error;
  std::int64_t bytes = occupied(directory);
  std::filesystem::recursive_directory_iterator entry(directory, error);
  while (!error && entry != std::filesystem::recursive_directory_iterator()) {
    bytes += occupied(entry->path());
    entry.increment(error);
  }
  return bytes;
}

}  // namespace florin::storage
