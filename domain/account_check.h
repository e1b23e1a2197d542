#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/account.h"
#include "domain/legs.h"
#include "domain/reason.h"
#include "domain/transaction.h"

namespace florin::domain {

/// Why one account says no, and where in the command; the lowest of all accounts is the answer.
/// Source: errors.proto, order of checking; docs/adr/0002-command-semantics.md, "Order of
/// refusals".
struct Finding {
  Reason reason = Reason::kNone;
  /// Posting index; version checks count on from there, then balance checks.
  int place = 0;
  Side side = Side::kUnspecified;

  [[nodiscard]] bool Any() const { return reason != Reason::kNone; }
};

/// True if `a` comes before `b` (both are findings of one item).
[[nodiscard]] bool ComesBefore(const Finding& a, const Finding& b);

/// Keeps the earlier of two; "none" is later than anything.
void KeepFirst(const Finding& candidate, Finding* best);

/// Half of a posting: what it does to one account.
struct PartLeg {
  int posting_index = 0;
  Side side = Side::kUnspecified;
  /// Not yet at the account's scale.
  Decimal amount;
  /// Settle only; absent: all of it.
  std::optional<Decimal> settled;
};

/// Everything that one command asks of one account.
struct AccountPart {
  LegAction action = LegAction::kPost;
  /// Create and reverse: status, funds and limits count. The end of a hold always passes.
  bool checks_account = true;
  std::vector<PartLeg> legs;
  std::optional<std::int64_t> expected_version;
  int version_place = 0;
  struct Check {
    const BalanceCheck* check = nullptr;
    int place = 0;
  };
  std::vector<Check> balance_checks;

  void Clear();
};

/// What a command would change on one account.
struct PartEffect {
  Balances delta;
  std::int64_t events = 0;
};

/// A closed interval; exact when both ends are equal.
struct AmountRange {
  Int128 lo = 0;
  Int128 hi = 0;
};

/// What may be true of an account while earlier commands on it are undecided: every combination of
/// their outcomes lies within. Exact when there are none.
///
/// Source: escrow transactional method (O'Neil 1986), interval arithmetic over open commands.
class AccountBounds {
 public:
  /// Exactly this account.
  static AccountBounds Of(const AccountState& account);

  /// An undecided command may or may not have this effect.
  void Open(const PartEffect& effect);
  /// An opened one has happened, or has not.
  void Close(const PartEffect& effect, bool happened);
  /// The effect happens for certain (an earlier command of the same atomic batch).
  void Shift(const PartEffect& effect);

  [[nodiscard]] bool Exact() const { return open_ == 0; }
  /// False while amounts are so large that interval sums could overflow; then only exact bounds
  /// decide.
  [[nodiscard]] bool Usable() const { return Exact() || huge_ == 0; }

  AmountRange available;
  AmountRange posted;
  AmountRange incoming;
  /// Posted + pending of a side.
  AmountRange debits;
  AmountRange credits;
  std::int64_t version_lo = 0;
  std::int64_t version_hi = 0;

 private:
  bool debit_normal_ = false;
  bool base_huge_ = false;
  int open_ = 0;
  int huge_ = 0;

  template <typename F>
  void Each(const PartEffect& effect, F f);
};

/// One account's answer to its part of a command.
struct PartVerdict {
  enum class Kind : std::uint8_t { kYes, kNo, kWait };
  Kind kind = Kind::kYes;
  Finding finding;
  PartEffect effect;
};

/// Decides the part, or says that it depends on undecided earlier commands.
///
/// Ensures: with exact bounds never kWait. kYes / kNo hold for every state within the bounds.
[[nodiscard]] PartVerdict CheckPart(const AccountState& account, const AccountBounds& bounds,
                                    const AccountPart& part);

/// The floor of `available`; nothing if unlimited.
[[nodiscard]] std::optional<Int128> FloorOf(const Limits& limits);

}  // namespace florin::domain
