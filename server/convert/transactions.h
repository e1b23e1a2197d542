#pragma once

#include "actors/ledger.h"
#include "domain/command.h"
#include "domain/result.h"
#include "florin/v1/ledger_service.pb.h"

namespace florin::server {

inline constexpr int kPostingsMax = 1'000;
inline constexpr int kItemsMax = 8'192;
inline constexpr int kBatchPostingsMax = 16'384;

/// The contract's requests as commands, with every check of their shape; the
/// refusal is the first in the contract's order (Shape).
/// `validate_only` is the caller's to look at.
[[nodiscard]] domain::Result<domain::TransactionCommand> ToCommand(
    const v1::CreateTransactionRequest& request);
[[nodiscard]] domain::Result<domain::TransactionCommand> ToCommand(
    const v1::SettleTransactionRequest& request);
[[nodiscard]] domain::Result<domain::TransactionCommand> ToCommand(
    const v1::VoidTransactionRequest& request);
[[nodiscard]] domain::Result<domain::TransactionCommand> ToCommand(
    const v1::ReverseTransactionRequest& request);

/// An item of a batch: the command, or what is wrong with it.
[[nodiscard]] actors::BatchItem ToBatchItem(const v1::TransactionCommand& command);

using CommandList = google::protobuf::RepeatedPtrField<v1::TransactionCommand>;

/// The items of a batch or of a stream's message.
/// Errors: kTooManyItems (metadata: limit) for the whole message.
[[nodiscard]] domain::Result<std::vector<actors::BatchItem>> ToBatchItems(
    const CommandList& commands);

}  // namespace florin::server
