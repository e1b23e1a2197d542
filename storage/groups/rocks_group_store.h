#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/groups/group_store.h"
#include "storage/rocks/rocks_options.h"

namespace florin::storage {

struct RocksGroupStoreOptions {
  /// `groups/` below the data directory.
  std::string directory;
  std::string ledger_id;
  bool sync = true;
  /// Below this much free space a write is refused before it begins.
  std::uint64_t disk_reserve_bytes = 16u << 20;
};

/// Consumer groups on RocksDB, in a database of their own. Layout: docs/formats/groups.md.
class RocksGroupStore final : public GroupStore {
 public:
  /// Opens or creates. Errors: kDataCorrupt where the format is another one or the groups are of
  /// another ledger; kStorageUnavailable.
  static domain::Result<std::unique_ptr<RocksGroupStore>> Open(
      const RocksShared& shared, const RocksGroupStoreOptions& options);
  ~RocksGroupStore() override;

  RocksGroupStore(const RocksGroupStore&) = delete;
  RocksGroupStore& operator=(const RocksGroupStore&) = delete;

  domain::Result<std::vector<GroupImage>> Load() override;
  domain::Result<std::optional<GroupImage>> LoadOne(const std::string& group_id) override;
  domain::Result<std::vector<ActionRecord>> ReadActions(const std::string& group_id,
                                                        std::int64_t after_number,
                                                        std::size_t limit) override;
  domain::Status Write(std::span<const GroupChange> changes) override;

 private:
  RocksGroupStore(const RocksShared& shared, const RocksGroupStoreOptions& options);

  domain::Status OpenDatabase();
  domain::Status CheckFormat();
  domain::Status WriteFormat();
  domain::Status CheckFreeSpace();
  domain::Result<GroupImage> ReadImage(rocksdb::Iterator* entry, const std::string& group_id);

  RocksShared shared_;
  RocksGroupStoreOptions options_;
  std::unique_ptr<rocksdb::DB> db_;
  // Of the writing thread.
  std::optional<domain::Refusal> failure_;
};

}  // namespace florin::storage
