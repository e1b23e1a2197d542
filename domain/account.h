#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/amount.h"
#include "domain/refusal.h"

namespace florin::domain {

/// Numbers of the contract and of the stored format. Do not renumber.
enum class AccountType : std::uint8_t {
  kUnspecified = 0,
  kAsset = 1,
  kLiability = 2,
  kEquity = 3,
  kRevenue = 4,
  kExpense = 5
};
enum class AccountStatus : std::uint8_t {
  kUnspecified = 0,
  kActive = 1,
  kSuspended = 2,
  kClosed = 3
};
enum class SuspendScope : std::uint8_t { kUnspecified = 0, kBoth = 1, kDebits = 2, kCredits = 3 };
enum class Side : std::uint8_t { kUnspecified = 0, kDebit = 1, kCredit = 2 };

/// Assets and expenses grow by debits, the others by credits.
[[nodiscard]] constexpr bool IsDebitNormal(AccountType type) {
  return type == AccountType::kAsset || type == AccountType::kExpense;
}

struct Asset {
  std::string code;
  int scale = 0;
  std::string name;
};

/// Minor units of the account's asset; each within [0, 2^127 - 1], posted + pending of a side too.
struct Balances {
  Int128 debits_posted = 0;
  Int128 credits_posted = 0;
  Int128 debits_pending = 0;
  Int128 credits_pending = 0;

  /// On the normal side, signed.
  [[nodiscard]] Int128 Posted(bool debit_normal) const {
    return debit_normal ? debits_posted - credits_posted : credits_posted - debits_posted;
  }
  /// Posted less what holds have reserved on the side that lowers it.
  [[nodiscard]] Int128 Available(bool debit_normal) const {
    return Posted(debit_normal) - (debit_normal ? credits_pending : debits_pending);
  }
  /// Posted plus all that holds may still bring in.
  [[nodiscard]] Int128 PostedAndIncoming(bool debit_normal) const {
    return Posted(debit_normal) + (debit_normal ? debits_pending : credits_pending);
  }
  [[nodiscard]] bool IsZero(bool debit_normal) const {
    return Posted(debit_normal) == 0 && debits_pending == 0 && credits_pending == 0;
  }
  friend bool operator==(const Balances&, const Balances&) = default;
};

/// Minor units.
struct Limits {
  Int128 overdraft_limit = 0;
  bool unlimited_overdraft = false;
  std::optional<Int128> max_balance;

  friend bool operator==(const Limits&, const Limits&) = default;
};

/// An account as the events of its stream 1..version have made it. `version` 0: there is none
/// (yet).
struct AccountState {
  std::string account_id;
  std::string owner_id;
  std::string asset;
  int scale = 0;
  AccountType type = AccountType::kUnspecified;
  AccountStatus status = AccountStatus::kUnspecified;
  SuspendScope suspend_scope = SuspendScope::kUnspecified;
  Limits limits;
  Balances balances;
  std::int64_t version = 0;
  /// Of the last event of the stream.
  std::int64_t position = 0;
  /// UTC nanoseconds since 1970.
  std::int64_t open_time = 0;
  std::int64_t update_time = 0;
  StringMap metadata;
  /// As the account was opened, to tell a repeated OpenAccount from another one.
  std::int64_t open_position = 0;

  [[nodiscard]] bool Exists() const { return version > 0; }
  [[nodiscard]] bool DebitNormal() const { return IsDebitNormal(type); }
};

}  // namespace florin::domain
