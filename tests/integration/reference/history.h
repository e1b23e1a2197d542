#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "florin/v1/ledger_service.pb.h"
#include "florin/v1/refusal.pb.h"
#include "reference/commands.h"

namespace florin::integration {

/// Reads that are checked like commands: against a state of the reference
/// within the call's real time.
struct ReadAccount {
  std::string account_id;
};
struct ReadTransaction {
  std::string transaction_id;
};
struct ReadBalances {
  std::vector<std::string> account_ids;
};

/// One thing a client asked for.
using Command =
    std::variant<reference::RegisterAsset, reference::OpenAccount, reference::UpdateAccount,
                 reference::SuspendAccount, reference::ReactivateAccount, reference::CloseAccount,
                 reference::TransactionCommand, ReadAccount, ReadTransaction, ReadBalances>;

/// What it was answered, as it came over the wire (sentences of refusals left
/// out). Unary refusals stand in `refusal`, those of a batch's items in
/// `result`.
struct Outcome {
  std::optional<v1::Refusal> refusal;
  std::optional<v1::TransactionResult> result;
  /// Of create, settle, void and reverse, which answer alike.
  std::optional<v1::CreateTransactionResponse> transaction;
  /// Of open, update, suspend, reactivate and close, which answer alike.
  std::optional<v1::OpenAccountResponse> account;
  std::optional<v1::RegisterAssetResponse> asset;
  std::optional<v1::Account> read_account;
  std::optional<v1::Transaction> read_transaction;
  std::optional<v1::BatchGetBalancesResponse> read_balances;

  /// Null: the command was accepted.
  const v1::Refusal* Refused() const;
  bool Replayed() const;
  /// As answered; 0: none, which unary refusals never have.
  std::int64_t Position() const;
};

struct Item {
  Command command;
  Outcome outcome;
};

enum class CallKind {
  kUnary,
  kBatch,
  kAtomicBatch,
  kValidateBatch,
  kValidateAtomicBatch,
  kStream,
  kOpenBatch
};

/// One call, or one stream from its first message to its last answer. `start`
/// and `end` come from one counter of the whole test, taken before sending and
/// after receiving: if one call's end is below another's start, the first was
/// answered before the second began.
struct Call {
  CallKind kind = CallKind::kUnary;
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::vector<Item> items;
};

/// All calls of one client, in its order.
using History = std::vector<Call>;

}  // namespace florin::integration
