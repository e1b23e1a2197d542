// What each kind of record writes to the index.

#include <array>
#include <set>

#include "storage/books/account_value.h"
#include "storage/books/index.h"
#include "storage/books/index_keys.h"
#include "storage/format/account_marks.h"
#include "storage/format/bytes.h"

namespace florin::storage {
namespace {

std::string Number(std::int64_t value) {
  std::string text;
  PutVarint(&text, static_cast<std::uint64_t>(value));
  return text;
}

/// Which accounts an open hold touches has to be known before it can be read.
std::string HoldValue(std::int64_t position, const domain::Transaction& hold) {
  std::string value = Number(position);
  PutMarks(&value, MarksOf(hold));
  return value;
}

}  // namespace

IndexBatch::IndexBatch(const Index& index) : index_(index) {}

void IndexBatch::Put(Family family, std::string_view key, std::string_view value) {
  if (!status_.ok()) return;
  const char first = static_cast<char>(family);
  const std::array<rocksdb::Slice, 2> parts{rocksdb::Slice(&first, 1),
                                            rocksdb::Slice(key.data(), key.size())};
  const rocksdb::Slice whole(value.data(), value.size());
  status_ = batch_.Put(rocksdb::SliceParts(parts.data(), 2), rocksdb::SliceParts(&whole, 1));
}

void IndexBatch::Delete(Family family, std::string_view key) {
  if (!status_.ok()) return;
  status_ = batch_.Delete(FamilyKey(family, key));
}

void IndexBatch::Add(const Record& record, const RecordContext& context) {
  const Change& change = record.change;
  const std::int64_t position = record.last_position;
  switch (change.kind) {
    case ChangeKind::kAssetRegistered: {
      std::string value(1, static_cast<char>(change.asset->scale));
      PutText(&value, change.asset->name);
      PutVarint(&value, static_cast<std::uint64_t>(position));
      Put(Family::kAssets, change.asset->code, value);
      break;
    }
    case ChangeKind::kAccountOpened:
    case ChangeKind::kAccountChanged:
      AddAccountRecord(record, context);
      break;
    case ChangeKind::kTransactionCreated:
      AddTransaction(*change.transaction, {position, position});
      if (change.transaction->expire_time &&
          change.transaction->status == domain::TransactionStatus::kPending) {
        Put(Family::kHolds,
            HoldKey(*change.transaction->expire_time, change.transaction->transaction_id),
            HoldValue(position, *change.transaction));
      }
      break;
    case ChangeKind::kTransactionReversed:
      AddTransaction(*change.transaction, {position, position});
      AddTransaction(*change.original, {change.original->create_position, position});
      break;
    case ChangeKind::kHoldEnded:
      AddTransaction(*change.transaction, {change.transaction->create_position, position});
      if (change.transaction->expire_time)
        Delete(Family::kHolds,
               HoldKey(*change.transaction->expire_time, change.transaction->transaction_id));
      if (!change.request_id.empty())
        Put(Family::kRequests,
            RequestKey(false, change.transaction->transaction_id, change.request_id),
            Number(position));
      break;
    case ChangeKind::kTransactionRefused:
      AddRefused(record);
      break;
    case ChangeKind::kRequestRefused:
      Put(Family::kRequests,
          RequestKey(change.target_is_account, change.target_id, change.request_id),
          Number(position));
      break;
  }
  AddHistory(record, context.versions_before);
}

void IndexBatch::AddTransaction(const domain::Transaction& transaction,
                                const TransactionPlace& place) {
  std::string value;
  PutVarint(&value, static_cast<std::uint64_t>(transaction.version));
  PutVarint(&value, static_cast<std::uint64_t>(place.create_position));
  PutVarint(&value, static_cast<std::uint64_t>(place.last_position - place.create_position));
  Put(Family::kTransactions, transaction.transaction_id, value);
  if (transaction.transaction_id > largest_id_) largest_id_ = transaction.transaction_id;
}

void IndexBatch::AddAccountRecord(const Record& record, const RecordContext& context) {
  const Change& change = record.change;
  const domain::AccountState& account = *change.account;
  const bool opened = change.kind == ChangeKind::kAccountOpened;
  if (!opened && !change.request_id.empty())
    Put(Family::kRequests, RequestKey(true, account.account_id, change.request_id),
        Number(record.last_position));
  if (!opened && context.owner_before == account.owner_id) return;
  if (!opened && !context.owner_before.empty())
    Delete(Family::kOwners, OwnerKey(context.owner_before, account.account_id));
  if (!account.owner_id.empty())
    Put(Family::kOwners, OwnerKey(account.owner_id, account.account_id), {});
}

void IndexBatch::AddRefused(const Record& record) {
  const domain::Transaction& transaction = *record.change.transaction;
  AddTransaction(transaction, {record.last_position, record.last_position});
  std::set<std::string_view> accounts;
  for (const domain::TransactionPosting& posting : transaction.postings) {
    accounts.insert(posting.debit_account_id);
    accounts.insert(posting.credit_account_id);
  }
  for (const std::string_view account_id : accounts)
    Put(Family::kRefusals, RefusalKey(account_id, record.last_position), {});
}

void IndexBatch::AddHistory(const Record& record, const std::int64_t* versions_before) {
  const std::int64_t interval = index_.history_interval();
  for (std::size_t i = 0; i < record.accounts.size(); ++i) {
    const AccountAfter& after = record.accounts[i];
    if (after.version / interval == versions_before[i] / interval) continue;
    Put(Family::kStreams, StreamKey(after.account_id, after.version), Number(after.position));
  }
}

void IndexBatch::PutAccount(const domain::AccountState& account) {
  Put(Family::kAccounts, account.account_id, EncodeAccount(account));
}

void IndexBatch::PutCover(const IndexCover& cover) {
  std::string value;
  PutVarint(&value, static_cast<std::uint64_t>(cover.head.position));
  PutVarint(&value, static_cast<std::uint64_t>(cover.head.time));
  for (const std::uint8_t byte : cover.head.hash) value.push_back(static_cast<char>(byte));
  PutVarint(&value, static_cast<std::uint64_t>(cover.accounts_position));
  PutVarint(&value, static_cast<std::uint64_t>(cover.account_count));
  Put(Family::kMeta, "cover", value);
}

}  // namespace florin::storage
