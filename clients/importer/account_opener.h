#pragma once

#include <optional>
#include <vector>

#include "clients/cpp/client.h"
#include "clients/importer/import_run.h"
#include "florin/v1/ledger_service.pb.h"

namespace florin::importer {

/// Registers the assets. One that is there with the same scale will do,
/// whatever its name; with another scale every amount would mean something
/// else.
[[nodiscard]] std::optional<ImportFailure> RegisterAssets(
    client::Client& client, const std::vector<v1::Asset>& assets);

/// Opens the accounts, in messages of the contract's size. Those that are there
/// already are used as they are, also with other settings: somebody may have
/// changed a limit since an earlier run.
[[nodiscard]] std::optional<ImportFailure> OpenAccounts(
    client::Client& client, const std::vector<v1::OpenAccountRequest>& accounts,
    ImportCounts* counts);

}  // namespace florin::importer
