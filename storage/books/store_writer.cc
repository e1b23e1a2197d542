#include "storage/books/store_writer.h"

#include "storage/format/errors.h"
#include "storage/format/fold.h"
#include "storage/prefetch.h"

namespace florin::storage {

StoreWriter::StoreWriter(Journal* journal, Index* index, HeadCache* heads, Publisher* publisher,
                         const WriterLimits& limits)
    : journal_(journal),
      index_(index),
      heads_(heads),
      publisher_(publisher),
      limits_(limits),
      durable_(journal->Head()),
      staged_(durable_),
      batch_(new CommittedBatch) {}

domain::Result<WriterAccount*> StoreWriter::FindAccount(const std::string& account_id,
                                                        KnownAccounts known) {
  WriterAccountPtr* kept = nullptr;
  for (WriterAccountPtr* candidate : known) {
    if (*candidate != nullptr && (*candidate)->account_id == account_id) kept = candidate;
  }
  if (kept != nullptr && !(*kept)->forgotten) return kept->get();
  const auto found = accounts_.find(account_id);
  domain::Result<WriterAccountPtr> account =
      found != accounts_.end() ? found->second : LoadAccount(account_id);
  if (!account.ok()) return account.refusal();
  if (kept != nullptr) *kept = *account;
  return account->get();
}

/// Nothing unpublished has touched it, so what readers see is all there is.
domain::Result<WriterAccountPtr> StoreWriter::LoadAccount(const std::string& account_id) {
  auto account = std::make_shared<WriterAccount>(account_id);
  const std::uint64_t ticket = heads_->Ticket(account_id);
  if (const std::optional<Head> head = heads_->Find(account_id)) {
    account->state = *head->state;
  } else {
    domain::Result<Lookup<domain::AccountState>> stored =
        index_->FindAccount(account_id, Tier::kDisk);
    if (!stored.ok()) return stored.refusal();
    if (stored->value) {
      auto state = std::make_shared<const domain::AccountState>(*std::move(stored->value));
      account->state = *heads_->Fill(std::move(state), ticket).state;
    } else {
      account->state.account_id = account_id;
    }
  }
  account->entry = heads_->EntryOf(account->state);
  accounts_.emplace(account->account_id, account);
  return account;
}

domain::Result<std::optional<TransactionEntry>> StoreWriter::FindTransaction(
    const std::string& transaction_id) {
  const auto found = transactions_.find(transaction_id);
  if (found != transactions_.end()) return std::optional<TransactionEntry>(found->second.entry);
  const domain::Result<Lookup<TransactionEntry>> stored =
      index_->FindTransaction(transaction_id, Tier::kDisk);
  if (!stored.ok()) return stored.refusal();
  return stored->value;
}

domain::Result<std::shared_ptr<const domain::AccountState>> StoreWriter::AppendedHead(
    const std::string& account_id) {
  domain::Result<WriterAccount*> account = FindAccount(account_id, {});
  if (!account.ok()) return account.refusal();
  auto state = std::make_shared<const domain::AccountState>(account.value()->state);
  if (!state->Exists()) {
    // Somebody has named what there is not: it takes no place from accounts that exist.
    account.value()->forgotten = true;
    accounts_.erase(account_id);
  }
  return state;
}

domain::Result<RecordPtr> StoreWriter::Stage(Change change, KnownAccounts known) {
  if (change.commit_time < staged_.time) {
    return VersionConflict("A command has commit time " + std::to_string(change.commit_time) +
                           ", before that of the command before it, " +
                           std::to_string(staged_.time) + ".");
  }
  auto record = std::make_shared<Record>();
  record->change = std::move(change);
  record->first_position = staged_.position + 1;
  placed_.clear();
  if (domain::Status placed = PlaceAccounts(record.get(), known, &placed_); !placed.ok())
    return placed.refusal();
  if (domain::Status placed = PlaceTransactions(record.get()); !placed.ok())
    return placed.refusal();
  if (domain::Status added = encoder_.Add(*record); !added.ok()) return added.refusal();
  Accept(record, placed_);
  return RecordPtr(std::move(record));
}

void StoreWriter::Prefetch(const std::string& account_id, WriterAccountPtr* known) {
  if (*known == nullptr) {
    const auto found = accounts_.find(account_id);
    if (found != accounts_.end()) *known = found->second;
  }
  // Whether it is forgotten is seen when it is used: to look would be to wait for it.
  if (*known != nullptr) PrefetchToWrite(known->get(), sizeof(WriterAccount));
}

void StoreWriter::Touch(WriterAccount* account) {
  if (account->sequence == sequence_) return;
  account->before = AccountFigures::Of(account->state);
  account->sequence_before = account->sequence;
  account->sequence = sequence_;
  account->opened = false;
  touched_.push_back(account);
}

void StoreWriter::Accept(const RecordPtr& record, const std::vector<WriterAccount*>& accounts) {
  const Change& change = record->change;
  const bool whole =
      change.kind == ChangeKind::kAccountOpened || change.kind == ChangeKind::kAccountChanged;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    WriterAccount* account = accounts[i];
    batch_->versions_before.push_back(account->state.version);
    if (change.kind == ChangeKind::kAccountChanged &&
        account->state.owner_id != change.account->owner_id) {
      batch_->owners_before.emplace_back(batch_->records->size(), account->state.owner_id);
    }
    Touch(account);
    if (whole && account->whole_before == nullptr)
      account->whole_before = std::make_unique<domain::AccountState>(account->state);
    ApplyRecord(*record, record->accounts[i], &account->state);
    account->opened = account->opened || change.kind == ChangeKind::kAccountOpened;
  }
  const std::int64_t position = record->last_position;
  if (change.kind == ChangeKind::kTransactionCreated ||
      change.kind == ChangeKind::kTransactionReversed ||
      change.kind == ChangeKind::kTransactionRefused) {
    RememberTransaction(*change.transaction, {position, position});
  }
  if (change.kind == ChangeKind::kHoldEnded)
    RememberTransaction(*change.transaction, {change.transaction->create_position, position});
  if (change.kind == ChangeKind::kTransactionReversed)
    RememberTransaction(*change.original, {change.original->create_position, position});
  batch_->records->push_back(record);
  staged_.position = position;
  staged_.time = change.commit_time;
  if (encoder_.size() >= limits_.commit_group_bytes) CutCommitGroup();
}

void StoreWriter::RememberTransaction(const domain::Transaction& transaction,
                                      const TransactionPlace& place) {
  const WrittenTransaction now{TransactionEntry{place, transaction.version}, sequence_,
                               &transaction};
  const auto [found, added] = transactions_.try_emplace(transaction.transaction_id, now);
  if (!added) {
    const WrittenTransaction before = found->second;
    if (before.sequence == sequence_) {
      found->second.entry = now.entry;
      return;
    }
    // The key is to stand in the newest batch, which is forgotten last.
    transactions_.erase(found);
    transactions_.emplace(transaction.transaction_id, now);
    transactions_before_.push_back(before);
  }
  transactions_written_.push_back(&transaction);
}

void StoreWriter::CutCommitGroup() {
  if (encoder_.empty()) return;
  auto commit_group = std::make_shared<CommitGroup>(encoder_.Finish(staged_.hash));
  staged_.hash = commit_group->hash;
  staged_bytes_ += commit_group->records.size();
  batch_->commit_groups.push_back(std::move(commit_group));
}

std::size_t StoreWriter::StagedBytes() const {
  return staged_bytes_ + (encoder_.empty() ? 0 : encoder_.size());
}

domain::Result<CommittedBatchPtr> StoreWriter::Commit() {
  CutCommitGroup();
  if (batch_->empty()) return CommittedBatchPtr(new CommittedBatch);
  domain::Status appended = domain::Ok{};
  // What could not be made visible must not be followed by more.
  if (std::optional<domain::Refusal> failure = publisher_->failure()) appended = *failure;
  if (appended.ok()) appended = journal_->Append(durable_.position, 0, batch_->commit_groups);
  if (!appended.ok()) {
    Restore();
    return appended.refusal();
  }
  durable_ = staged_;
  return TakeBatch();
}

CommittedBatchPtr StoreWriter::TakeBatch() {
  CommittedBatchPtr batch(new CommittedBatch);
  std::swap(batch, batch_);
  batch->sequence = sequence_;
  batch->heads.reserve(touched_.size());
  for (WriterAccount* account : touched_) {
    std::shared_ptr<const domain::AccountState> whole;
    if (account->whole_before != nullptr) {
      whole = std::make_shared<const domain::AccountState>(account->state);
      account->whole_before.reset();
    }
    batch->heads.push_back(BatchHead{{AccountFigures::Of(account->state), std::move(whole)},
                                     account->opened,
                                     account->entry.get()});
  }
  touched_.clear();
  unpublished_.push_back(Unpublished{sequence_, batch->records, std::move(transactions_written_)});
  transactions_written_.clear();
  transactions_written_.reserve(unpublished_.back().transactions.size());
  transactions_before_.clear();
  staged_bytes_ = 0;
  ++sequence_;
  ForgetPublished();
  return batch;
}

void StoreWriter::Restore() {
  for (WriterAccount* account : touched_) {
    if (account->whole_before != nullptr) {
      account->state = std::move(*account->whole_before);
      account->whole_before.reset();
    }
    account->before.ApplyTo(&account->state);
    account->sequence = account->sequence_before;
  }
  touched_.clear();
  for (const domain::Transaction* written : transactions_written_)
    transactions_.erase(written->transaction_id);
  for (const WrittenTransaction& before : transactions_before_)
    transactions_.emplace(before.written->transaction_id, before);
  transactions_written_.clear();
  transactions_before_.clear();
  encoder_.Clear();
  batch_.reset(new CommittedBatch);
  staged_ = durable_;
  staged_bytes_ = 0;
}

void StoreWriter::ForgetPublished() {
  const std::uint64_t published = publisher_->published_sequence();
  while (!unpublished_.empty() && unpublished_.front().sequence <= published) {
    const Unpublished& batch = unpublished_.front();
    for (const domain::Transaction* written : batch.transactions) {
      const auto found = transactions_.find(written->transaction_id);
      // Not if a later batch has written it again.
      if (found != transactions_.end() && found->second.sequence == batch.sequence)
        transactions_.erase(found);
    }
    unpublished_.pop_front();
  }
  if (accounts_.size() <= limits_.accounts) return;
  absl::erase_if(accounts_, [published](const auto& entry) {
    WriterAccount& account = *entry.second;
    account.forgotten = account.sequence <= published;
    return account.forgotten;
  });
}

void StoreWriter::Publish(CommittedBatchPtr batch) { publisher_->Publish(*batch); }

void CommittedBatchDeleter::operator()(CommittedBatch* batch) const { delete batch; }

}  // namespace florin::storage
