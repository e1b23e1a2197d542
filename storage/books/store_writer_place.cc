// Positions, versions and balances of a staged command, and the second check
// below the actors.

#include "domain/account_places.h"
#include "domain/legs.h"
#include "storage/books/store_writer.h"
#include "storage/format/errors.h"
#include "storage/format/fold.h"

namespace florin::storage {
namespace {

domain::Status CheckLeg(const domain::Leg& leg, const domain::Balances& balances,
                        const std::string& account_id) {
  const bool debit = leg.side == domain::Side::kDebit;
  const domain::Int128 posted = debit ? balances.debits_posted : balances.credits_posted;
  const domain::Int128 pending = debit ? balances.debits_pending : balances.credits_pending;
  const bool adds = leg.kind == domain::LegKind::kMoved || leg.kind == domain::LegKind::kReserved;
  if (leg.amount <= 0)
    return VersionConflict("A posting of account " + account_id +
                           " has an amount that is not above zero.");
  if (!adds && leg.amount > pending)
    return VersionConflict("Account " + account_id + " has less pending than is to be released.");
  // Both are at or below the maximum, so their sum fits once it is taken from
  // it.
  if (adds && leg.amount > domain::kAmountMax - posted - pending)
    return VersionConflict("The balance of account " + account_id + " would not fit 127 bits.");
  return domain::Ok{};
}

AccountAfter Describe(const domain::AccountState& state) {
  AccountAfter after;
  after.account_id = state.account_id;
  after.version = state.version;
  after.balances = state.balances;
  after.scale = state.scale;
  after.debit_normal = state.DebitNormal();
  after.previous_position = state.position;
  return after;
}

}  // namespace

domain::Status StoreWriter::PlaceAccounts(Record* record, KnownAccounts known,
                                          std::vector<WriterAccount*>* accounts) {
  switch (record->change.kind) {
    case ChangeKind::kAccountOpened:
    case ChangeKind::kAccountChanged:
      return PlaceOne(record, known, accounts);
    case ChangeKind::kTransactionCreated:
    case ChangeKind::kTransactionReversed:
    case ChangeKind::kHoldEnded:
      return PlaceLegs(record, known, accounts);
    case ChangeKind::kAssetRegistered:
    case ChangeKind::kTransactionRefused:
    case ChangeKind::kRequestRefused:
      break;
  }
  record->last_position = record->first_position;
  return domain::Ok{};
}

domain::Status StoreWriter::PlaceOne(Record* record, KnownAccounts known,
                                     std::vector<WriterAccount*>* accounts) {
  domain::AccountState& changed = *record->change.account;
  const bool opens = record->change.kind == ChangeKind::kAccountOpened;
  domain::Result<WriterAccount*> account = FindAccount(changed.account_id, known);
  if (!account.ok()) return account.refusal();
  const domain::AccountState& state = account.value()->state;
  if (state.Exists() == opens) {
    return VersionConflict(
        "Account " + changed.account_id +
        (opens ? " is to be opened but exists." : " is to be changed but does not exist."));
  }
  record->last_position = record->first_position;
  AccountAfter after = Describe(state);
  after.scale = changed.scale;
  after.debit_normal = changed.DebitNormal();
  after.version = state.version + 1;
  after.position = record->last_position;
  changed.version = after.version;
  changed.position = after.position;
  changed.balances = after.balances;
  changed.open_position = opens ? after.position : state.open_position;
  changed.open_time = opens ? record->change.commit_time : state.open_time;
  changed.update_time = record->change.commit_time;
  record->accounts.push_back(std::move(after));
  accounts->push_back(account.value());
  return domain::Ok{};
}

domain::Status StoreWriter::PlaceLegs(Record* record, KnownAccounts known,
                                      std::vector<WriterAccount*>* accounts) {
  const std::vector<domain::TransactionPosting>& postings = record->change.transaction->postings;
  domain::AccountPlaces places;
  std::int64_t position = record->first_position;
  domain::Status status = domain::Ok{};
  const std::string* debited_asset = nullptr;
  ForEachLegOf(record->change, [&](const domain::Leg& leg) {
    if (!status.ok()) return;
    const std::string& account_id = domain::AccountOf(leg, postings);
    int place = places.Find(
        account_id, record->accounts.size(),
        [record](std::size_t i) -> const std::string& { return record->accounts[i].account_id; });
    if (place < 0) {
      domain::Result<WriterAccount*> account = FindAccount(account_id, known);
      if (!account.ok()) {
        status = account.refusal();
        return;
      }
      if (!account.value()->state.Exists()) {
        status =
            VersionConflict("Account " + account_id + " is to be posted to but does not exist.");
        return;
      }
      place = static_cast<int>(record->accounts.size());
      if (place == 0) record->accounts.reserve(2);
      record->accounts.push_back(Describe(account.value()->state));
      accounts->push_back(account.value());
      // Those of the record move as it grows.
      places.Added(accounts->size(), [accounts](std::size_t i) -> const std::string& {
        return (*accounts)[i]->account_id;
      });
    }
    const std::string& asset = (*accounts)[static_cast<std::size_t>(place)]->state.asset;
    if (leg.side == domain::Side::kDebit) {
      debited_asset = &asset;
    } else if (debited_asset == nullptr || asset != *debited_asset) {
      status =
          VersionConflict("The two accounts of a posting of transaction " +
                          record->change.transaction->transaction_id + " have different assets.");
      return;
    }
    AccountAfter& after = record->accounts[static_cast<std::size_t>(place)];
    status = CheckLeg(leg, after.balances, account_id);
    if (!status.ok()) return;
    domain::ApplyLeg(leg, &after.balances);
    ++after.version;
    after.position = position++;
  });
  // The transaction's own event, and that of what it reverses.
  record->last_position =
      record->change.kind == ChangeKind::kTransactionReversed ? position + 1 : position;
  return status;
}

domain::Status StoreWriter::CheckNew(const domain::Transaction& transaction) {
  const domain::Result<std::optional<TransactionEntry>> entry =
      FindTransaction(transaction.transaction_id);
  if (!entry.ok()) return entry.refusal();
  if (entry->has_value())
    return VersionConflict("Transaction " + transaction.transaction_id +
                           " is to be created but exists.");
  if (transaction.version == 1) return domain::Ok{};
  return VersionConflict("Transaction " + transaction.transaction_id + " is new but has version " +
                         std::to_string(transaction.version) + ".");
}

domain::Status StoreWriter::CheckNext(const domain::Transaction& transaction) {
  const domain::Result<std::optional<TransactionEntry>> entry =
      FindTransaction(transaction.transaction_id);
  if (!entry.ok()) return entry.refusal();
  if (!entry->has_value())
    return VersionConflict("Transaction " + transaction.transaction_id +
                           " is to be changed but does not exist.");
  const TransactionEntry& known = **entry;
  if (transaction.version == known.version + 1 &&
      transaction.create_position == known.place.create_position)
    return domain::Ok{};
  return VersionConflict("Transaction " + transaction.transaction_id + " is at version " +
                         std::to_string(known.version) + ", created at " +
                         std::to_string(known.place.create_position) +
                         "; the change makes it version " + std::to_string(transaction.version) +
                         ", created at " + std::to_string(transaction.create_position) + ".");
}

domain::Status StoreWriter::PlaceTransactions(Record* record) {
  Change& change = record->change;
  const std::int64_t position = record->last_position;
  switch (change.kind) {
    case ChangeKind::kTransactionCreated:
    case ChangeKind::kTransactionRefused:
      change.transaction->create_position = position;
      break;
    case ChangeKind::kTransactionReversed: {
      change.transaction->create_position = position;
      if (domain::Status follows = CheckNext(*change.original); !follows.ok()) return follows;
      change.original->position = position;
      break;
    }
    case ChangeKind::kHoldEnded: {
      if (domain::Status follows = CheckNext(*change.transaction); !follows.ok()) return follows;
      change.transaction->position = position;
      change.transaction->end_position = position;
      return domain::Ok{};
    }
    case ChangeKind::kAssetRegistered:
    case ChangeKind::kAccountOpened:
    case ChangeKind::kAccountChanged:
    case ChangeKind::kRequestRefused:
      return domain::Ok{};
  }
  change.transaction->position = position;
  return CheckNew(*change.transaction);
}

}  // namespace florin::storage
