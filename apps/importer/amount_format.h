#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "apps/importer/error.h"

namespace florin::importer {

/// An amount as the contract wants it ("1234.5"), its sign apart.
struct ParsedAmount {
  std::string digits;
  bool negative = false;
  /// It has one to three digits, a decimal separator, and three digits behind
  /// it ("1.250"): the separator may have been meant for the thousands.
  bool reads_as_thousands = false;
};

/// How amounts are written in the file.
struct AmountFormat {
  char decimal_separator = '.';
  /// Stands between groups of digits ahead of the decimal separator; '\0': none.
  char thousands_separator = '\0';
};

/// "1.234,50" -> 1234.5. Exact, as text: needless zeros at both ends go, so
/// that an amount written with more decimals than the asset has is the same
/// number.
///
/// Where a thousands separator stands, the group behind the last one has
/// exactly three digits, each group between two has two ("12,34,567", as in
/// India) or three, and the first has one to three, of which the first is not 0. A separator
/// anywhere else shows that the profile does not fit the file, and would change the amount. Errors
/// (without a line): anything else than digits in such groups, one decimal separator, and one sign
/// ahead or behind.
[[nodiscard]] Expected<ParsedAmount> ParseAmount(std::string_view text, const AmountFormat& format);

}  // namespace florin::importer
