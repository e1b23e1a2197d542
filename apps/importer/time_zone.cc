#include "apps/importer/time_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "apps/importer/shown_text.h"

namespace florin::importer {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// "+05:30" -> 19800.
std::optional<int> ParseOffset(std::string_view text) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
      !IsDigit(text[1]) || !IsDigit(text[2]) || !IsDigit(text[4]) || !IsDigit(text[5])) {
    return std::nullopt;
  }
  const int hours = (text[1] - '0') * 10 + (text[2] - '0');
  const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
  if (hours > 14 || minutes > 59) {
    return std::nullopt;
  }
  const int seconds = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

// The library would also read paths, and what it calls "libc:localtime".
bool IsZoneName(std::string_view text) {
  return !text.empty() && IsLetter(text.front()) && text != "localtime" &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '_' || c == '+' || c == '-' || c == '/';
         });
}

}  // namespace

Expected<absl::TimeZone> ParseTimeZone(std::string_view text) {
  if (text == "Z") {
    return absl::UTCTimeZone();
  }
  if (const auto seconds = ParseOffset(text)) {
    return absl::FixedTimeZone(*seconds);
  }
  absl::TimeZone zone;
  if (IsZoneName(text) && absl::LoadTimeZone(std::string(text), &zone)) {
    return zone;
  }
  return Error{0, fmt::format("'{}' must be an offset like \"+01:00\" or a time zone that this "
                              "machine knows, like \"Europe/Berlin\" (package tzdata)",
                              Shown(text))};
}

}  // namespace florin::importer
