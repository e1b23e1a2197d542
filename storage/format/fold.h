#pragma once

#include <span>
#include <string_view>

#include "domain/account.h"
#include "domain/legs.h"
#include "domain/result.h"
#include "storage/format/record.h"

namespace florin::storage {

/// Whether a change of this kind books postings, and how. False: it has no
/// legs.
[[nodiscard]] bool LegActionOf(const Change& change, domain::LegAction* action);

/// Calls `visit(leg)` for each account event of `change` that books an amount;
/// none for other kinds.
template <typename Visitor>
void ForEachLegOf(const Change& change, Visitor&& visit) {
  domain::LegAction action{};
  if (!LegActionOf(change, &action)) return;
  domain::ForEachLeg(action, change.transaction->postings, visit);
}

/// The account's state after `record`, from the state before it and what the
/// record says of it. Everything but the balances, version and position comes
/// from `record.change`.
void ApplyRecord(const Record& record, const AccountAfter& after, domain::AccountState* state);

/// How many events of `record` belong to `account_id`.
[[nodiscard]] std::int64_t EventCountOf(const Record& record, std::string_view account_id);

/// The account's place in `record.accounts`, null if it is not there.
[[nodiscard]] const AccountAfter* FindAccount(const Record& record, std::string_view account_id);

}  // namespace florin::storage
