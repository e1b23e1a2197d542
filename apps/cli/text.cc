#include "apps/cli/text.h"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace florin::cli {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

// "ACCOUNT_TYPE_LIABILITY" -> "liability".
std::string EnumText(const std::string& name, std::string_view prefix) {
  std::string text = name.substr(std::min(prefix.size(), name.size()));
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text == "unspecified" ? "" : text;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return upper;
}

std::chrono::milliseconds UnitOf(std::string_view unit) {
  using std::chrono::hours;
  if (unit == "ms") {
    return std::chrono::milliseconds(1);
  }
  if (unit == "s") {
    return std::chrono::seconds(1);
  }
  if (unit == "m") {
    return std::chrono::minutes(1);
  }
  if (unit == "h") {
    return hours(1);
  }
  return unit == "d" ? hours(24) : hours(0);
}

}  // namespace

std::string FormatTime(bool present, const Timestamp& time) {
  return present ? FormatTime(time) : "";
}

std::string FormatTime(const Timestamp& time) {
  // Milliseconds are enough to read; --json has all nine digits.
  Timestamp rounded = time;
  rounded.set_nanos(time.nanos() / 1'000'000 * 1'000'000);
  return TimeUtil::ToString(rounded);
}

std::optional<Timestamp> ParseTime(std::string_view text) {
  std::string full(text);
  if (full.size() == std::string_view("2026-01-31").size()) {
    full += "T00:00:00Z";
  }
  Timestamp time;
  if (!TimeUtil::FromString(full, &time)) {
    return std::nullopt;
  }
  return time;
}

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  constexpr std::int64_t kMillisecondsMax = std::int64_t{100} * 366 * 86'400'000;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto unit = UnitOf(text.substr(static_cast<std::size_t>(end - text.data())));
  if (error != std::errc() || unit.count() == 0 || number <= 0 ||
      number > kMillisecondsMax / unit.count()) {
    return std::nullopt;
  }
  return number * unit;
}

std::string FormatDuration(const google::protobuf::Duration& duration) {
  const std::int64_t milliseconds = TimeUtil::DurationToMilliseconds(duration);
  for (const char* unit : {"d", "h", "m", "s"}) {
    const std::int64_t size = UnitOf(unit).count();
    if (milliseconds != 0 && milliseconds % size == 0) {
      return std::to_string(milliseconds / size) + unit;
    }
  }
  return std::to_string(milliseconds) + "ms";
}

std::string FormatType(v1::AccountType type) {
  return EnumText(v1::AccountType_Name(type), "ACCOUNT_TYPE_");
}

std::string FormatStatus(v1::AccountStatus status) {
  return EnumText(v1::AccountStatus_Name(status), "ACCOUNT_STATUS_");
}

std::string FormatStatus(v1::TransactionStatus status) {
  return EnumText(v1::TransactionStatus_Name(status), "TRANSACTION_STATUS_");
}

std::string FormatOrder(v1::GroupOrder order) {
  return EnumText(v1::GroupOrder_Name(order), "GROUP_ORDER_");
}

std::string FormatKind(v1::GroupActionKind kind) {
  return EnumText(v1::GroupActionKind_Name(kind), "GROUP_ACTION_KIND_");
}

std::optional<v1::AccountType> ParseType(std::string_view text) {
  v1::AccountType type = v1::ACCOUNT_TYPE_UNSPECIFIED;
  const bool known = v1::AccountType_Parse("ACCOUNT_TYPE_" + Upper(text), &type);
  return known && type != v1::ACCOUNT_TYPE_UNSPECIFIED ? std::optional(type) : std::nullopt;
}

std::optional<v1::TransactionStatus> ParseStatus(std::string_view text) {
  v1::TransactionStatus status = v1::TRANSACTION_STATUS_UNSPECIFIED;
  const bool known = v1::TransactionStatus_Parse("TRANSACTION_STATUS_" + Upper(text), &status);
  return known && status != v1::TRANSACTION_STATUS_UNSPECIFIED ? std::optional(status)
                                                               : std::nullopt;
}

std::optional<v1::SuspendScope> ParseScope(std::string_view text) {
  v1::SuspendScope scope = v1::SUSPEND_SCOPE_UNSPECIFIED;
  const bool known = v1::SuspendScope_Parse("SUSPEND_SCOPE_" + Upper(text), &scope);
  return known && scope != v1::SUSPEND_SCOPE_UNSPECIFIED ? std::optional(scope) : std::nullopt;
}

std::string FormatCount(std::int64_t count) {
  std::string text = std::to_string(count);
  const std::size_t first = count < 0 ? 1 : 0;
  for (std::size_t i = text.size(); i > first + 3;) {
    i -= 3;
    text.insert(i, ",");
  }
  return text;
}

std::string FormatBytes(std::int64_t bytes) {
  constexpr std::int64_t kStep = 1024;
  if (bytes < kStep) {
    return fmt::format("{} B", bytes);
  }
  auto amount = static_cast<double>(bytes);
  const char* name = "";
  for (const char* unit : {"KiB", "MiB", "GiB", "TiB"}) {
    if (amount < kStep) {
      break;
    }
    amount /= kStep;
    name = unit;
  }
  return fmt::format("{:.1f} {}", amount, name);
}

std::string FormatSeconds(std::int64_t seconds) {
  const std::int64_t hours = seconds / 3600;
  const std::int64_t minutes = seconds / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60)
                   : fmt::format("{}:{:02}", minutes, seconds % 60);
}

std::string FormatMetadata(const google::protobuf::Map<std::string, std::string>& metadata) {
  const std::map<std::string, std::string> sorted(metadata.begin(), metadata.end());
  std::string text;
  for (const auto& [key, value] : sorted) {
    if (!text.empty()) text += ", ";
    text.append(key).append("=").append(value);
  }
  return text;
}

}  // namespace florin::cli
