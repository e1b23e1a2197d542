#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/format/errors.h"
#include "storage/journal/journal.h"
#include "storage/journal/last_position.h"
#include "storage/rocks/rocks_options.h"

namespace florin::storage {

struct RocksJournalOptions {
  /// The data directory: holds `journal/` and `last_position`.
  std::string directory;
  bool sync = true;
  /// Below this much free space an append is refused before anything is
  /// written, so that kDiskFull is certain and flushes keep room.
  std::uint64_t disk_reserve_bytes = 16u << 20;
};

/// The journal on RocksDB. Layout: docs/formats/directories.md.
class RocksJournal final : public Journal {
 public:
  /// Opens or creates, cuts a torn tail, verifies the tail's hash chain and
  /// that what was acknowledged is there. Errors: kDataCorrupt naming file and
  /// positions; kStorageUnavailable.
  static domain::Result<std::unique_ptr<RocksJournal>> Open(const RocksShared& shared,
                                                            const RocksJournalOptions& options);
  ~RocksJournal() override;

  RocksJournal(const RocksJournal&) = delete;
  RocksJournal& operator=(const RocksJournal&) = delete;

  domain::Status Append(std::int64_t expected_head, std::int64_t owner_epoch,
                        std::span<const CommitGroupPtr> commit_groups) override;
  domain::Result<std::vector<CommitGroupPtr>> Read(std::int64_t position,
                                                   std::size_t commit_groups_max,
                                                   std::size_t bytes_max) override;
  domain::Result<std::int64_t> LastCommitGroupEndAtOrBefore(std::int64_t time) override;
  [[nodiscard]] JournalHead Head() const override;

  /// Random, made when the journal was created; 32 hexadecimal digits.
  [[nodiscard]] const std::string& ledger_id() const { return ledger_id_; }

 private:
  RocksJournal(const RocksShared& shared, const RocksJournalOptions& options);

  domain::Status Rehearse();
  domain::Status OpenDatabase();
  [[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> Families() const;
  void TakeDatabase(rocksdb::DB* db);
  void CloseDatabase();
  domain::Status LoadMeta();
  domain::Status CreateMeta();
  domain::Status RecoverHead();
  domain::Status VerifyTail();
  domain::Status CompareWithLastPosition();
  domain::Status WriteCommitGroups(std::span<const CommitGroupPtr> commit_groups);
  /// Remembers that nothing may be appended any more, and why.
  domain::Refusal Fail(domain::Refusal refusal);
  domain::Status CheckFreeSpace(std::size_t bytes);
  [[nodiscard]] CorruptPlace Place(std::int64_t position) const;
  domain::Result<std::optional<CommitGroupPtr>> CommitGroupHolding(std::int64_t position);

  RocksShared shared_;
  RocksJournalOptions options_;
  std::string directory_;
  std::string ledger_id_;
  std::unique_ptr<LastPosition> last_position_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* journal_ = nullptr;
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;

  // Of the appending thread.
  std::optional<domain::Refusal> failure_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  JournalHead head_;
};

}  // namespace florin::storage
