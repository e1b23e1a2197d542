#include "domain/amount.h"

#include <algorithm>
#include <array>

namespace florin::domain {
namespace {

constexpr std::size_t kWholeDigitsMax = 39;

constexpr std::array<Int128, kScaleMax + 1> MakePowersOfTen() {
  std::array<Int128, kScaleMax + 1> powers{};
  Int128 power = 1;
  for (auto& slot : powers) {
    slot = power;
    power *= 10;
  }
  return powers;
}
constexpr auto kPowersOfTen = MakePowersOfTen();

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// digits = digits * 10 + next, or false on overflow.
bool PushDigit(Int128* digits, char next) {
  return !__builtin_mul_overflow(*digits, Int128{10}, digits) &&
         !__builtin_add_overflow(*digits, Int128{next - '0'}, digits);
}

bool PushDigits(std::string_view text, Int128* digits) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return IsDigit(c) && PushDigit(digits, c); });
}

}  // namespace

bool Decimal::SameValue(const Decimal& other) const {
  const Decimal& coarse = decimals <= other.decimals ? *this : other;
  const Decimal& fine = decimals <= other.decimals ? other : *this;
  const Int128 factor = kPowersOfTen[static_cast<std::size_t>(fine.decimals - coarse.decimals)];
  return fine.digits % factor == 0 && fine.digits / factor == coarse.digits;
}

std::optional<Decimal> ParseDecimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > kWholeDigitsMax) return std::nullopt;
  Decimal value;
  if (!PushDigits(whole, &value.digits)) return std::nullopt;
  if (point == std::string_view::npos) return value;
  const std::string_view fraction = text.substr(point + 1);
  if (fraction.empty() || fraction.size() > kScaleMax) return std::nullopt;
  if (!PushDigits(fraction, &value.digits)) return std::nullopt;
  value.decimals = static_cast<int>(fraction.size());
  return value;
}

ScaleFit ToMinor(const Decimal& value, int scale, Int128* minor) {
  if (value.decimals > scale) return ScaleFit::kTooManyDecimals;
  const Int128 factor = kPowersOfTen[static_cast<std::size_t>(scale - value.decimals)];
  Int128 result = 0;
  if (__builtin_mul_overflow(value.digits, factor, &result)) return ScaleFit::kOverflow;
  *minor = result;
  return ScaleFit::kFits;
}

void AppendMinor(std::string* out, Int128 minor, int scale) {
  // 39 digits, point, sign; digits are written from the end.
  std::array<char, 48> buffer{};
  char* cursor = buffer.data() + buffer.size();
  // The magnitude of the lowest Int128 does not fit Int128, so it is taken unsigned.
  UInt128 rest = minor < 0 ? UInt128{0} - static_cast<UInt128>(minor) : static_cast<UInt128>(minor);
  int written = 0;
  const auto push = [&](unsigned digit) {
    *--cursor = static_cast<char>('0' + digit);
    if (++written == scale) *--cursor = '.';
  };
  while (rest > UINT64_MAX) {
    push(static_cast<unsigned>(rest % 10));
    rest /= 10;
  }
  auto small = static_cast<std::uint64_t>(rest);
  while (small != 0 || written <= scale) {
    push(static_cast<unsigned>(small % 10));
    small /= 10;
  }
  if (minor < 0) *--cursor = '-';
  out->append(cursor, buffer.data() + buffer.size());
}

std::string FormatMinor(Int128 minor, int scale) {
  std::string text;
  AppendMinor(&text, minor, scale);
  return text;
}

std::string FormatDecimal(const Decimal& value) {
  return FormatMinor(value.digits, value.decimals);
}

}  // namespace florin::domain
