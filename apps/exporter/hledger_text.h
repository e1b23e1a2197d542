#pragma once

#include <absl/time/time.h>
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

/// A value as a tag's, so that hledger reads one tag and no more: a comma would end
/// it, and what follows could begin another. Written as %XX, byte by byte: commas,
/// control characters, spaces at either end, and '%' itself, so that the value can
/// be had back.
[[nodiscard]] std::string HledgerTagValue(std::string_view value);

/// A metadata key as a tag's name. A key that is the name of a tag of our own is
/// told from it by its first letter, which is written as %XX.
[[nodiscard]] std::string HledgerTagName(std::string_view key);

/// For people, on one line: control characters become spaces; ';', which would begin
/// a comment, becomes ','; and '|', which would part payee and note, becomes '/'.
/// Spaces at either end go, as hledger takes them off.
[[nodiscard]] std::string HledgerDescription(std::string_view text);

/// "2026-11-21", the day in `zone`.
[[nodiscard]] std::string HledgerDate(const google::protobuf::Timestamp& time,
                                      const absl::TimeZone& zone);

/// The same for an effective time. One that is the beginning of a day in UTC names
/// that day, in any zone: dates without a time are kept so. A moment that is meant
/// and falls on that second cannot be told from them.
[[nodiscard]] std::string HledgerEffectiveDate(const google::protobuf::Timestamp& time,
                                               const absl::TimeZone& zone);

/// "A", "L", "E", "R", "X": what hledger's reports go by.
[[nodiscard]] char HledgerType(v1::AccountType type);

}  // namespace florin::exporter
