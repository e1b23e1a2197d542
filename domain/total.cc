#include "domain/total.h"

namespace florin::domain {
namespace {

constexpr std::size_t kLowDigits = 36;
/// 10^36: with another amount below 2^127 on top it still fits 128 bits.
constexpr UInt128 kLowLimit = UInt128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000;

}  // namespace

void Total::Add(Int128 amount) {
  low_ += static_cast<UInt128>(amount);
  if (low_ < kLowLimit) return;
  high_ += static_cast<std::uint64_t>(low_ / kLowLimit);
  low_ %= kLowLimit;
}

std::string Total::Format(int scale) const {
  std::string text = FormatMinor(static_cast<Int128>(low_), scale);
  if (high_ == 0) return text;
  const std::size_t width = kLowDigits + (scale > 0 ? 1 : 0);
  text.insert(0, width - text.size(), '0');
  return std::to_string(high_) + text;
}

void BalanceTotals::Add(const Balances& balances) {
  debits_posted.Add(balances.debits_posted);
  credits_posted.Add(balances.credits_posted);
  debits_pending.Add(balances.debits_pending);
  credits_pending.Add(balances.credits_pending);
}

}  // namespace florin::domain
