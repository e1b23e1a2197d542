#include "storage/books/publisher.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "storage/prefetch.h"

namespace florin::storage {
namespace {

/// Few commands may still write much.
constexpr std::size_t kBytesBetweenFlushes = 48u << 20;

/// How many heads, or records, ahead memory is asked for.
constexpr std::size_t kPrefetchAhead = 8;

/// The records were made by another thread.
void PrefetchRecords(const std::vector<RecordPtr>& records, std::size_t now) {
  if (now + 2 * kPrefetchAhead < records.size())
    PrefetchToRead(records[now + 2 * kPrefetchAhead].get(), sizeof(Record));
  if (now + kPrefetchAhead >= records.size()) return;
  const Record& next = *records[now + kPrefetchAhead];
  PrefetchToRead(next.accounts.data(),
                 std::min<std::size_t>(next.accounts.size(), 2) * sizeof(AccountAfter));
  PrefetchToRead(next.change.transaction.get(), sizeof(domain::Transaction));
}

}  // namespace

Publisher::Publisher(Index* index, HeadCache* heads, LiveTail* tail,
                     std::uint64_t checkpoint_commands)
    : index_(index), heads_(heads), tail_(tail), checkpoint_commands_(checkpoint_commands) {}

void Publisher::Start(const IndexCover& cover) {
  const std::lock_guard lock(mutex_);
  cover_ = cover;
  account_count_.store(cover.account_count, std::memory_order_relaxed);
  tail_->Publish({}, cover.head);
}

std::optional<domain::Refusal> Publisher::failure() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

void Publisher::Fail(const domain::Refusal& refusal) {
  const std::lock_guard lock(failure_mutex_);
  failure_ = refusal;
}

void Publisher::Publish(const CommittedBatch& batch) {
  if (batch.empty()) return;
  JournalHead head;
  {
    const std::lock_guard lock(mutex_);
    // Once a batch is missing from the index, a later one must not seem
    // complete.
    if (failure()) return;
    const CommitGroup& last = *batch.commit_groups.back();
    head = JournalHead{last.last_position, last.hash, last.last_time};
    command_count_ += batch.records->size();
    if (domain::Status written = WriteIndex(batch, head); !written.ok()) {
      Fail(written.refusal());
      return;
    }
    PublishHeads(batch);
  }
  tail_->Publish(batch.commit_groups, head);
  published_sequence_.store(batch.sequence, std::memory_order_release);
}

domain::Status Publisher::WriteIndex(const CommittedBatch& batch, const JournalHead& head) {
  IndexBatch out(*index_);
  AddRecords(batch, &out);
  bool dirties = false;
  for (const BatchHead& changed : batch.heads) {
    dirties = dirties || !changed.opened;
    if (changed.opened) out.PutAccount(*changed.update.whole);
  }
  const std::uint64_t due_before =
      command_count_ > checkpoint_commands_ ? command_count_ - checkpoint_commands_ : 0;
  const std::vector<HeadCache::Due> due = heads_->TakeDue(due_before);
  for (const HeadCache::Due& account : due) out.PutAccount(HeadCache::StateOf(*account.entry));

  IndexCover cover = cover_;
  // When catching up, what is covered already stays so.
  if (head.position > cover.head.position) cover.head = head;
  cover.account_count = account_count_.load(std::memory_order_relaxed);
  const std::int64_t first = batch.commit_groups.front()->first_position;
  const std::int64_t lacking = heads_->OldestDirty().value_or(dirties ? first : head.position + 1);
  cover.accounts_position = lacking - 1;
  out.PutCover(cover);
  if (domain::Status written = index_->Write(&out); !written.ok()) return written;
  cover_ = cover;
  heads_->MarkClean(due);
  return FlushIfDue(out.bytes());
}

void Publisher::AddRecords(const CommittedBatch& batch, IndexBatch* out) {
  const std::int64_t* versions_before = batch.versions_before.data();
  auto owner = batch.owners_before.begin();
  std::int64_t opened = 0;
  for (std::size_t i = 0; i < batch.records->size(); ++i) {
    PrefetchRecords(*batch.records, i);
    const Record& record = *(*batch.records)[i];
    RecordContext context{versions_before, {}};
    if (record.change.kind == ChangeKind::kAccountChanged)
      context.owner_before = record.change.account->owner_id;
    if (owner != batch.owners_before.end() && owner->first == i) {
      context.owner_before = owner->second;
      ++owner;
    }
    versions_before += record.accounts.size();
    if (record.last_position <= cover_.head.position) continue;
    if (record.change.kind == ChangeKind::kAccountOpened) ++opened;
    out->Add(record, context);
  }
  account_count_.fetch_add(opened, std::memory_order_relaxed);
}

void Publisher::PublishHeads(const CommittedBatch& batch) {
  const std::int64_t first = batch.commit_groups.front()->first_position;
  for (std::size_t i = 0; i < batch.heads.size(); ++i) {
    if (i + kPrefetchAhead < batch.heads.size())
      HeadCache::Prefetch(*batch.heads[i + kPrefetchAhead].entry);
    const BatchHead& changed = batch.heads[i];
    heads_->Publish(changed.entry, changed.update, changed.opened ? 0 : first, command_count_);
  }
}

domain::Status Publisher::FlushIfDue(std::size_t bytes) {
  unflushed_bytes_ += bytes;
  const bool due = command_count_ - flushed_command_count_ >= checkpoint_commands_ ||
                   unflushed_bytes_ >= kBytesBetweenFlushes;
  if (!due) return domain::Ok{};
  flushed_command_count_ = command_count_;
  unflushed_bytes_ = 0;
  return index_->Flush(false);
}

domain::Status Publisher::Checkpoint() {
  const std::lock_guard lock(mutex_);
  if (std::optional<domain::Refusal> failed = failure()) return *failed;
  const std::vector<HeadCache::Due> due =
      heads_->TakeDue(std::numeric_limits<std::uint64_t>::max());
  IndexBatch out(*index_);
  for (const HeadCache::Due& account : due) out.PutAccount(HeadCache::StateOf(*account.entry));
  cover_.accounts_position = cover_.head.position;
  out.PutCover(cover_);
  if (domain::Status written = index_->Write(&out); !written.ok()) {
    Fail(written.refusal());
    return written;
  }
  heads_->MarkClean(due);
  flushed_command_count_ = command_count_;
  unflushed_bytes_ = 0;
  return index_->Flush(true);
}

}  // namespace florin::storage
