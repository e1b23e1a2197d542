#pragma once

#include <cstdint>
#include <string>

#include "domain/account.h"
#include "domain/amount.h"

namespace florin::domain {

/// A sum of amounts at or above zero. One side of an account fits 127 bits, the
/// sum over many accounts need not.
///
/// Units: minor units of one asset.
class Total {
 public:
  /// Requires: `amount` is not below zero; at most 2^56 amounts.
  void Add(Int128 amount);

  friend bool operator==(const Total&, const Total&) = default;

  /// Text with exactly `scale` decimals, as FormatMinor's.
  [[nodiscard]] std::string Format(int scale) const;

 private:
  // low_ holds the last 36 decimal digits, so that text needs no long division.
  UInt128 low_ = 0;
  std::uint64_t high_ = 0;
};

/// What accounts of one asset hold together.
struct BalanceTotals {
  Total debits_posted;
  Total credits_posted;
  Total debits_pending;
  Total credits_pending;

  void Add(const Balances& balances);
  friend bool operator==(const BalanceTotals&, const BalanceTotals&) = default;
};

}  // namespace florin::domain
