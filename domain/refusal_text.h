#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/account.h"
#include "domain/account_check.h"
#include "domain/command.h"
#include "domain/refusal.h"
#include "domain/transaction.h"
#include "domain/transaction_rules.h"

namespace florin::domain {

/// Sentences for people and values for programs, one function a reason. Requires exact states:
/// the numbers are those that the command met.

/// UTC, RFC 3339 with as many decimals as needed.
[[nodiscard]] std::string FormatTime(std::int64_t unix_nanoseconds);
[[nodiscard]] std::string_view NameOf(TransactionStatus status);

[[nodiscard]] Refusal AccountNotFound(const std::string& account_id);
/// `existing`: as it was registered.
[[nodiscard]] Refusal AssetExists(const Asset& existing, const std::string& field);
[[nodiscard]] Refusal AccountExists(const std::string& account_id, const std::string& field);
[[nodiscard]] Refusal AssetNotFound(const std::string& asset);
[[nodiscard]] Refusal TransactionNotFound(const std::string& transaction_id);
[[nodiscard]] Refusal VersionConflict(const std::string& account_id, std::int64_t expected,
                                      std::int64_t actual);
[[nodiscard]] Refusal AssetMismatch(const AccountState& credited, const AccountState& debited);
[[nodiscard]] Refusal ScaleExceeded(const Decimal& amount, const std::string& asset, int scale);
[[nodiscard]] Refusal AmountTooLarge(const std::string& what, const std::string& account_id);
[[nodiscard]] Refusal AccountClosed(const std::string& account_id);
[[nodiscard]] Refusal AccountSuspended(const AccountState& account);
[[nodiscard]] Refusal IdReused(const std::string& id, const std::string& field);
[[nodiscard]] Refusal BatchRefused(std::size_t index);
[[nodiscard]] Refusal FieldInvalid(const std::string& field, const std::string& message);
[[nodiscard]] Refusal BalanceNotZero(const AccountState& account);

/// A finding of CheckPart on this account, in words. `effect` is what the part asked for.
[[nodiscard]] Refusal DescribeAccountFinding(const Finding& finding, const AccountState& account,
                                             const AccountPart& part);

/// A finding of CheckTransaction in words.
[[nodiscard]] Refusal DescribeTransactionFinding(const Finding& finding,
                                                 const TransactionCommand& command,
                                                 const Transaction* before);

}  // namespace florin::domain
