#include "storage/books/store_reader.h"

#include <algorithm>
#include <utility>

#include "storage/books/index_keys.h"
#include "storage/format/account_marks.h"
#include "storage/format/bytes.h"
#include "storage/format/errors.h"
#include "storage/format/record_codec.h"
#include "storage/rocks/from_rocks.h"

namespace florin::storage {

StoreReader::StoreReader(Journal* journal, Index* index, HeadCache* heads, LiveTail* tail,
                         const Publisher* publisher, std::string ledger_id, std::string directory)
    : journal_(journal),
      index_(index),
      heads_(heads),
      tail_(tail),
      publisher_(publisher),
      ledger_id_(std::move(ledger_id)),
      directory_(std::move(directory)),
      commit_groups_(journal, tail),
      history_(index, &commit_groups_) {}

std::int64_t StoreReader::DataBytes() const { return DirectoryBytes(directory_); }

domain::Result<std::vector<domain::Asset>> StoreReader::Assets() const {
  const auto stored = index_->Assets();
  if (!stored.ok()) return stored.refusal();
  std::vector<domain::Asset> assets;
  for (const auto& [asset, position] : *stored) assets.push_back(asset);
  return assets;
}

domain::Result<Lookup<Head>> StoreReader::GetHead(const std::string& account_id, Tier tier) {
  const std::uint64_t ticket = heads_->Ticket(account_id);
  Lookup<Head> lookup;
  lookup.value = heads_->Find(account_id);
  if (lookup.value) return lookup;
  domain::Result<Lookup<domain::AccountState>> stored = index_->FindAccount(account_id, tier);
  if (!stored.ok()) return stored.refusal();
  lookup.complete = stored->complete;
  if (!lookup.complete) return lookup;
  auto state = std::make_shared<domain::AccountState>();
  if (stored->value) {
    *state = std::move(*stored->value);
    lookup.value = heads_->Fill(std::move(state), ticket);
  } else {
    state->account_id = account_id;
    lookup.value = Head{std::move(state)};
  }
  return lookup;
}

domain::Result<std::shared_ptr<const domain::AccountState>> StoreReader::HeadState(
    const std::string& account_id) {
  domain::Result<Lookup<Head>> head = GetHead(account_id, Tier::kDisk);
  if (!head.ok()) return head.refusal();
  return head->value->state;
}

domain::Result<Lookup<TransactionPlace>> StoreReader::FindTransaction(
    std::string_view transaction_id, Tier tier) {
  const domain::Result<Lookup<TransactionEntry>> entry =
      index_->FindTransaction(transaction_id, tier);
  if (!entry.ok()) return entry.refusal();
  Lookup<TransactionPlace> lookup;
  lookup.complete = entry->complete;
  if (entry->value) lookup.value = entry->value->place;
  return lookup;
}

domain::Result<Lookup<std::int64_t>> StoreReader::FindRequest(bool target_is_account,
                                                              std::string_view target_id,
                                                              std::string_view request_id,
                                                              Tier tier) {
  return index_->FindRequest(RequestKey(target_is_account, target_id, request_id), tier);
}

domain::Result<RecordPtr> StoreReader::ReadRecord(std::int64_t position) {
  return commit_groups_.RecordAt(position);
}

domain::Result<std::optional<domain::TransactionPtr>> StoreReader::GetTransaction(
    std::string_view transaction_id) {
  const domain::Result<Lookup<TransactionEntry>> entry =
      index_->FindTransaction(transaction_id, Tier::kDisk);
  if (!entry.ok()) return entry.refusal();
  if (!entry->value) return std::optional<domain::TransactionPtr>();
  const std::int64_t position = entry->value->place.last_position;
  const domain::Result<RecordPtr> record = commit_groups_.RecordAt(position);
  if (!record.ok()) return record.refusal();
  const Change& change = (*record)->change;
  for (const std::shared_ptr<domain::Transaction>& transaction :
       {change.transaction, change.original}) {
    if (transaction != nullptr && transaction->transaction_id == transaction_id)
      return std::optional<domain::TransactionPtr>(transaction);
  }
  const CorruptPlace place{"journal", position};
  return DataCorrupt("The index says that transaction " + std::string(transaction_id) + " is at " +
                         place.Text() + ", but it does not.",
                     place);
}

domain::Result<std::int64_t> StoreReader::CommandEndAtOrBefore(std::int64_t position) {
  const std::int64_t wanted = std::min(position, VisibleHead().position);
  if (wanted <= 0) return std::int64_t{0};
  const domain::Result<CommitGroupPtr> commit_group = commit_groups_.Holding(wanted);
  if (!commit_group.ok()) return commit_group.refusal();
  std::int64_t end = (*commit_group)->first_position - 1;
  domain::Status scanned = ScanCommitGroup(**commit_group, [&](const FrameInfo& frame) {
    if (frame.last_position <= wanted) end = frame.last_position;
  });
  if (!scanned.ok()) return scanned.refusal();
  return end;
}

domain::Result<std::int64_t> StoreReader::CommandEndAtOrBeforeTime(std::int64_t time) {
  const JournalHead visible = VisibleHead();
  if (visible.time <= time) return visible.position;
  const domain::Result<std::int64_t> whole = journal_->LastCommitGroupEndAtOrBefore(time);
  if (!whole.ok()) return whole.refusal();
  std::int64_t end = std::min(*whole, visible.position);
  if (end == visible.position) return end;
  const domain::Result<CommitGroupPtr> commit_group = commit_groups_.Holding(end + 1);
  if (!commit_group.ok()) return commit_group.refusal();
  domain::Status scanned = ScanCommitGroup(**commit_group, [&](const FrameInfo& frame) {
    if (frame.commit_time <= time) end = frame.last_position;
  });
  if (!scanned.ok()) return scanned.refusal();
  return end;
}

domain::Result<std::vector<CommitGroupPtr>> StoreReader::ReadCommitGroups(
    std::int64_t position, std::size_t commit_groups_max, std::size_t bytes_max) {
  const std::int64_t visible = VisibleHead().position;
  if (position > visible) return std::vector<CommitGroupPtr>();
  domain::Result<std::vector<CommitGroupPtr>> commit_groups =
      journal_->Read(position, commit_groups_max, bytes_max);
  if (!commit_groups.ok()) return commit_groups.refusal();
  // Durable but not yet visible: the heads would not fit what these say.
  while (!commit_groups->empty() && commit_groups->back()->first_position > visible)
    commit_groups->pop_back();
  return commit_groups;
}

std::optional<std::vector<CommitGroupPtr>> StoreReader::RecentCommitGroups(
    std::int64_t position, std::size_t commit_groups_max) {
  return tail_->After(position, commit_groups_max);
}

domain::Result<std::vector<OpenHold>> StoreReader::OpenHolds() {
  std::vector<OpenHold> holds;
  const std::unique_ptr<FamilyIterator> entry = index_->Iterate(Family::kHolds);
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    const std::string_view key = entry->key();
    if (key.size() < 8)
      return DataCorrupt("The index holds a malformed entry of a hold.", {index_->directory()});
    ByteReader value(entry->value());
    static_cast<void>(value.Varint());
    const std::optional<AccountMarks> accounts = ReadMarks(value.Rest());
    if (!value.ok() || !accounts)
      return DataCorrupt("The index holds a malformed entry of a hold.", {index_->directory()});
    holds.push_back(OpenHold{std::string(key.data() + 8, key.size() - 8),
                             ReadBigEndian64(key.data()), *accounts});
  }
  if (!entry->status().ok())
    return FromRocks(entry->status(), "reading the open holds", index_->directory());
  return holds;
}

}  // namespace florin::storage
