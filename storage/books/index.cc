#include "storage/books/index.h"

#include <rocksdb/convenience.h>

#include "storage/books/account_value.h"
#include "storage/books/index_keys.h"
#include "storage/format/bytes.h"
#include "storage/format/errors.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {
namespace {

/// Of the index directory: another one is rebuilt. Raise it with every change
/// of keys or values.
constexpr char kIndexFormat[] = "2";
constexpr char kFormatKey[] = "format";
constexpr char kCoverKey[] = "cover";

domain::Result<IndexCover> DecodeCover(std::string_view value, const std::string& directory) {
  ByteReader in(value);
  IndexCover cover;
  cover.head.position = in.Int64();
  cover.head.time = in.Int64();
  const std::string_view hash = in.Bytes(cover.head.hash.size());
  for (std::size_t i = 0; i < hash.size(); ++i)
    cover.head.hash[i] = static_cast<std::uint8_t>(hash[i]);
  cover.accounts_position = in.Int64();
  cover.account_count = in.Int64();
  if (in.Done()) return cover;
  return DataCorrupt("The index in " + directory + " has a malformed cover.", {directory});
}

}  // namespace

Index::Index(const RocksShared& shared, std::string directory, const std::string& ledger_id,
             int history_interval)
    : shared_(shared),
      directory_(std::move(directory)),
      format_(std::string(kIndexFormat) + " " + ledger_id + " " + std::to_string(history_interval)),
      history_interval_(history_interval) {}

Index::~Index() {
  // What cannot be closed in good order is caught up from the journal.
  (void)CloseDatabase();
}

domain::Result<std::unique_ptr<Index>> Index::Open(const RocksShared& shared,
                                                   const std::string& directory,
                                                   const std::string& ledger_id,
                                                   int history_interval) {
  std::unique_ptr<Index> index(new Index(shared, directory, ledger_id, history_interval));
  domain::Status opened = index->OpenDatabase();
  // A derived file that does not read back is not worth a refusal to start.
  const bool corrupt = !opened.ok() && opened.refusal().reason == domain::Reason::kDataCorrupt;
  if (!opened.ok() && !corrupt) return opened.refusal();
  bool fits = false;
  if (opened.ok()) {
    domain::Result<bool> format = index->FormatFits();
    fits = format.ok() && format.value();
  }
  if (!fits) {
    if (domain::Status reset = index->Reset(); !reset.ok()) return reset.refusal();
  }
  return index;
}

domain::Status Index::OpenDatabase() {
  rocksdb::DB* db = nullptr;
  const rocksdb::Options options(IndexDbOptions(shared_), IndexFamilyOptions(shared_));
  const rocksdb::Status status = rocksdb::DB::Open(options, directory_, &db);
  if (status.ok()) {
    db_.reset(db);
    return FindLargestId();
  }
  // Another layout or files that are gone: as good as corrupt.
  if (status.IsInvalidArgument() || status.IsPathNotFound() || status.IsNotFound()) {
    return DataCorrupt("The index in " + directory_ + " cannot be opened: " + status.ToString(),
                       {directory_});
  }
  return FromRocks(status, "opening the index", directory_);
}

domain::Status Index::CloseDatabase() {
  if (db_ == nullptr) return domain::Ok{};
  const rocksdb::Status status = db_->Close();
  db_.reset();
  if (!status.ok()) return FromRocks(status, "closing the index", directory_);
  return domain::Ok{};
}

domain::Status Index::Reset() {
  (void)CloseDatabase();
  rocksdb::Options options(IndexDbOptions(shared_), rocksdb::ColumnFamilyOptions());
  const rocksdb::Status destroyed = rocksdb::DestroyDB(directory_, options);
  if (!destroyed.ok()) return FromRocks(destroyed, "removing the index", directory_);
  if (domain::Status opened = OpenDatabase(); !opened.ok()) return opened;
  return WriteFormat();
}

domain::Result<bool> Index::FormatFits() const {
  domain::Result<Lookup<std::string>> format = Get(Family::kMeta, kFormatKey, Tier::kDisk);
  if (!format.ok()) return format.refusal();
  return format->value.has_value() && *format->value == format_;
}

domain::Status Index::WriteFormat() {
  IndexBatch batch(*this);
  batch.Put(Family::kMeta, kFormatKey, format_);
  batch.PutCover(IndexCover{});
  if (domain::Status written = Write(&batch); !written.ok()) return written;
  return Flush(true);
}

domain::Result<IndexCover> Index::Cover() const {
  domain::Result<Lookup<std::string>> cover = Get(Family::kMeta, kCoverKey, Tier::kDisk);
  if (!cover.ok()) return cover.refusal();
  if (!cover->value)
    return DataCorrupt("The index in " + directory_ + " has no cover.", {directory_});
  return DecodeCover(*cover->value, directory_);
}

domain::Status Index::FindLargestId() {
  const std::unique_ptr<FamilyIterator> entry = Iterate(Family::kTransactions);
  // No id begins with such a byte.
  entry->SeekForPrev("\xff");
  if (!entry->status().ok())
    return FromRocks(entry->status(), "reading the largest id", directory_);
  const std::lock_guard lock(largest_id_mutex_);
  largest_id_ = entry->Valid() ? std::string(entry->key()) : std::string();
  return domain::Ok{};
}

void Index::RaiseLargestId(const std::string& transaction_id) {
  const std::lock_guard lock(largest_id_mutex_);
  if (transaction_id > largest_id_) largest_id_ = transaction_id;
}

bool Index::IsAboveAllIds(std::string_view transaction_id) const {
  const std::lock_guard lock(largest_id_mutex_);
  return transaction_id > largest_id_;
}

domain::Status Index::Write(IndexBatch* batch) {
  // First, so that no look-up takes for new what can be found already.
  RaiseLargestId(batch->largest_id_);
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  rocksdb::Status status = batch->status_;
  if (status.ok()) status = db_->Write(options, &batch->batch_);
  if (!status.ok()) return FromRocks(status, "writing the index", directory_);
  return domain::Ok{};
}

domain::Status Index::Flush(bool wait) {
  rocksdb::FlushOptions options;
  options.wait = wait;
  // A flush in the background must not hold up the publisher; a later one makes
  // up for it.
  options.allow_write_stall = wait;
  const rocksdb::Status status = db_->Flush(options);
  if (!status.ok() && !(status.IsTryAgain() && !wait))
    return FromRocks(status, "flushing the index", directory_);
  return domain::Ok{};
}

domain::Result<Lookup<std::string>> Index::Get(Family family, std::string_view key,
                                               Tier tier) const {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  if (tier == Tier::kMemory) options.read_tier = rocksdb::kBlockCacheTier;
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      db_->Get(options, db_->DefaultColumnFamily(), FamilyKey(family, key), &value);
  Lookup<std::string> lookup;
  if (status.ok()) {
    lookup.value = value.ToString();
  } else if (status.IsIncomplete()) {
    lookup.complete = false;
  } else if (!status.IsNotFound()) {
    return FromRocks(status, "reading the index", directory_);
  }
  return lookup;
}

domain::Result<Lookup<domain::AccountState>> Index::FindAccount(const std::string& account_id,
                                                                Tier tier) const {
  domain::Result<Lookup<std::string>> value = Get(Family::kAccounts, account_id, tier);
  if (!value.ok()) return value.refusal();
  Lookup<domain::AccountState> lookup;
  lookup.complete = value->complete;
  if (!value->value) return lookup;
  domain::Result<domain::AccountState> account = DecodeAccount(account_id, *value->value);
  if (!account.ok()) return account.refusal();
  lookup.value = std::move(account.value());
  return lookup;
}

domain::Result<Lookup<TransactionEntry>> Index::FindTransaction(std::string_view transaction_id,
                                                                Tier tier) const {
  if (IsAboveAllIds(transaction_id)) return Lookup<TransactionEntry>{};
  domain::Result<Lookup<std::string>> value = Get(Family::kTransactions, transaction_id, tier);
  if (!value.ok()) return value.refusal();
  Lookup<TransactionEntry> lookup;
  lookup.complete = value->complete;
  if (!value->value) return lookup;
  ByteReader in(*value->value);
  TransactionEntry entry;
  entry.version = in.Int64();
  entry.place.create_position = in.Int64();
  entry.place.last_position = entry.place.create_position + in.Int64();
  if (!in.Done())
    return DataCorrupt(
        "The index holds a malformed entry of transaction " + std::string(transaction_id) + ".",
        {directory_});
  lookup.value = entry;
  return lookup;
}

domain::Result<Lookup<std::int64_t>> Index::FindRequest(const std::string& key, Tier tier) const {
  domain::Result<Lookup<std::string>> value = Get(Family::kRequests, key, tier);
  if (!value.ok()) return value.refusal();
  Lookup<std::int64_t> lookup;
  lookup.complete = value->complete;
  if (!value->value) return lookup;
  ByteReader in(*value->value);
  lookup.value = in.Int64();
  if (!in.Done())
    return DataCorrupt("The index holds a malformed entry of a request.", {directory_});
  return lookup;
}

domain::Result<std::vector<std::pair<domain::Asset, std::int64_t>>> Index::Assets() const {
  std::vector<std::pair<domain::Asset, std::int64_t>> assets;
  const std::unique_ptr<FamilyIterator> entry = Iterate(Family::kAssets);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    ByteReader in(entry->value());
    domain::Asset asset;
    asset.code = entry->key();
    asset.scale = in.Byte();
    asset.name = in.Text();
    const std::int64_t position = in.Int64();
    if (!in.Done())
      return DataCorrupt("The index holds a malformed entry of asset " + asset.code + ".",
                         {directory_});
    assets.emplace_back(std::move(asset), position);
  }
  if (!entry->status().ok()) return FromRocks(entry->status(), "reading the assets", directory_);
  return assets;
}

domain::Result<std::optional<std::int64_t>> Index::HistoryAtOrAfter(const std::string& account_id,
                                                                    std::int64_t version) const {
  const std::unique_ptr<FamilyIterator> entry = Iterate(Family::kStreams);
  entry->Seek(StreamKey(account_id, version));
  if (!entry->status().ok())
    return FromRocks(entry->status(), "reading the history of account " + account_id, directory_);
  const std::string prefix = StreamPrefix(account_id);
  if (!entry->Valid() || !entry->key().starts_with(prefix)) return std::optional<std::int64_t>();
  ByteReader in(entry->value());
  const std::int64_t position = in.Int64();
  if (!in.Done())
    return DataCorrupt("The index holds a malformed history entry of account " + account_id + ".",
                       {directory_});
  return std::optional<std::int64_t>(position);
}

std::unique_ptr<FamilyIterator> Index::Iterate(Family family) const {
  return std::make_unique<FamilyIterator>(family, IterateAll());
}

std::unique_ptr<rocksdb::Iterator> Index::IterateAll() const {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options));
}

FamilyIterator::FamilyIterator(Family family, std::unique_ptr<rocksdb::Iterator> entry)
    : family_(static_cast<char>(family)), entry_(std::move(entry)) {}

void FamilyIterator::Seek(std::string_view key) {
  entry_->Seek(FamilyKey(static_cast<Family>(family_), key));
}

void FamilyIterator::SeekForPrev(std::string_view key) {
  entry_->SeekForPrev(FamilyKey(static_cast<Family>(family_), key));
}

bool FamilyIterator::Valid() const { return entry_->Valid() && entry_->key()[0] == family_; }

std::string_view FamilyIterator::key() const { return entry_->key().ToStringView().substr(1); }

}  // namespace florin::storage
