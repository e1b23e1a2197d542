#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/account.h"
#include "domain/result.h"
#include "storage/books/index_keys.h"
#include "storage/format/record.h"
#include "storage/rocks/rocks_options.h"
#include "storage/store.h"

namespace florin::storage {

/// A transaction's place with the version of its stream.
struct TransactionEntry {
  TransactionPlace place;
  std::int64_t version = 0;
};

/// What the index covers: the same head as the journal had when it was written.
struct IndexCover {
  /// Everything but the accounts is indexed up to here.
  JournalHead head;
  /// Snapshots of accounts hold at least what happened up to here.
  std::int64_t accounts_position = 0;
  std::int64_t account_count = 0;
};

/// What a record does to the index beyond what it says itself.
struct RecordContext {
  /// Of each of `record.accounts`: the version before.
  const std::int64_t* versions_before = nullptr;
  /// Of kAccountChanged: the owner before.
  std::string_view owner_before;
};

class IndexBatch;

/// Walks one family; keys come without the family's byte.
class FamilyIterator {
 public:
  FamilyIterator(Family family, std::unique_ptr<rocksdb::Iterator> entry);

  void Seek(std::string_view key);
  void SeekForPrev(std::string_view key);
  void SeekToFirst() { Seek({}); }
  void Next() { entry_->Next(); }
  void Prev() { entry_->Prev(); }
  [[nodiscard]] bool Valid() const;
  /// Requires: Valid().
  [[nodiscard]] std::string_view key() const;
  [[nodiscard]] std::string_view value() const { return entry_->value().ToStringView(); }
  [[nodiscard]] rocksdb::Status status() const { return entry_->status(); }

 private:
  char family_;
  std::unique_ptr<rocksdb::Iterator> entry_;
};

/// Everything derived, in RocksDB without a WAL: it may lose what was written
/// last, and is then caught up from the journal
/// (docs/adr/0004-derived-index.md).
///
/// Threads: Write from one at a time; look-ups from any.
class Index {
 public:
  /// Opens, or creates where it is missing, of another format or unreadable:
  /// all of it can be had again. Errors: kStorageUnavailable, kDiskFull.
  static domain::Result<std::unique_ptr<Index>> Open(const RocksShared& shared,
                                                     const std::string& directory,
                                                     const std::string& ledger_id,
                                                     int history_interval);
  ~Index();

  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  /// Throws everything away and starts from nothing.
  domain::Status Reset();

  /// As found on opening. Errors: kDataCorrupt.
  [[nodiscard]] domain::Result<IndexCover> Cover() const;

  domain::Status Write(IndexBatch* batch);
  /// `wait` false: in the background.
  domain::Status Flush(bool wait);

  [[nodiscard]] domain::Result<Lookup<domain::AccountState>> FindAccount(
      const std::string& account_id, Tier tier) const;
  [[nodiscard]] domain::Result<Lookup<TransactionEntry>> FindTransaction(
      std::string_view transaction_id, Tier tier) const;
  [[nodiscard]] domain::Result<Lookup<std::int64_t>> FindRequest(const std::string& key,
                                                                 Tier tier) const;
  /// With the position of asset.registered.
  [[nodiscard]] domain::Result<std::vector<std::pair<domain::Asset, std::int64_t>>> Assets() const;

  /// The first sparse entry of the account at or above `version`: its position.
  /// Nothing: above the last.
  [[nodiscard]] domain::Result<std::optional<std::int64_t>> HistoryAtOrAfter(
      const std::string& account_id, std::int64_t version) const;

  [[nodiscard]] std::unique_ptr<FamilyIterator> Iterate(Family family) const;
  /// Every key as it is stored, to compare indexes as a whole.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> IterateAll() const;
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] int history_interval() const { return history_interval_; }

 private:
  Index(const RocksShared& shared, std::string directory, const std::string& ledger_id,
        int history_interval);

  domain::Status OpenDatabase();
  domain::Status CloseDatabase();
  domain::Result<bool> FormatFits() const;
  domain::Status WriteFormat();
  domain::Result<Lookup<std::string>> Get(Family family, std::string_view key, Tier tier) const;
  domain::Status FindLargestId();
  void RaiseLargestId(const std::string& transaction_id);
  [[nodiscard]] bool IsAboveAllIds(std::string_view transaction_id) const;

  RocksShared shared_;
  std::string directory_;
  /// Layout, ledger and interval: another one is another index.
  std::string format_;
  int history_interval_;
  std::unique_ptr<rocksdb::DB> db_;

  mutable std::mutex largest_id_mutex_;
  /// No transaction's id is above it, so that ids which grow with time are known to be new without
  /// a look-up. Guarded by largest_id_mutex_.
  std::string largest_id_;
};

/// Collects what records change in the index, to be written at once.
class IndexBatch {
 public:
  explicit IndexBatch(const Index& index);

  void Add(const Record& record, const RecordContext& context);
  void PutAccount(const domain::AccountState& account);
  void PutCover(const IndexCover& cover);

  [[nodiscard]] std::size_t bytes() const { return batch_.GetDataSize(); }

 private:
  friend class Index;

  void AddTransaction(const domain::Transaction& transaction, const TransactionPlace& place);
  void AddAccountRecord(const Record& record, const RecordContext& context);
  void AddRefused(const Record& record);
  void AddHistory(const Record& record, const std::int64_t* versions_before);
  void Put(Family family, std::string_view key, std::string_view value);
  void Delete(Family family, std::string_view key);

  const Index& index_;
  rocksdb::WriteBatch batch_;
  rocksdb::Status status_;
  /// Of the transactions in it.
  std::string largest_id_;
};

}  // namespace florin::storage
