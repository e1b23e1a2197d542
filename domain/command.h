#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/account.h"
#include "domain/amount.h"
#include "domain/transaction.h"

namespace florin::domain {

/// Commands as the server hands them on: shape checked (errors.proto, step 2), nothing looked up.

struct VersionCheck {
  std::string account_id;
  std::int64_t expected_version = 0;
};

struct CreateTransaction {
  /// `status`, times and positions unset; postings as the client wrote them.
  Transaction transaction;
  std::vector<VersionCheck> version_checks;
};

struct SettleTransaction {
  std::string transaction_id;
  std::optional<Decimal> amount;
  std::vector<Decimal> amounts;
  std::string request_id;
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

/// The server's own: a hold's time is over.
struct ExpireTransaction {
  std::string transaction_id;
  /// When it is over. A hold of the same id may have been refused before without a trace; its time
  /// is not this one's.
  std::int64_t expire_time = 0;
};

using TransactionCommand = std::variant<CreateTransaction, SettleTransaction, VoidTransaction,
                                        ReverseTransaction, ExpireTransaction>;

/// A command on its way. It is large and many look at it, so it stays where it was made.
using CommandPtr = std::shared_ptr<const TransactionCommand>;

struct RegisterAsset {
  Asset asset;
};

/// Limits as a client wrote them.
struct LimitsRequest {
  std::optional<Decimal> overdraft_limit;
  bool unlimited_overdraft = false;
  std::optional<Decimal> max_balance;
};

struct OpenAccount {
  std::string account_id;
  std::string owner_id;
  std::string asset;
  AccountType type = AccountType::kUnspecified;
  LimitsRequest limits;
  StringMap metadata;
};

/// Which fields of an account a change names; bits. Stored: do not renumber.
enum UpdateField : std::uint8_t {
  kUpdateOverdraftLimit = 1,
  kUpdateUnlimitedOverdraft = 2,
  kUpdateMaxBalance = 4,
  kUpdateMetadata = 8,
  kUpdateOwner = 16,
};

enum class AccountChangeKind : std::uint8_t {
  kUpdate = 1,
  kSuspend = 2,
  kReactivate = 3,
  kClose = 4
};

/// Update, suspend, reactivate or close; fields of the other kinds are empty.
struct ChangeAccount {
  AccountChangeKind kind = AccountChangeKind::kUpdate;
  std::string account_id;
  std::string request_id;
  std::int64_t expected_version = 0;
  /// Update.
  std::uint8_t update_mask = 0;
  LimitsRequest limits;
  StringMap metadata;
  std::string owner_id;
  /// Suspend, reactivate, close.
  std::string reason;
  SuspendScope scope = SuspendScope::kUnspecified;
};

using AccountCommand = std::variant<OpenAccount, ChangeAccount>;

}  // namespace florin::domain
