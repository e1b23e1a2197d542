#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "florin/v1/account.pb.h"
#include "florin/v1/group_service.pb.h"
#include "florin/v1/transaction.pb.h"

// How values are written for people, and read from the command line.
namespace florin::cli {

/// "2026-01-31T09:05:00.123Z"; always UTC.
[[nodiscard]] std::string FormatTime(const google::protobuf::Timestamp& time);
/// The same where there is one, else "". 1970 began with a time like any other, so
/// whether there is one only the message can say: `present` is its has_...().
[[nodiscard]] std::string FormatTime(bool present, const google::protobuf::Timestamp& time);

/// RFC 3339 ("2026-01-31T09:05:00Z", "...+01:00") or a day ("2026-01-31", its
/// beginning in UTC). nullopt: neither.
[[nodiscard]] std::optional<google::protobuf::Timestamp> ParseTime(std::string_view text);

/// "500ms", "30s", "15m", "12h", "7d". nullopt: not that, or above 100 years.
[[nodiscard]] std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);
/// The reverse, in the largest unit that is exact; parts of milliseconds are cut.
[[nodiscard]] std::string FormatDuration(const google::protobuf::Duration& duration);

/// "liability", "active", "posted"; "" for UNSPECIFIED.
[[nodiscard]] std::string FormatType(v1::AccountType type);
[[nodiscard]] std::string FormatStatus(v1::AccountStatus status);
[[nodiscard]] std::string FormatStatus(v1::TransactionStatus status);
[[nodiscard]] std::string FormatOrder(v1::GroupOrder order);
[[nodiscard]] std::string FormatKind(v1::GroupActionKind kind);

/// The reverse, in upper or lower case; nullopt: there is none of that name.
[[nodiscard]] std::optional<v1::AccountType> ParseType(std::string_view text);
[[nodiscard]] std::optional<v1::TransactionStatus> ParseStatus(std::string_view text);
[[nodiscard]] std::optional<v1::SuspendScope> ParseScope(std::string_view text);

/// "12,345,678".
[[nodiscard]] std::string FormatCount(std::int64_t count);
/// "3.4 MiB".
[[nodiscard]] std::string FormatBytes(std::int64_t bytes);
/// "0:07", "12:05", "1:02:03"; whole seconds.
[[nodiscard]] std::string FormatSeconds(std::int64_t seconds);

/// "a=1, b=2", sorted by key.
[[nodiscard]] std::string FormatMetadata(
    const google::protobuf::Map<std::string, std::string>& metadata);

}  // namespace florin::cli
