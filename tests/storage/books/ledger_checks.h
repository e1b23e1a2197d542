#pragma once

#include "storage/store.h"
#include "tests/storage/books/ledger_script.h"

namespace florin::storage::testing {

/// Compare all that a reader answers with what `script` kept on the side, by
/// brute force: every account at every version and every position, every
/// command's end, totals, streams, look-ups.
void CheckHeads(const LedgerScript& script, Reader* reader);
void CheckBalances(const LedgerScript& script, Reader* reader);
void CheckCommandEnds(const LedgerScript& script, Reader* reader);
void CheckTrialBalances(const LedgerScript& script, Reader* reader);
void CheckStreams(const LedgerScript& script, Reader* reader);
void CheckTransactions(const LedgerScript& script, Reader* reader);
void CheckLists(const LedgerScript& script, Reader* reader);

void CheckEverything(const LedgerScript& script, Reader* reader);

/// As the account stood after the last whole command at or before `position`;
/// null: it did not exist.
[[nodiscard]] const ExpectedEvent* EventAt(const LedgerScript& script,
                                           const std::string& account_id, std::int64_t position);

}  // namespace florin::storage::testing
