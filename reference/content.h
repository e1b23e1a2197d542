#pragma once

#include <string>

#include "reference/commands.h"

namespace florin::reference {

/// The first field, in the order of the request message, in which the content
/// of two commands on the same id differs; empty if they are the same. Amounts
/// compare as numbers. What is not content (version checks, expected_version,
/// validate_only, correlation and causation) is not looked at.
std::string FirstDifference(const CreateTransaction& a, const CreateTransaction& b);
std::string FirstDifference(const ReverseTransaction& a, const ReverseTransaction& b);
std::string FirstDifference(const SettleTransaction& a, const SettleTransaction& b);
std::string FirstDifference(const VoidTransaction& a, const VoidTransaction& b);
std::string FirstDifference(const OpenAccount& a, const OpenAccount& b);
std::string FirstDifference(const UpdateAccount& a, const UpdateAccount& b);
std::string FirstDifference(const SuspendAccount& a, const SuspendAccount& b);
std::string FirstDifference(const ReactivateAccount& a, const ReactivateAccount& b);
std::string FirstDifference(const CloseAccount& a, const CloseAccount& b);

/// True if both texts are the same number, or both are empty.
bool SameAmount(const std::string& a, const std::string& b);

}  // namespace florin::reference
