#pragma once

#include <optional>
#include <string>

#include "domain/amount.h"
#include "reference/answer.h"
#include "reference/commands.h"

namespace florin::reference {

/// An amount, before which '-' may stand.
std::optional<domain::Decimal> ParseSigned(const std::string& text);

/// What is wrong with a command by itself, before any state is looked at: step
/// 2 of errors.proto. Reasons in the order of the list, for one reason the
/// fields in their order. Nothing: it is well formed.
std::optional<Refusal> CheckShape(const RegisterAsset& command);
std::optional<Refusal> CheckShape(const OpenAccount& command);
std::optional<Refusal> CheckShape(const UpdateAccount& command);
std::optional<Refusal> CheckShape(const SuspendAccount& command);
std::optional<Refusal> CheckShape(const ReactivateAccount& command);
std::optional<Refusal> CheckShape(const CloseAccount& command);
std::optional<Refusal> CheckShape(const TransactionCommand& command);

/// Of the whole batch, before its items are looked at.
std::optional<Refusal> CheckShape(const Batch& batch);
/// Of an item inside a batch: validate_only is the batch's alone.
std::optional<Refusal> CheckItemShape(const TransactionCommand& command);

}  // namespace florin::reference
