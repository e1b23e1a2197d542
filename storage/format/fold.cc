#include "storage/format/fold.h"

namespace florin::storage {

bool LegActionOf(const Change& change, domain::LegAction* action) {
  switch (change.kind) {
    case ChangeKind::kTransactionCreated:
      *action = change.transaction->status == domain::TransactionStatus::kPending
                    ? domain::LegAction::kHold
                    : domain::LegAction::kPost;
      return true;
    case ChangeKind::kTransactionReversed:
      *action = domain::LegAction::kPost;
      return true;
    case ChangeKind::kHoldEnded:
      *action = change.transaction->status == domain::TransactionStatus::kPosted
                    ? domain::LegAction::kSettle
                    : domain::LegAction::kRelease;
      return true;
    case ChangeKind::kAssetRegistered:
    case ChangeKind::kAccountOpened:
    case ChangeKind::kAccountChanged:
    case ChangeKind::kTransactionRefused:
    case ChangeKind::kRequestRefused:
      return false;
  }
  return false;
}

void ApplyRecord(const Record& record, const AccountAfter& after, domain::AccountState* state) {
  const Change& change = record.change;
  if (change.kind == ChangeKind::kAccountOpened) {
    *state = *change.account;
    state->open_time = change.commit_time;
    state->open_position = after.position;
  } else if (change.kind == ChangeKind::kAccountChanged) {
    const domain::AccountState& changed = *change.account;
    state->owner_id = changed.owner_id;
    state->status = changed.status;
    state->suspend_scope = changed.suspend_scope;
    state->limits = changed.limits;
    state->metadata = changed.metadata;
  }
  state->balances = after.balances;
  state->version = after.version;
  state->position = after.position;
  state->update_time = change.commit_time;
}

std::int64_t EventCountOf(const Record& record, std::string_view account_id) {
  const Change& change = record.change;
  if (change.kind == ChangeKind::kAccountOpened || change.kind == ChangeKind::kAccountChanged) {
    return change.account->account_id == account_id ? 1 : 0;
  }
  std::int64_t count = 0;
  ForEachLegOf(change, [&](const domain::Leg& leg) {
    if (domain::AccountOf(leg, change.transaction->postings) == account_id) ++count;
  });
  return count;
}

const AccountAfter* FindAccount(const Record& record, std::string_view account_id) {
  for (const AccountAfter& account : record.accounts) {
    if (account.account_id == account_id) return &account;
  }
  return nullptr;
}

}  // namespace florin::storage
