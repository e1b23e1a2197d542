#include "tests/storage/format/record_book.h"

#include <algorithm>

#include "domain/legs.h"

namespace florin::storage {
namespace {

domain::LegAction ActionOf(const Change& change) {
  const domain::TransactionStatus status = change.transaction->status;
  if (change.kind == ChangeKind::kHoldEnded) {
    return status == domain::TransactionStatus::kPosted ? domain::LegAction::kSettle
                                                        : domain::LegAction::kRelease;
  }
  return status == domain::TransactionStatus::kPending ? domain::LegAction::kHold
                                                       : domain::LegAction::kPost;
}

}  // namespace

Record RecordBook::Place(Change change) {
  Record record;
  record.change = std::move(change);
  record.first_position = head_ + 1;
  switch (record.change.kind) {
    case ChangeKind::kAssetRegistered:
    case ChangeKind::kRequestRefused:
      ++head_;
      break;
    case ChangeKind::kAccountOpened:
    case ChangeKind::kAccountChanged:
      PlaceAccount(&record);
      break;
    case ChangeKind::kTransactionCreated:
    case ChangeKind::kTransactionReversed:
    case ChangeKind::kHoldEnded:
    case ChangeKind::kTransactionRefused:
      PlaceTransaction(&record);
      break;
  }
  record.last_position = head_;
  return record;
}

void RecordBook::PlaceAccount(Record* record) {
  domain::AccountState& state = *record->change.account;
  domain::AccountState& known = accounts_[state.account_id];
  state.balances = known.balances;
  state.version = known.version + 1;
  state.position = ++head_;
  if (record->change.kind == ChangeKind::kAccountOpened) {
    state.open_position = state.position;
  }
  record->accounts.push_back({state.account_id, state.version, state.balances, state.scale,
                              state.DebitNormal(), known.position, state.position});
  known = state;
}

AccountAfter& RecordBook::Touch(const std::string& account_id, Record* record) {
  const auto found =
      std::find_if(record->accounts.begin(), record->accounts.end(),
                   [&](const AccountAfter& a) { return a.account_id == account_id; });
  if (found != record->accounts.end()) return *found;
  const domain::AccountState& state = accounts_.at(account_id);
  return record->accounts.emplace_back(AccountAfter{account_id, state.version, state.balances,
                                                    state.scale, state.DebitNormal(),
                                                    state.position, 0});
}

void RecordBook::PlaceTransaction(Record* record) {
  domain::Transaction& transaction = *record->change.transaction;
  const ChangeKind kind = record->change.kind;
  if (kind != ChangeKind::kTransactionRefused) {
    domain::ForEachLeg(ActionOf(record->change), transaction.postings, [&](const domain::Leg& leg) {
      AccountAfter& account = Touch(domain::AccountOf(leg, transaction.postings), record);
      domain::ApplyLeg(leg, &account.balances);
      ++account.version;
      account.position = ++head_;
    });
  }
  for (const AccountAfter& account : record->accounts) {
    domain::AccountState& state = accounts_.at(account.account_id);
    state.balances = account.balances;
    state.version = account.version;
    state.position = account.position;
  }
  ++transaction.version;
  ++head_;
  if (kind == ChangeKind::kTransactionReversed) {
    domain::Transaction& original = *record->change.original;
    ++original.version;
    original.position = ++head_;
  }
  transaction.position = head_;
  if (kind == ChangeKind::kHoldEnded) {
    transaction.end_position = head_;
  } else {
    transaction.create_position = head_;
  }
}

}  // namespace florin::storage
