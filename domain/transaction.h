#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/account.h"
#include "domain/amount.h"
#include "domain/mostly_empty.h"
#include "domain/refusal.h"

namespace florin::domain {

/// Numbers of the contract and of the stored format. Do not renumber.
enum class TransactionStatus : std::uint8_t {
  kUnspecified = 0,
  kPending = 1,
  kPosted = 2,
  kVoided = 3,
  kExpired = 4,
  kRefused = 5
};

/// One leg pair of a transaction as it stands.
///
/// `amount` is at the asset's scale (amount.decimals == scale), except in a refused
/// transaction, which keeps what the client wrote.
struct TransactionPosting {
  std::string debit_account_id;
  std::string credit_account_id;
  Decimal amount;
  /// Minor units; what was moved in the end, where that is not `amount`: the settled part of a
  /// hold.
  std::optional<Int128> posted;

  /// Minor units that moved or are held.
  [[nodiscard]] Int128 Moved() const { return posted.value_or(amount.digits); }
};

struct BalanceCheck {
  std::string account_id;
  std::optional<Decimal> min_available;  // may be below zero
  std::optional<Decimal> max_posted;
};

/// What a client said of a transaction and what became of it: the state of stream "transaction/ID".
struct Transaction {
  std::string transaction_id;
  TransactionStatus status = TransactionStatus::kUnspecified;
  std::vector<TransactionPosting> postings;
  std::string type;
  MostlyEmpty<std::string> reference;
  MostlyEmpty<std::string> description;
  StringMap metadata;
  /// UTC nanoseconds since 1970, here and below.
  std::optional<std::int64_t> effective_time;
  std::int64_t commit_time = 0;
  /// It was made as a hold, whatever became of it.
  bool is_hold = false;
  std::optional<std::int64_t> hold_timeout_ns;
  std::optional<std::int64_t> expire_time;
  MostlyEmpty<std::string> reverses_transaction_id;
  MostlyEmpty<std::string> reversed_by_transaction_id;
  MostlyEmpty<std::string> correlation_id;
  MostlyEmpty<std::string> causation_id;
  /// Part of what a client said; kept so that a repeated id can be compared.
  std::vector<BalanceCheck> balance_checks;
  HeapOptional<Refusal> refusal;
  std::optional<std::int64_t> end_time;
  MostlyEmpty<std::string> end_reason;
  /// Of stream "transaction/ID".
  std::int64_t version = 0;
  /// Last event of the last command that changed it; the contract's Transaction.position.
  std::int64_t position = 0;
  /// Last position of the command that created it, and of the one that settled, voided or expired
  /// it (0: none).
  std::int64_t create_position = 0;
  std::int64_t end_position = 0;
};

using TransactionPtr = std::shared_ptr<const Transaction>;

}  // namespace florin::domain
