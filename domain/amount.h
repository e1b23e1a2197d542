#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace florin::domain {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

inline constexpr int kScaleMax = 18;
inline constexpr Int128 kAmountMax = static_cast<Int128>((UInt128{1} << 127) - 1);

/// A decimal number as a client wrote it: `digits / 10^decimals`. Below zero in a bound only.
///
/// Units: none yet; `ToMinor` brings it to minor units of an asset.
/// Ensures: digits in [-(2^127 - 1), 2^127 - 1], decimals in [0, 18].
struct Decimal {
  Int128 digits = 0;
  int decimals = 0;

  /// Equal as numbers: 1.50 is 1.5.
  [[nodiscard]] bool SameValue(const Decimal& other) const;
  [[nodiscard]] bool IsZero() const { return digits == 0; }
};

/// Parses `[0-9]{1,39}(\.[0-9]{1,18})?`, the contract's form of an amount.
/// Nothing if the text has another form or does not fit 127 bits at its own decimals.
[[nodiscard]] std::optional<Decimal> ParseDecimal(std::string_view text);

/// As written, without needless zeros in front: "98500.00".
[[nodiscard]] std::string FormatDecimal(const Decimal& value);

/// How an amount fits an asset's scale.
enum class ScaleFit : std::uint8_t { kFits, kTooManyDecimals, kOverflow };

/// Brings `value` to minor units of an asset with `scale` decimals, exactly.
/// `minor` is written only when it fits.
[[nodiscard]] ScaleFit ToMinor(const Decimal& value, int scale, Int128* minor);

/// Minor units as text with exactly `scale` decimals, '-' below zero, never "-0".
[[nodiscard]] std::string FormatMinor(Int128 minor, int scale);

/// Appends what `FormatMinor` returns; for hot paths.
void AppendMinor(std::string* out, Int128 minor, int scale);

/// The sum, or nothing if it does not fit a signed 128-bit integer.
[[nodiscard]] inline std::optional<Int128> CheckedAdd(Int128 a, Int128 b) {
  Int128 sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

}  // namespace florin::domain
