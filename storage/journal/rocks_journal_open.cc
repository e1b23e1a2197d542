// Opening a journal: recovery, and telling a torn tail from lost acknowledged
// data.

#include <openssl/rand.h>
#include <rocksdb/convenience.h>

#include <array>
#include <memory>
#include <utility>

#include "storage/format/bytes.h"
#include "storage/format/commit_group_value.h"
#include "storage/format/errors.h"
#include "storage/format/record_codec.h"
#include "storage/journal/checks.h"
#include "storage/journal/rocks_journal.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {
namespace {

constexpr char kFormatKey[] = "format_version";
constexpr char kLedgerKey[] = "ledger_id";
/// Of the directory's layout. Do not renumber.
constexpr char kLayoutVersion[] = "1";
/// How much of the chain's end is hashed again at start.
constexpr std::size_t kTailBytes = 8u << 20;
constexpr std::size_t kTailCommitGroups = 256;

domain::Result<std::string> RandomId() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return StorageUnavailable("The system gave no random numbers for a ledger id.");
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id.push_back(kDigits[byte >> 4]);
    id.push_back(kDigits[byte & 15]);
  }
  return id;
}

}  // namespace

domain::Result<std::unique_ptr<RocksJournal>> RocksJournal::Open(
    const RocksShared& shared, const RocksJournalOptions& options) {
  std::unique_ptr<RocksJournal> journal(new RocksJournal(shared, options));
  domain::Result<std::unique_ptr<LastPosition>> mark = LastPosition::Open(
      shared.env->GetFileSystem(), options.directory + "/last_position", options.sync);
  if (!mark.ok()) return mark.refusal();
  journal->last_position_ = std::move(mark.value());
  if (domain::Status whole = journal->Rehearse(); !whole.ok()) return whole.refusal();
  for (const auto step :
       {&RocksJournal::OpenDatabase, &RocksJournal::LoadMeta, &RocksJournal::RecoverHead,
        &RocksJournal::CompareWithLastPosition, &RocksJournal::VerifyTail}) {
    if (domain::Status done = (journal.get()->*step)(); !done.ok()) return done.refusal();
  }
  return journal;
}

/// Recovery cuts the write-ahead log where it cannot be read, and removes what lies behind. So
/// it is tried without writing first: where acknowledged data would be missing, every file stays as
/// it is, for whoever repairs it.
domain::Status RocksJournal::Rehearse() {
  const std::optional<JournalHead>& mark = last_position_->found();
  const bool acknowledged = mark && mark->position > 0;
  // Without a database there is nothing to lose; opening says what is missing.
  if (!acknowledged || !shared_.env->FileExists(directory_ + "/CURRENT").ok()) return domain::Ok{};
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(JournalDbOptions(shared_), directory_,
                                                              Families(), &families_, &db);
  if (!status.ok()) return FromRocks(status, "reading the journal", directory_);
  TakeDatabase(db);
  domain::Status whole = RecoverHead();
  if (whole.ok()) whole = CompareWithLastPosition();
  CloseDatabase();
  head_ = {};
  return whole;
}

std::vector<rocksdb::ColumnFamilyDescriptor> RocksJournal::Families() const {
  return {
      {rocksdb::kDefaultColumnFamilyName, MetaFamilyOptions(shared_)},
      {"journal", JournalFamilyOptions(shared_)},
      {"meta", MetaFamilyOptions(shared_)},
  };
}

domain::Status RocksJournal::OpenDatabase() {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(JournalDbOptions(shared_), directory_, Families(), &families_, &db);
  if (!status.ok()) return FromRocks(status, "opening the journal", directory_);
  TakeDatabase(db);
  return domain::Ok{};
}

void RocksJournal::TakeDatabase(rocksdb::DB* db) {
  db_.reset(db);
  journal_ = families_[1];
  meta_ = families_[2];
}

domain::Status RocksJournal::LoadMeta() {
  std::string version;
  const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), meta_, kFormatKey, &version);
  if (found.IsNotFound()) return CreateMeta();
  if (!found.ok()) return FromRocks(found, "reading the format version", directory_);
  if (version != kLayoutVersion) {
    return DataCorrupt("The journal in " + directory_ + " has layout version " + version +
                           "; this program reads " + kLayoutVersion + ".",
                       {directory_});
  }
  const rocksdb::Status read = db_->Get(rocksdb::ReadOptions(), meta_, kLedgerKey, &ledger_id_);
  if (!read.ok()) return FromRocks(read, "reading the ledger id", directory_);
  return domain::Ok{};
}

domain::Status RocksJournal::CreateMeta() {
  const std::optional<JournalHead>& acknowledged = last_position_->found();
  if (acknowledged && acknowledged->position > 0) {
    return DataCorrupt("The journal in " + directory_ + " is empty, but " + last_position_->path() +
                           " says that positions 1 to " + std::to_string(acknowledged->position) +
                           " were acknowledged. Restore the journal from a backup.",
                       {directory_});
  }
  domain::Result<std::string> id = RandomId();
  if (!id.ok()) return id.refusal();
  ledger_id_ = id.value();
  rocksdb::WriteBatch batch;
  rocksdb::Status status = batch.Put(meta_, kFormatKey, kLayoutVersion);
  if (status.ok()) status = batch.Put(meta_, kLedgerKey, ledger_id_);
  rocksdb::WriteOptions options;
  options.sync = true;
  if (status.ok()) status = db_->Write(options, &batch);
  // Left in its memtable it would keep every later WAL from being deleted.
  if (status.ok()) status = db_->Flush(rocksdb::FlushOptions(), meta_);
  // The names on the way to it must last as it does.
  if (status.ok()) status = SyncName(options_.directory, shared_.env.get());
  if (status.ok()) status = SyncName(directory_, shared_.env.get());
  if (!status.ok()) return FromRocks(status, "creating the journal", directory_);
  return domain::Ok{};
}

domain::Status RocksJournal::RecoverHead() {
  const std::unique_ptr<rocksdb::Iterator> entry(
      db_->NewIterator(rocksdb::ReadOptions(), journal_));
  entry->SeekToLast();
  if (!entry->status().ok())
    return FromRocks(entry->status(), "finding the end of the journal", directory_);
  if (!entry->Valid()) return domain::Ok{};
  domain::Result<CommitGroupPtr> last =
      DecodeCommitGroup(entry->value().ToStringView(), Place(ReadBigEndian64(entry->key().data())));
  if (!last.ok()) return last.refusal();
  head_ = JournalHead{last.value()->last_position, last.value()->hash, last.value()->last_time};
  return domain::Ok{};
}

domain::Status RocksJournal::CompareWithLastPosition() {
  const std::optional<JournalHead>& mark = last_position_->found();
  const std::string& file = last_position_->path();
  if (!mark) {
    if (head_.position == 0) return domain::Ok{};
    return DataCorrupt("The file " + file + " is missing, so nothing tells whether the journal's " +
                           std::to_string(head_.position) +
                           " positions are all that was acknowledged. Restore it from the "
                           "same backup as the journal.",
                       {file});
  }
  if (mark->position > head_.position) {
    return DataCorrupt("The journal in " + directory_ + " ends at position " +
                           std::to_string(head_.position) + ", but " + file +
                           " says that position " + std::to_string(mark->position) +
                           " was acknowledged: positions " + std::to_string(head_.position + 1) +
                           " to " + std::to_string(mark->position) +
                           " are missing. Restore the journal's files from a backup.",
                       Place(head_.position + 1));
  }
  if (mark->position == 0) return domain::Ok{};
  const domain::Result<std::optional<CommitGroupPtr>> commit_group =
      CommitGroupHolding(mark->position);
  if (!commit_group.ok()) return commit_group.refusal();
  const bool fits = commit_group->has_value() &&
                    (**commit_group)->last_position == mark->position &&
                    (**commit_group)->hash == mark->hash;
  if (fits) return domain::Ok{};
  return DataCorrupt("The journal in " + directory_ + " has a different commit group at position " +
                         std::to_string(mark->position) + " than " + file +
                         " says was acknowledged. One of the two is from another backup.",
                     Place(mark->position));
}

domain::Status RocksJournal::VerifyTail() {
  if (head_.position == 0) return domain::Ok{};
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options, journal_));
  entry->SeekToLast();
  std::size_t bytes = 0;
  CommitGroupPtr after;
  for (std::size_t count = 0; entry->Valid() && bytes < kTailBytes && count < kTailCommitGroups;
       ++count, entry->Prev()) {
    const std::int64_t position = ReadBigEndian64(entry->key().data());
    domain::Result<CommitGroupPtr> commit_group =
        DecodeCommitGroup(entry->value().ToStringView(), Place(position));
    if (!commit_group.ok()) return commit_group.refusal();
    if (commit_group.value()->first_position != position)
      return DataCorrupt("The commit group at " + Place(position).Text() +
                             " says that it begins at " +
                             std::to_string(commit_group.value()->first_position) + ".",
                         Place(position));
    if (domain::Status hashed = VerifyHash(*commit_group.value()); !hashed.ok()) return hashed;
    if (after != nullptr) {
      domain::Status follows =
          CheckFollows(*commit_group.value(), *after, Place(after->first_position));
      if (!follows.ok()) return follows;
    }
    bytes += commit_group.value()->records.size();
    after = commit_group.value();
  }
  if (!entry->status().ok())
    return FromRocks(entry->status(), "verifying the end of the journal", directory_);
  return domain::Ok{};
}

}  // namespace florin::storage
