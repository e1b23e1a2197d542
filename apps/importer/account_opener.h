#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/importer/import_run.h"
#include "clients/cpp/client.h"
#include "florin/v1/ledger_service.pb.h"

namespace florin::importer {

/// Registers the assets. One that is there with the same scale will do,
/// whatever its name; with another scale every amount would mean something
/// else.
[[nodiscard]] std::optional<ImportFailure> RegisterAssets(client::Client& client,
                                                          const std::vector<v1::Asset>& assets);

/// Accounts that the ledger will not open, with its refusal.
using RefusedAccounts = std::map<std::string, v1::Refusal>;

/// Opens the accounts, in messages of the contract's size. Those that are there
/// already are used as they are, also with other settings: somebody may have
/// changed a limit since an earlier run. What the ledger will not open (an id
/// it cannot take) is added to `refused`: that is the matter of a few rows, and
/// no failure.
[[nodiscard]] std::optional<ImportFailure> OpenAccounts(
    client::Client& client, const std::vector<v1::OpenAccountRequest>& accounts,
    RefusedAccounts* refused, ImportCounts* counts);

}  // namespace florin::importer
