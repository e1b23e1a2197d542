#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <string_view>

#include "florin/v1/account.pb.h"

// How values are written in an hledger journal (hledger 1.25, its manual's
// section "Journal").
namespace florin::exporter {

/// An account id as an account name: ':' is the hierarchy there as here. What a
/// name cannot hold or would lose (spaces, ';', control characters, anything
/// but ASCII, '%' itself) is written as %XX, so that no two ids become one.
[[nodiscard]] std::string HledgerAccount(std::string_view account_id);

/// "1000.00 \"CZK\"". Codes stand in quotes, for they may hold digits and dots.
[[nodiscard]] std::string HledgerAmount(std::string_view amount, std::string_view asset);

/// "-1.00" for "1.00" and the reverse; "0.00" stays.
[[nodiscard]] std::string Negated(std::string_view amount);

/// The balance as hledger counts: debits above zero.
[[nodiscard]] std::string HledgerBalance(const v1::Account& account);

/// One line: line ends and control characters become spaces.
[[nodiscard]] std::string HledgerLine(std::string_view text);

/// The same, and ';' a comma: in a description it would begin a comment.
[[nodiscard]] std::string HledgerDescription(std::string_view text);

/// "2026-11-21", the day in UTC.
[[nodiscard]] std::string HledgerDate(const google::protobuf::Timestamp& time);

/// "A", "L", "E", "R", "X": what hledger's reports go by.
[[nodiscard]] char HledgerType(v1::AccountType type);

}  // namespace florin::exporter
