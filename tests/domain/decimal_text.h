#pragma once

#include <algorithm>
#include <string>

namespace florin::domain {

/// Decimal numbers at or above zero as plain digit strings, done as on paper:
/// slow, of any length, and nothing in common with the code under test.

/// Without zeros in front; "0" for none.
inline std::string TrimZeros(const std::string& digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0" : digits.substr(first);
}

inline bool DigitsBelow(const std::string& a, const std::string& b) {
  const std::string x = TrimZeros(a);
  const std::string y = TrimZeros(b);
  return x.size() != y.size() ? x.size() < y.size() : x < y;
}

inline std::string AddDigits(const std::string& a, const std::string& b) {
  std::string sum;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry != 0; ++i) {
    int digit = carry;
    if (i < a.size()) digit += a[a.size() - 1 - i] - '0';
    if (i < b.size()) digit += b[b.size() - 1 - i] - '0';
    sum.push_back(static_cast<char>('0' + digit % 10));
    carry = digit / 10;
  }
  std::reverse(sum.begin(), sum.end());
  return TrimZeros(sum);
}

/// 2^127 - 1.
inline const std::string kMaxDigits = "170141183460469231731687303715884105727";

/// "12.50" with 2 -> "1250", with 4 -> "125000". Requires: at most `scale`
/// decimals.
inline std::string MinorDigits(const std::string& text, int scale) {
  const std::size_t point = text.find('.');
  std::string digits = text.substr(0, point);
  const std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
  digits += fraction;
  digits.append(static_cast<std::size_t>(scale) - fraction.size(), '0');
  return TrimZeros(digits);
}

/// "1250" with 2 -> "12.50".
inline std::string PlacePoint(const std::string& minor, int scale) {
  std::string digits = TrimZeros(minor);
  const auto decimals = static_cast<std::size_t>(scale);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, ".");
  return digits;
}

}  // namespace florin::domain
