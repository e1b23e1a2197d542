#include "storage/journal/rocks_journal.h"

#include <rocksdb/write_batch.h>

#include <utility>

#include "storage/format/bytes.h"
#include "storage/format/commit_group_value.h"
#include "storage/format/errors.h"
#include "storage/journal/checks.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {
namespace {

/// While a journal has one owner at a time by its directory's lock
/// (docs/adr/0003-journal.md).
constexpr std::int64_t kOwnerEpoch = 0;
constexpr std::size_t kProtectionBytes = 8;

std::string PositionKey(std::int64_t position) {
  std::string key;
  PutBigEndian64(&key, position);
  return key;
}

}  // namespace

RocksJournal::RocksJournal(const RocksShared& shared, const RocksJournalOptions& options)
    : shared_(shared), options_(options), directory_(options.directory + "/journal") {}

RocksJournal::~RocksJournal() { CloseDatabase(); }

void RocksJournal::CloseDatabase() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
  families_.clear();
  db_->Close();
  db_.reset();
}

CorruptPlace RocksJournal::Place(std::int64_t position) const { return {directory_, position}; }

JournalHead RocksJournal::Head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

domain::Refusal RocksJournal::Fail(domain::Refusal refusal) {
  failure_ = refusal;
  return refusal;
}

domain::Status RocksJournal::CheckFreeSpace(std::size_t bytes) {
  std::uint64_t free = 0;
  const rocksdb::Status status = shared_.env->GetFreeSpace(directory_, &free);
  // A file system that cannot say is asked by writing.
  if (!status.ok() || free >= options_.disk_reserve_bytes + bytes) return domain::Ok{};
  return DiskFull("The disk of " + directory_ + " has " + std::to_string(free) +
                  " bytes left, too few to write safely. Free space on that "
                  "disk, then restart the server.");
}

domain::Status RocksJournal::Append(std::int64_t expected_head, std::int64_t owner_epoch,
                                    std::span<const CommitGroupPtr> commit_groups) {
  if (failure_) return *failure_;
  const JournalHead head = Head();
  if (domain::Status fits =
          CheckAppend(head, kOwnerEpoch, expected_head, owner_epoch, commit_groups);
      !fits.ok())
    return fits;
  if (commit_groups.empty()) return domain::Ok{};
  if (domain::Status written = WriteCommitGroups(commit_groups); !written.ok()) return written;

  const CommitGroup& last = *commit_groups.back();
  const JournalHead reached{last.last_position, last.hash, last.last_time};
  if (domain::Status synced = last_position_->Health(); !synced.ok()) return Fail(synced.refusal());
  if (domain::Status marked = last_position_->Write(reached); !marked.ok())
    return Fail(marked.refusal());
  const std::lock_guard lock(mutex_);
  head_ = reached;
  return domain::Ok{};
}

domain::Status RocksJournal::WriteCommitGroups(std::span<const CommitGroupPtr> commit_groups) {
  std::size_t bytes = 0;
  for (const CommitGroupPtr& commit_group : commit_groups)
    bytes += commit_group->records.size() + 256;
  if (domain::Status space = CheckFreeSpace(bytes); !space.ok()) return space;

  rocksdb::WriteBatch batch(bytes, 0, kProtectionBytes, 0);
  for (const CommitGroupPtr& commit_group : commit_groups) {
    const rocksdb::Status put = batch.Put(journal_, PositionKey(commit_group->first_position),
                                          EncodeCommitGroup(*commit_group));
    if (!put.ok()) return FromRocks(put, "preparing commit groups", directory_);
  }
  rocksdb::WriteOptions options;
  options.sync = options_.sync;
  const rocksdb::Status written = db_->Write(options, &batch);
  // Part of it may be in the WAL: nothing follows until the next opening has
  // cut that off.
  if (!written.ok()) return Fail(FromRocks(written, "appending", directory_));
  return domain::Ok{};
}

domain::Result<std::vector<CommitGroupPtr>> RocksJournal::Read(std::int64_t position,
                                                               std::size_t commit_groups_max,
                                                               std::size_t bytes_max) {
  std::vector<CommitGroupPtr> commit_groups;
  std::size_t bytes = 0;
  const std::int64_t head = Head().position;
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options, journal_));
  for (entry->SeekForPrev(PositionKey(position)); entry->Valid(); entry->Next()) {
    if (commit_groups.size() >= commit_groups_max || (bytes >= bytes_max && !commit_groups.empty()))
      break;
    const CorruptPlace where = Place(ReadBigEndian64(entry->key().data()));
    domain::Result<CommitGroupPtr> commit_group =
        DecodeCommitGroup(entry->value().ToStringView(), where);
    if (!commit_group.ok()) return commit_group.refusal();
    if (commit_group.value()->first_position > head) break;
    // Below the first commit group SeekForPrev finds nothing; above the last it finds
    // one that ends before.
    if (commit_group.value()->last_position < position) break;
    if (!commit_groups.empty()) {
      domain::Status follows = CheckFollows(*commit_groups.back(), *commit_group.value(), where);
      if (!follows.ok()) return follows.refusal();
    }
    bytes += commit_group.value()->records.size();
    commit_groups.push_back(std::move(commit_group.value()));
  }
  if (!entry->status().ok())
    return FromRocks(entry->status(), "reading from position " + std::to_string(position),
                     directory_);
  return commit_groups;
}

domain::Result<std::optional<CommitGroupPtr>> RocksJournal::CommitGroupHolding(
    std::int64_t position) {
  domain::Result<std::vector<CommitGroupPtr>> commit_groups = Read(position, 1, 0);
  if (!commit_groups.ok()) return commit_groups.refusal();
  if (commit_groups->empty()) return std::optional<CommitGroupPtr>();
  return std::optional<CommitGroupPtr>(commit_groups->front());
}

domain::Result<std::int64_t> RocksJournal::LastCommitGroupEndAtOrBefore(std::int64_t time) {
  const JournalHead head = Head();
  if (head.time <= time) return head.position;
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options, journal_));
  // Ends of commit groups: `found` is at or before the time, the commit group that holds
  // `above` is not.
  std::int64_t found = 0;
  std::int64_t above = head.position;
  while (found + 1 <= above) {
    const std::int64_t middle = found + 1 + (above - found - 1) / 2;
    entry->SeekForPrev(PositionKey(middle));
    if (!entry->Valid()) break;
    const domain::Result<CommitGroupHead> commit_group =
        DecodeCommitGroupHead(entry->value().ToStringView(), Place(middle));
    if (!commit_group.ok()) return commit_group.refusal();
    if (commit_group->last_time <= time) {
      found = commit_group->last_position;
    } else {
      above = commit_group->first_position - 1;
    }
  }
  if (!entry->status().ok()) return FromRocks(entry->status(), "searching for a time", directory_);
  return found;
}

}  // namespace florin::storage
