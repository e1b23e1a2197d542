#include "storage/groups/rocks_group_store.h"

#include <algorithm>
#include <utility>

#include "storage/format/bytes.h"
#include "storage/format/errors.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {
namespace {

/// Of the directory's layout, keys and values. Do not renumber.
constexpr char kFormat[] = "1";
constexpr char kFormatKey[] = "m/format";
constexpr char kLedgerKey[] = "m/ledger_id";
constexpr char kGroupPrefix = 'g';
constexpr std::size_t kProtectionBytes = 8;

// Kinds of keys; the order is that of reading. Do not renumber.
constexpr char kStateKind = 's';
constexpr char kActionKind = 'a';
constexpr char kParkedKind = 'p';
constexpr char kWaitingKind = 'w';
constexpr char kAttemptsKind = 't';
constexpr char kFinishedKind = 'f';
constexpr char kEventKinds[] = {kFinishedKind, kParkedKind, kAttemptsKind, kWaitingKind};

/// What all keys of the group begin with. The length in front keeps one id from being the
/// beginning of another.
std::string Prefix(const std::string& group_id) {
  std::string key(1, kGroupPrefix);
  PutText(&key, group_id);
  return key;
}

std::string Key(const std::string& group_id, char kind, std::int64_t number) {
  std::string key = Prefix(group_id);
  key.push_back(kind);
  PutBigEndian64(&key, number);
  return key;
}

std::string StateKey(const std::string& group_id) { return Prefix(group_id) + kStateKind; }

/// The first key behind all that begin with `prefix`, whose last byte is none of 255.
std::string After(std::string prefix) {
  prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

/// A key's parts; kind 0 where it is none of a group.
struct KeyParts {
  std::string_view group_id;
  char kind = 0;
  std::int64_t number = 0;
};

KeyParts Split(std::string_view key) {
  ByteReader in(key);
  if (in.Byte() != static_cast<std::uint8_t>(kGroupPrefix)) return {};
  KeyParts parts;
  parts.group_id = in.Text();
  const char kind = static_cast<char>(in.Byte());
  if (kind == kStateKind) return in.Done() ? KeyParts{parts.group_id, kind, 0} : KeyParts{};
  const std::string_view number = in.Bytes(8);
  if (!in.Done()) return {};
  return {parts.group_id, kind, ReadBigEndian64(number.data())};
}

template <typename Record>
domain::Status Take(domain::Result<Record> record, std::vector<Record>* records) {
  if (!record.ok()) return record.refusal();
  records->push_back(std::move(*record));
  return domain::Ok{};
}

/// Puts one record that was read where it belongs.
domain::Status Add(const KeyParts& key, std::string_view value, const CorruptPlace& where,
                   GroupImage* image) {
  switch (key.kind) {
    case kActionKind:
      return domain::Ok{};
    case kParkedKind:
      return Take(DecodeParked(key.number, value, where), &image->parked);
    case kWaitingKind:
      return Take(DecodeWaiting(key.number, value, where), &image->waiting);
    case kAttemptsKind:
      return Take(DecodeAttempts(key.number, value, where), &image->attempts);
    case kFinishedKind:
      return Take(DecodeFinished(key.number, value, where), &image->finished);
    default:
      return DataCorrupt("A key in " + where.file + " does not belong to a consumer group.", where);
  }
}

/// Collects changes; remembers the first status that is not OK.
class GroupWriteBatch {
 public:
  GroupWriteBatch() : batch_(0, 0, kProtectionBytes, 0) {}

  void Add(const GroupChange& change) {
    const std::string& id = change.group_id;
    if (change.clear == GroupChange::Clear::kAll) {
      const std::string prefix = Prefix(id);
      // Kinds are letters, so no key of the group lies behind this one.
      Check(batch_.DeleteRange(prefix, prefix + '\xff'));
      return;
    }
    if (change.clear == GroupChange::Clear::kEvents) {
      for (const char kind : kEventKinds) {
        const std::string prefix = Prefix(id) + kind;
        Check(batch_.DeleteRange(prefix, After(prefix)));
      }
    }
    Delete(id, kParkedKind, change.parked_gone);
    Delete(id, kWaitingKind, change.waiting_gone);
    Delete(id, kAttemptsKind, change.attempts_gone);
    Delete(id, kFinishedKind, change.finished_gone);
    if (change.state) Check(batch_.Put(StateKey(id), EncodeState(*change.state)));
    for (const auto& record : change.parked)
      Put(Key(id, kParkedKind, record.position), EncodeParked(record));
    for (const auto& record : change.waiting)
      Put(Key(id, kWaitingKind, record.position), EncodeWaiting(record));
    for (const auto& record : change.attempts)
      Put(Key(id, kAttemptsKind, record.position), EncodeAttempts(record));
    for (const auto& record : change.finished)
      Put(Key(id, kFinishedKind, record.number), EncodeFinished(record));
    for (const auto& record : change.actions)
      Put(Key(id, kActionKind, record.number), EncodeAction(record));
  }

  [[nodiscard]] rocksdb::WriteBatch* batch() { return &batch_; }
  [[nodiscard]] const rocksdb::Status& status() const { return status_; }

 private:
  void Put(const std::string& key, const std::string& value) { Check(batch_.Put(key, value)); }
  void Delete(const std::string& id, char kind, const std::vector<std::int64_t>& numbers) {
    for (const std::int64_t number : numbers) Check(batch_.Delete(Key(id, kind, number)));
  }
  void Check(const rocksdb::Status& status) {
    if (status_.ok()) status_ = status;
  }

  rocksdb::WriteBatch batch_;
  rocksdb::Status status_;
};

}  // namespace

RocksGroupStore::RocksGroupStore(const RocksShared& shared, const RocksGroupStoreOptions& options)
    : shared_(shared), options_(options) {}

RocksGroupStore::~RocksGroupStore() {
  // Everything acknowledged is synced in its log.
  if (db_ != nullptr) db_->Close().PermitUncheckedError();
}

domain::Result<std::unique_ptr<RocksGroupStore>> RocksGroupStore::Open(
    const RocksShared& shared, const RocksGroupStoreOptions& options) {
  std::unique_ptr<RocksGroupStore> store(new RocksGroupStore(shared, options));
  if (domain::Status opened = store->OpenDatabase(); !opened.ok()) return opened.refusal();
  if (domain::Status format = store->CheckFormat(); !format.ok()) return format.refusal();
  return store;
}

domain::Status RocksGroupStore::OpenDatabase() {
  rocksdb::DB* db = nullptr;
  const rocksdb::Options options(GroupsDbOptions(shared_), GroupsFamilyOptions(shared_));
  const rocksdb::Status status = rocksdb::DB::Open(options, options_.directory, &db);
  if (!status.ok()) return FromRocks(status, "opening the consumer groups", options_.directory);
  db_.reset(db);
  return domain::Ok{};
}

domain::Status RocksGroupStore::CheckFormat() {
  const std::string& directory = options_.directory;
  std::string format;
  const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), kFormatKey, &format);
  if (found.IsNotFound()) return WriteFormat();
  if (!found.ok()) return FromRocks(found, "reading the format version", directory);
  if (format != kFormat) {
    return DataCorrupt("The consumer groups in " + directory + " have format version " + format +
                           "; this program reads " + kFormat +
                           ". Start the program that wrote them.",
                       {directory});
  }
  std::string ledger_id;
  const rocksdb::Status read = db_->Get(rocksdb::ReadOptions(), kLedgerKey, &ledger_id);
  if (!read.ok()) return FromRocks(read, "reading the ledger id", directory);
  if (ledger_id == options_.ledger_id) return domain::Ok{};
  return DataCorrupt("The consumer groups in " + directory + " are of ledger " + ledger_id +
                         ", but the journal beside them is of ledger " + options_.ledger_id +
                         ". Restore both from the same backup, or move " + directory +
                         " away to start without groups.",
                     {directory});
}

domain::Status RocksGroupStore::WriteFormat() {
  rocksdb::WriteBatch batch;
  rocksdb::Status status = batch.Put(kFormatKey, kFormat);
  if (status.ok()) status = batch.Put(kLedgerKey, options_.ledger_id);
  rocksdb::WriteOptions options;
  options.sync = true;
  if (status.ok()) status = db_->Write(options, &batch);
  if (!status.ok()) return FromRocks(status, "creating the consumer groups", options_.directory);
  // The name on the way to it must last as it does.
  const rocksdb::Status named = SyncName(options_.directory, shared_.env.get());
  if (!named.ok()) return FromRocks(named, "creating the consumer groups", options_.directory);
  return domain::Ok{};
}

domain::Result<GroupImage> RocksGroupStore::ReadImage(rocksdb::Iterator* entry,
                                                      const std::string& group_id) {
  GroupImage image;
  image.group_id = group_id;
  const CorruptPlace where{options_.directory, 0};
  bool has_state = false;
  for (entry->Seek(Prefix(group_id)); entry->Valid(); entry->Next()) {
    const KeyParts key = Split(entry->key().ToStringView());
    if (key.group_id != group_id) break;
    const std::string_view value = entry->value().ToStringView();
    if (key.kind == kStateKind) {
      domain::Result<GroupState> state = DecodeState(value, where);
      if (!state.ok()) return state.refusal();
      image.state = std::move(*state);
      has_state = true;
    } else if (domain::Status added = Add(key, value, where, &image); !added.ok()) {
      return added.refusal();
    }
  }
  if (!entry->status().ok())
    return FromRocks(entry->status(), "reading consumer group " + group_id, options_.directory);
  if (!has_state)
    return DataCorrupt("Consumer group " + group_id + " in " + options_.directory +
                           " has no state. Restore groups/ from a backup.",
                       where);
  return image;
}

domain::Result<std::vector<GroupImage>> RocksGroupStore::Load() {
  std::vector<GroupImage> images;
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options));
  entry->Seek(std::string(1, kGroupPrefix));
  while (entry->Valid()) {
    const KeyParts key = Split(entry->key().ToStringView());
    // Behind the groups stand the store's own keys.
    if (!entry->key().starts_with(std::string(1, kGroupPrefix))) break;
    if (key.kind == 0)
      return DataCorrupt("A key in " + options_.directory + " does not belong to a consumer group.",
                         {options_.directory});
    domain::Result<GroupImage> image = ReadImage(entry.get(), std::string(key.group_id));
    if (!image.ok()) return image.refusal();
    images.push_back(std::move(*image));
  }
  if (!entry->status().ok())
    return FromRocks(entry->status(), "reading the consumer groups", options_.directory);
  // Their keys sort by the length of the id first.
  std::sort(images.begin(), images.end(),
            [](const GroupImage& a, const GroupImage& b) { return a.group_id < b.group_id; });
  return images;
}

domain::Result<std::optional<GroupImage>> RocksGroupStore::LoadOne(const std::string& group_id) {
  std::string state;
  const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), StateKey(group_id), &state);
  if (found.IsNotFound()) return std::optional<GroupImage>();
  if (!found.ok())
    return FromRocks(found, "reading consumer group " + group_id, options_.directory);
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options));
  domain::Result<GroupImage> image = ReadImage(entry.get(), group_id);
  if (!image.ok()) return image.refusal();
  return std::optional<GroupImage>(std::move(*image));
}

domain::Result<std::vector<ActionRecord>> RocksGroupStore::ReadActions(const std::string& group_id,
                                                                       std::int64_t after_number,
                                                                       std::size_t limit) {
  std::vector<ActionRecord> actions;
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options));
  for (entry->Seek(Key(group_id, kActionKind, after_number + 1)); entry->Valid(); entry->Next()) {
    const KeyParts key = Split(entry->key().ToStringView());
    if (key.kind != kActionKind || key.group_id != group_id || actions.size() >= limit) break;
    const CorruptPlace where{options_.directory, 0};
    domain::Result<ActionRecord> action =
        DecodeAction(key.number, entry->value().ToStringView(), where);
    if (!action.ok()) return action.refusal();
    actions.push_back(std::move(*action));
  }
  if (!entry->status().ok())
    return FromRocks(entry->status(), "reading the actions of group " + group_id,
                     options_.directory);
  return actions;
}

domain::Status RocksGroupStore::CheckFreeSpace() {
  std::uint64_t free = 0;
  const rocksdb::Status status = shared_.env->GetFreeSpace(options_.directory, &free);
  // A file system that cannot say is asked by writing.
  if (!status.ok() || free >= options_.disk_reserve_bytes) return domain::Ok{};
  return DiskFull("The disk of " + options_.directory + " has " + std::to_string(free) +
                  " bytes left, too few to write safely. Free space on that disk, then restart "
                  "the server.");
}

domain::Status RocksGroupStore::Write(std::span<const GroupChange> changes) {
  if (failure_) return *failure_;
  domain::Status space = CheckFreeSpace();
  if (!space.ok()) {
    failure_ = space.refusal();
    return space;
  }
  GroupWriteBatch batch;
  for (const GroupChange& change : changes) batch.Add(change);
  rocksdb::Status status = batch.status();
  rocksdb::WriteOptions options;
  options.sync = options_.sync;
  if (status.ok()) status = db_->Write(options, batch.batch());
  if (status.ok()) return domain::Ok{};
  // Part of it may be in the log: nothing follows until the next opening has cut that off.
  failure_ = FromRocks(status, "writing consumer groups", options_.directory);
  return *failure_;
}

}  // namespace florin::storage
