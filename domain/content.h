#pragma once

#include <string>

#include "domain/command.h"
#include "domain/transaction.h"

namespace florin::domain {

/// Compares a repeated id's command with what its first use left, field by field in the order of
/// the request message. Returns the first field that differs, "" if the content is the same.
/// Content is every field but version_checks, expected_version, validate_only, correlation_id and
/// causation_id. Source: ledger_service.proto, "Ids and retries".
[[nodiscard]] std::string DifferingField(const TransactionCommand& command,
                                         const Transaction& first);

[[nodiscard]] std::string DifferingField(const SettleTransaction& again,
                                         const SettleTransaction& first);
[[nodiscard]] std::string DifferingField(const VoidTransaction& again,
                                         const VoidTransaction& first);
[[nodiscard]] std::string DifferingField(const ChangeAccount& again, const ChangeAccount& first);
[[nodiscard]] std::string DifferingField(const OpenAccount& again, const AccountState& opened);

/// The same for settles and voids, which a request_id names; "command" if the kind differs.
[[nodiscard]] std::string DifferingRequest(const TransactionCommand& again,
                                           const TransactionCommand& first);

}  // namespace florin::domain
