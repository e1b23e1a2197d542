#include "storage/books/embedded_store.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "storage/format/errors.h"
#include "storage/format/fold.h"
#include "storage/format/record_codec.h"
#include "storage/journal/start_space.h"

namespace florin::storage {
namespace {

/// What is read back at a time.
constexpr std::size_t kReplayCommitGroups = 64;
constexpr std::size_t kReplayBytes = 4u << 20;

constexpr std::size_t kDatabases = 3;
/// With fewer, files would be opened and closed all the time.
constexpr std::size_t kOpenFilesMin = 64;

int OpenFilesOfEach(std::size_t all) {
  return static_cast<int>(std::max(all / kDatabases, kOpenFilesMin));
}

/// Folds records read back from the journal into a batch, as Stage did when
/// they were new.
class Refolder {
 public:
  Refolder(Reader* reader, HeadCache* heads, CommittedBatch* batch)
      : reader_(reader), heads_(heads), batch_(batch) {}

  domain::Status Add(const RecordPtr& record) {
    for (const AccountAfter& after : record->accounts) {
      domain::Result<domain::AccountState*> state = StateOf(after.account_id);
      if (!state.ok()) return state.refusal();
      if (domain::Status applied = Apply(*record, after, state.value()); !applied.ok())
        return applied;
    }
    batch_->records->push_back(record);
    return domain::Ok{};
  }

  void Finish() {
    for (auto& [account_id, refolded] : accounts_) {
      if (!refolded.changed) continue;
      refolded.place = heads_->EntryOf(*refolded.state);
      batch_->heads.push_back(BatchHead{{AccountFigures::Of(*refolded.state), refolded.state},
                                        refolded.opened,
                                        refolded.place.get()});
    }
  }

 private:
  struct RefoldedAccount {
    std::shared_ptr<domain::AccountState> state;
    HeadCache::HeadEntryPtr place;
    bool changed = false;
    bool opened = false;
  };

  domain::Result<domain::AccountState*> StateOf(const std::string& account_id) {
    const auto [found, added] = accounts_.try_emplace(account_id);
    if (added) {
      domain::Result<Lookup<Head>> head = reader_->GetHead(account_id, Tier::kDisk);
      if (!head.ok()) return head.refusal();
      found->second.state = std::make_shared<domain::AccountState>(*head->value->state);
    }
    return found->second.state.get();
  }

  domain::Status Apply(const Record& record, const AccountAfter& after,
                       domain::AccountState* state) {
    const Change& change = record.change;
    batch_->versions_before.push_back(state->version);
    // A snapshot from after this record: it holds it already.
    if (state->position >= after.position) return domain::Ok{};
    if (state->position != after.previous_position) {
      const CorruptPlace place{"journal", record.last_position};
      return DataCorrupt("The record at " + place.Text() + " follows position " +
                             std::to_string(after.previous_position) + " of account " +
                             after.account_id + ", but its state is that of position " +
                             std::to_string(state->position) + ".",
                         place);
    }
    if (change.kind == ChangeKind::kAccountChanged && state->owner_id != change.account->owner_id)
      batch_->owners_before.emplace_back(batch_->records->size(), state->owner_id);
    ApplyRecord(record, after, state);
    RefoldedAccount& refolded = accounts_.at(after.account_id);
    refolded.changed = true;
    refolded.opened = refolded.opened || change.kind == ChangeKind::kAccountOpened;
    return domain::Ok{};
  }

  Reader* reader_;
  HeadCache* heads_;
  CommittedBatch* batch_;
  std::unordered_map<std::string, RefoldedAccount> accounts_;
};

}  // namespace

domain::Result<std::unique_ptr<Store>> Store::Open(const StoreOptions& options) {
  domain::Result<std::unique_ptr<EmbeddedStore>> store = EmbeddedStore::Open(options);
  if (!store.ok()) return store.refusal();
  return std::unique_ptr<Store>(std::move(store.value()));
}

domain::Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::Open(const StoreOptions& options) {
  std::unique_ptr<EmbeddedStore> store(new EmbeddedStore);
  if (domain::Status opened = store->OpenParts(options); !opened.ok()) return opened.refusal();
  const domain::Result<IndexCover> cover = store->UsableCover();
  if (!cover.ok()) return cover.refusal();
  if (domain::Status caught_up = store->CatchUp(*cover); !caught_up.ok())
    return caught_up.refusal();
  // Neither may be missing in silence: a code could be registered twice, a hold never expire.
  if (const auto assets = store->index_->Assets(); !assets.ok()) return assets.refusal();
  if (const auto holds = store->reader_->OpenHolds(); !holds.ok()) return holds.refusal();
  store->writer_ = std::make_unique<StoreWriter>(
      store->journal_.get(), store->index_.get(), store->heads_.get(), store->publisher_.get(),
      StoreWriter::WriterLimits{options.commit_group_bytes, options.head_cache_accounts / 3});
  return store;
}

domain::Status EmbeddedStore::OpenParts(const StoreOptions& options) {
  shared_ = MakeRocksShared(std::static_pointer_cast<rocksdb::FileSystem>(options.file_system),
                            options.block_cache_bytes);
  shared_.open_files = OpenFilesOfEach(options.open_files);
  // Before the lock, which is a file too.
  if (domain::Status room =
          CheckStartSpace(options.directory, options.disk_reserve_bytes, shared_.env.get());
      !room.ok())
    return room;
  domain::Result<std::unique_ptr<DirectoryLock>> lock = DirectoryLock::Take(options.directory);
  if (!lock.ok()) return lock.refusal();
  lock_ = std::move(lock.value());

  RocksJournalOptions journal_options;
  journal_options.directory = options.directory;
  journal_options.sync = options.sync;
  journal_options.disk_reserve_bytes = options.disk_reserve_bytes;
  domain::Result<std::unique_ptr<RocksJournal>> journal =
      RocksJournal::Open(shared_, journal_options);
  if (!journal.ok()) return journal.refusal();
  journal_ = std::move(journal.value());

  RocksGroupStoreOptions group_options;
  group_options.directory = options.directory + "/groups";
  group_options.ledger_id = journal_->ledger_id();
  group_options.sync = options.sync;
  group_options.disk_reserve_bytes = options.disk_reserve_bytes;
  domain::Result<std::unique_ptr<RocksGroupStore>> groups =
      RocksGroupStore::Open(shared_, group_options);
  if (!groups.ok()) return groups.refusal();
  groups_ = std::move(groups.value());

  domain::Result<std::unique_ptr<Index>> index = Index::Open(
      shared_, options.directory + "/index", journal_->ledger_id(), options.history_interval);
  if (!index.ok()) return index.refusal();
  index_ = std::move(index.value());

  heads_ = std::make_unique<HeadCache>(options.head_cache_accounts);
  tail_ = std::make_unique<LiveTail>(options.ring_bytes);
  publisher_ = std::make_unique<Publisher>(index_.get(), heads_.get(), tail_.get(),
                                           options.checkpoint_commands);
  reader_ =
      std::make_unique<StoreReader>(journal_.get(), index_.get(), heads_.get(), tail_.get(),
                                    publisher_.get(), journal_->ledger_id(), options.directory);
  return domain::Ok{};
}

domain::Result<IndexCover> EmbeddedStore::UsableCover() {
  domain::Result<IndexCover> cover = index_->Cover();
  bool usable = cover.ok() && cover->head.position <= journal_->Head().position &&
                cover->accounts_position <= cover->head.position;
  if (usable && cover->head.position > 0) {
    const domain::Result<std::vector<CommitGroupPtr>> commit_groups =
        journal_->Read(cover->head.position, 1, 0);
    if (!commit_groups.ok()) return commit_groups.refusal();
    usable = !commit_groups->empty() &&
             commit_groups->front()->last_position == cover->head.position &&
             commit_groups->front()->hash == cover->head.hash;
  }
  if (usable) return cover;
  // It is of another log, or ahead of this one: not derived from it.
  if (domain::Status reset = index_->Reset(); !reset.ok()) return reset.refusal();
  return IndexCover{};
}

domain::Status EmbeddedStore::CatchUp(const IndexCover& cover) {
  publisher_->Start(cover);
  std::int64_t position = std::min(cover.head.position, cover.accounts_position) + 1;
  while (position <= journal_->Head().position) {
    const domain::Result<std::vector<CommitGroupPtr>> commit_groups =
        journal_->Read(position, kReplayCommitGroups, kReplayBytes);
    if (!commit_groups.ok()) return commit_groups.refusal();
    if (commit_groups->empty())
      return DataCorrupt(
          "The journal holds nothing at position " + std::to_string(position) + ", below its end.",
          {"journal", position});
    if (domain::Status replayed = Replay(*commit_groups); !replayed.ok()) return replayed;
    position = commit_groups->back()->last_position + 1;
  }
  return domain::Ok{};
}

domain::Status EmbeddedStore::Replay(const std::vector<CommitGroupPtr>& commit_groups) {
  CommittedBatch batch;
  batch.commit_groups = commit_groups;
  Refolder refolder(reader_.get(), heads_.get(), &batch);
  for (const CommitGroupPtr& commit_group : commit_groups) {
    const domain::Result<std::vector<RecordPtr>> records = DecodeRecords(*commit_group);
    if (!records.ok()) return records.refusal();
    for (const RecordPtr& record : *records) {
      if (domain::Status added = refolder.Add(record); !added.ok()) return added;
    }
    replayed_commands_ += static_cast<std::int64_t>(records->size());
  }
  refolder.Finish();
  publisher_->Publish(batch);
  return Health();
}

domain::Status EmbeddedStore::Health() const {
  if (std::optional<domain::Refusal> failure = publisher_->failure()) return *failure;
  return domain::Ok{};
}

}  // namespace florin::storage
