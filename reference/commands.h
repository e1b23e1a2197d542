#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "domain/account.h"

namespace florin::reference {

/// Commands as a client wrote them: texts are not looked at yet. Field order is
/// the contract's, because ID_REUSED names the first field that differs.

using StringMap = std::map<std::string, std::string>;

struct Posting {
  std::string debit_account_id;
  std::string credit_account_id;
  std::string amount;
};

struct VersionCheck {
  std::string account_id;
  std::int64_t expected_version = 0;
};

struct BalanceCheck {
  std::string account_id;
  std::string min_available;
  std::string max_posted;
};

struct Hold {
  /// Nanoseconds; absent: never expires by itself.
  std::optional<std::int64_t> timeout_ns;
};

struct CreateTransaction {
  std::string transaction_id;
  std::vector<Posting> postings;
  std::string type;
  std::string reference;
  std::string description;
  StringMap metadata;
  /// UTC nanoseconds since 1970.
  std::optional<std::int64_t> effective_time;
  std::optional<Hold> hold;
  std::vector<VersionCheck> version_checks;
  bool validate_only = false;
  std::string correlation_id;
  std::string causation_id;
  std::vector<BalanceCheck> balance_checks;
};

struct SettleTransaction {
  std::string transaction_id;
  std::string amount;
  std::string request_id;
  std::vector<std::string> amounts;
};

struct VoidTransaction {
  std::string transaction_id;
  std::string reason;
  std::string request_id;
};

struct ReverseTransaction {
  std::string transaction_id;
  std::string reverses_transaction_id;
  std::string reason;
  StringMap metadata;
  std::optional<std::int64_t> effective_time;
  std::string correlation_id;
  std::string causation_id;
};

/// Without an alternative: an item of a batch in which no command is set.
using TransactionCommand = std::variant<std::monostate, CreateTransaction, SettleTransaction,
                                        VoidTransaction, ReverseTransaction>;

struct Batch {
  std::vector<TransactionCommand> commands;
  bool atomic = false;
  bool validate_only = false;
};

struct RegisterAsset {
  std::string code;
  int scale = 0;
  std::string name;
};

struct LimitsRequest {
  std::string overdraft_limit;
  bool unlimited_overdraft = false;
  std::string max_balance;
};

struct OpenAccount {
  std::string account_id;
  std::string owner_id;
  std::string asset;
  domain::AccountType type = domain::AccountType::kUnspecified;
  LimitsRequest limits;
  StringMap metadata;
};

struct UpdateAccount {
  std::string account_id;
  LimitsRequest limits;
  StringMap metadata;
  std::int64_t expected_version = 0;
  std::string request_id;
  std::string owner_id;
  /// Paths as in the contract. Absent: what is filled in.
  std::optional<std::set<std::string>> update_mask;
};

struct SuspendAccount {
  std::string account_id;
  std::string reason;
  std::int64_t expected_version = 0;
  std::string request_id;
  domain::SuspendScope scope = domain::SuspendScope::kUnspecified;
};

struct ReactivateAccount {
  std::string account_id;
  std::string reason;
  std::int64_t expected_version = 0;
  std::string request_id;
};

struct CloseAccount {
  std::string account_id;
  std::string reason;
  std::int64_t expected_version = 0;
  std::string request_id;
};

}  // namespace florin::reference
