#pragma once

#include <map>
#include <optional>
#include <string>

#include "apps/importer/restore_run.h"
#include "clients/cpp/client.h"

namespace florin::importer {

/// Accounts by id, as an export says that they are.
using ExpectedAccounts = std::map<std::string, v1::Account>;

/// Compares every account of the ledger, balances included, and adds what is
/// other than expected to the outcome.
[[nodiscard]] std::optional<ImportFailure> CompareAccounts(client::Client& client,
                                                           const ExpectedAccounts& expected,
                                                           RestoreOutcome* outcome);

/// Adds one difference; only the first hundred are kept as text.
void AddDifference(std::string text, RestoreOutcome* outcome);

}  // namespace florin::importer
