#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "clients/importer/error.h"

namespace florin::importer {

/// An amount as the contract wants it ("1234.5"), its sign apart.
struct ParsedAmount {
  std::string digits;
  bool negative = false;
};

/// How amounts are written in the file.
struct AmountFormat {
  char decimal_separator = '.';
  /// Left out wherever it stands before the decimal separator; '\0': none.
  char thousands_separator = '\0';
};

/// "1.234,50" -> 1234.5. Exact, as text: needless zeros at both ends go, so
/// that an amount written with more decimals than the asset has is the same
/// number. Errors (without a line): anything else than digits, one decimal
/// separator, and one sign ahead or behind.
[[nodiscard]] Expected<ParsedAmount> ParseAmount(std::string_view text, const AmountFormat& format);

/// How dates and times are written: as by strftime, of %Y %y %m %d %H %M %S %%,
/// all else as it stands. %y means 1969 to 2068.
class DateFormat {
 public:
  /// `utc_offset_seconds` of the file's clock, east of Greenwich above zero.
  /// Errors: another conversion, or no year, month or day in it.
  [[nodiscard]] static Expected<DateFormat> Parse(std::string_view format,
                                                  std::int64_t utc_offset_seconds);

  /// Seconds since 1970 UTC. Errors (without a line): the text does not fit, or
  /// there is no such day.
  [[nodiscard]] Expected<std::int64_t> Read(std::string_view text) const;

 private:
  std::string format_;
  std::int64_t utc_offset_seconds_ = 0;
};

/// "+05:30" -> 19800; "Z" -> 0. nullopt: neither.
[[nodiscard]] std::optional<std::int64_t> ParseUtcOffset(std::string_view text);

}  // namespace florin::importer
