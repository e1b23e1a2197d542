#pragma once

#include "domain/command.h"
#include "domain/result.h"
#include "florin/v1/ledger_service.pb.h"

namespace florin::server {

/// The contract's requests on assets and accounts as commands, with every check
/// of their shape; the refusal is the first in the contract's order (Shape).
[[nodiscard]] domain::Result<domain::RegisterAsset> ToCommand(
    const v1::RegisterAssetRequest& request);
[[nodiscard]] domain::Result<domain::AccountCommand> ToCommand(
    const v1::OpenAccountRequest& request);
[[nodiscard]] domain::Result<domain::AccountCommand> ToCommand(
    const v1::UpdateAccountRequest& request);
[[nodiscard]] domain::Result<domain::AccountCommand> ToCommand(
    const v1::SuspendAccountRequest& request);
[[nodiscard]] domain::Result<domain::AccountCommand> ToCommand(
    const v1::ReactivateAccountRequest& request);
[[nodiscard]] domain::Result<domain::AccountCommand> ToCommand(
    const v1::CloseAccountRequest& request);

}  // namespace florin::server
