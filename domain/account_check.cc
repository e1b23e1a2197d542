#include "domain/account_check.h"

#include <algorithm>

namespace florin::domain {
namespace {

/// Above this, sums over all commands in flight might overflow; then we wait until the state is
/// exact.
constexpr Int128 kIntervalMax = Int128{1} << 108;

bool IsHuge(Int128 value) { return value > kIntervalMax || value < -kIntervalMax; }

/// Clamped: beyond every amount is as good as the true sum for a comparison.
Int128 SaturatingAdd(Int128 a, Int128 b) {
  const auto sum = CheckedAdd(a, b);
  if (sum) return *sum;
  return a > 0 ? kAmountMax : -kAmountMax;
}

/// For intervals that nobody may use any more (AccountBounds::Usable): wraps instead of trapping.
void WrappingAdd(Int128* value, Int128 delta) {
  static_cast<void>(__builtin_add_overflow(*value, delta, value));
}

enum class Tri : std::uint8_t { kNo, kMaybe, kYes };

/// Is value + delta < limit?
Tri IsBelow(const AmountRange& value, Int128 delta, Int128 limit) {
  if (SaturatingAdd(value.hi, delta) < limit) return Tri::kYes;
  return SaturatingAdd(value.lo, delta) < limit ? Tri::kMaybe : Tri::kNo;
}

Tri IsAbove(const AmountRange& value, Int128 delta, Int128 limit) {
  if (SaturatingAdd(value.lo, delta) > limit) return Tri::kYes;
  return SaturatingAdd(value.hi, delta) > limit ? Tri::kMaybe : Tri::kNo;
}

/// Is value + delta beyond what an amount may be? Both are at or above zero here.
Tri Overflows(const AmountRange& value, Int128 delta) {
  if (!CheckedAdd(value.lo, delta)) return Tri::kYes;
  return CheckedAdd(value.hi, delta) ? Tri::kNo : Tri::kMaybe;
}

bool Stops(SuspendScope scope, Side side) {
  if (scope == SuspendScope::kDebits) return side == Side::kDebit;
  if (scope == SuspendScope::kCredits) return side == Side::kCredit;
  return true;
}

/// Walks the reasons in their order; the first that certainly holds ends it, one that may hold
/// makes it wait.
class PartChecker {
 public:
  PartChecker(const AccountState& account, const AccountBounds& bounds, const AccountPart& part)
      : account_(account), bounds_(bounds), part_(part) {}

  PartVerdict Run() {
    // Neither the end of a hold nor the reversal of what was never posted asks anything of
    // accounts; one that is missing belongs to a refused transaction.
    const bool asks = part_.checks_account && (!part_.legs.empty() || part_.expected_version ||
                                               !part_.balance_checks.empty());
    if (!asks && !account_.Exists()) return {};
    CheckExists();
    if (!Decided()) CheckVersion();
    if (!Decided()) ResolveAmounts();
    if (part_.checks_account) {
      if (!Decided()) CheckStatus();
      if (!Decided()) CheckOverflow();
      if (!Decided()) CheckFunds();
      if (!Decided()) CheckLimit();
    }
    PartVerdict verdict;
    if (found_.Any()) {
      verdict.kind = maybe_ ? PartVerdict::Kind::kWait : PartVerdict::Kind::kNo;
      verdict.finding = found_;
      return verdict;
    }
    verdict.kind = maybe_ ? PartVerdict::Kind::kWait : PartVerdict::Kind::kYes;
    verdict.effect = effect_;
    return verdict;
  }

 private:
  /// A "maybe" ends the walk as well: whatever is found behind it would not be certain.
  [[nodiscard]] bool Decided() const { return maybe_ || found_.Any(); }

  void Report(Reason reason, int place, Side side) {
    KeepFirst(Finding{reason, place, side}, &found_);
  }

  void Note(Tri holds, Reason reason, int place, Side side) {
    if (!bounds_.Usable() || holds == Tri::kMaybe) {
      maybe_ = true;
    } else if (holds == Tri::kYes) {
      Report(reason, place, side);
    }
  }

  void CheckExists() {
    if (account_.Exists()) return;
    const auto [place, side] = FirstMention();
    Report(Reason::kAccountNotFound, place, side);
  }

  [[nodiscard]] std::pair<int, Side> FirstMention() const {
    if (!part_.legs.empty()) return {part_.legs.front().posting_index, part_.legs.front().side};
    if (part_.expected_version) return {part_.version_place, Side::kUnspecified};
    if (!part_.balance_checks.empty())
      return {part_.balance_checks.front().place, Side::kUnspecified};
    return {0, Side::kUnspecified};
  }

  void CheckVersion() {
    if (!part_.expected_version) return;
    const std::int64_t expected = *part_.expected_version;
    if (bounds_.version_lo == bounds_.version_hi) {
      if (expected != bounds_.version_lo)
        Report(Reason::kVersionConflict, part_.version_place, Side::kUnspecified);
      return;
    }
    if (expected < bounds_.version_lo || expected > bounds_.version_hi) {
      Report(Reason::kVersionConflict, part_.version_place, Side::kUnspecified);
      return;
    }
    maybe_ = true;
  }

  /// Amounts at the account's scale: adds them up per side, remembers what does not fit.
  void ResolveAmounts() {
    for (const PartLeg& leg : part_.legs) ResolveLeg(leg);
    for (const auto& check : part_.balance_checks) {
      Resolve(check.check->min_available, check.place, Side::kUnspecified);
      Resolve(check.check->max_posted, check.place, Side::kUnspecified);
    }
    if (scale_.Any()) found_ = scale_;
  }

  std::optional<Int128> Resolve(const std::optional<Decimal>& amount, int place, Side side) {
    if (!amount) return std::nullopt;
    Int128 minor = 0;
    switch (ToMinor(*amount, account_.scale, &minor)) {
      case ScaleFit::kFits:
        return minor;
      case ScaleFit::kTooManyDecimals:
        KeepFirst(Finding{Reason::kAmountScaleExceeded, place, side}, &scale_);
        break;
      case ScaleFit::kOverflow:
        KeepFirst(Finding{Reason::kAmountOverflow, place, side}, &overflow_);
        break;
    }
    return std::nullopt;
  }

  void ResolveLeg(const PartLeg& leg) {
    const auto amount = Resolve(leg.amount, leg.posting_index, leg.side);
    if (!amount) return;
    const bool debit = leg.side == Side::kDebit;
    Int128& posted = debit ? effect_.delta.debits_posted : effect_.delta.credits_posted;
    Int128& pending = debit ? effect_.delta.debits_pending : effect_.delta.credits_pending;
    switch (part_.action) {
      case LegAction::kPost:
        Add(*amount, &posted);
        ++effect_.events;
        break;
      case LegAction::kHold:
        Add(*amount, &pending);
        ++effect_.events;
        break;
      case LegAction::kSettle: {
        // More than was held is refused for the whole transaction elsewhere; here it must only stay
        // within the amount.
        const Int128 moved = std::min(SettledOf(leg, *amount), *amount);
        posted += moved;
        pending -= *amount;
        effect_.events += (moved > 0 ? 2 : 0) + (moved < *amount ? 1 : 0);
        break;
      }
      case LegAction::kRelease:
        pending -= *amount;
        ++effect_.events;
        break;
    }
  }

  [[nodiscard]] Int128 SettledOf(const PartLeg& leg, Int128 amount) const {
    if (!leg.settled) return amount;
    Int128 minor = 0;
    return ToMinor(*leg.settled, account_.scale, &minor) == ScaleFit::kFits ? minor : 0;
  }

  void Add(Int128 amount, Int128* sum) {
    const auto total = CheckedAdd(*sum, amount);
    if (total) {
      *sum = *total;
    } else {
      KeepFirst(Finding{Reason::kAmountOverflow, part_.legs.front().posting_index,
                        part_.legs.front().side},
                &overflow_);
    }
  }

  void CheckStatus() {
    if (account_.status == AccountStatus::kClosed && !part_.legs.empty()) {
      Report(Reason::kAccountClosed, part_.legs.front().posting_index, part_.legs.front().side);
      return;
    }
    if (account_.status != AccountStatus::kSuspended) return;
    for (const PartLeg& leg : part_.legs) {
      if (!Stops(account_.suspend_scope, leg.side)) continue;
      Report(Reason::kAccountSuspended, leg.posting_index, leg.side);
      return;
    }
  }

  void CheckOverflow() {
    if (overflow_.Any()) {
      found_ = overflow_;
      return;
    }
    if (part_.legs.empty()) return;
    const auto [place, side] = FirstMention();
    Note(Overflows(bounds_.debits, effect_.delta.debits_posted + effect_.delta.debits_pending),
         Reason::kAmountOverflow, place, side);
    if (Decided()) return;
    Note(Overflows(bounds_.credits, effect_.delta.credits_posted + effect_.delta.credits_pending),
         Reason::kAmountOverflow, place, side);
  }

  /// Where a finding on the account as a whole stands.
  [[nodiscard]] std::pair<int, Side> PlaceOf(const AccountPart::Check& check) const {
    if (!part_.legs.empty()) return {part_.legs.front().posting_index, part_.legs.front().side};
    return {check.place, Side::kUnspecified};
  }

  void CheckFunds() {
    const Int128 delta = effect_.delta.Available(account_.DebitNormal());
    const auto floor = FloorOf(account_.limits);
    if (delta < 0 && floor) {
      const auto [place, side] = FirstMention();
      Note(IsBelow(bounds_.available, delta, *floor), Reason::kInsufficientFunds, place, side);
    }
    for (const auto& check : part_.balance_checks) {
      if (Decided()) return;
      Int128 minimum = 0;
      if (!check.check->min_available) continue;
      if (ToMinor(*check.check->min_available, account_.scale, &minimum) != ScaleFit::kFits)
        continue;
      const auto [place, side] = PlaceOf(check);
      Note(IsBelow(bounds_.available, delta, minimum), Reason::kInsufficientFunds, place, side);
    }
  }

  void CheckLimit() {
    const Int128 incoming = effect_.delta.PostedAndIncoming(account_.DebitNormal());
    if (incoming > 0 && account_.limits.max_balance) {
      const auto [place, side] = FirstMention();
      Note(IsAbove(bounds_.incoming, incoming, *account_.limits.max_balance),
           Reason::kBalanceLimitExceeded, place, side);
    }
    const Int128 posted = effect_.delta.Posted(account_.DebitNormal());
    for (const auto& check : part_.balance_checks) {
      if (Decided()) return;
      Int128 maximum = 0;
      if (!check.check->max_posted) continue;
      if (ToMinor(*check.check->max_posted, account_.scale, &maximum) != ScaleFit::kFits) continue;
      const auto [place, side] = PlaceOf(check);
      Note(IsAbove(bounds_.posted, posted, maximum), Reason::kBalanceLimitExceeded, place, side);
    }
  }

  const AccountState& account_;
  const AccountBounds& bounds_;
  const AccountPart& part_;
  PartEffect effect_;
  Finding scale_;
  Finding overflow_;
  Finding found_;
  bool maybe_ = false;
};

}  // namespace

bool ComesBefore(const Finding& a, const Finding& b) {
  if (!a.Any() || !b.Any()) return a.Any();
  if (a.reason != b.reason) return RankOf(a.reason) < RankOf(b.reason);
  if (a.place != b.place) return a.place < b.place;
  return a.side < b.side;
}

void KeepFirst(const Finding& candidate, Finding* best) {
  if (candidate.Any() && ComesBefore(candidate, *best)) *best = candidate;
}

void AccountPart::Clear() {
  legs.clear();
  balance_checks.clear();
  expected_version.reset();
  checks_account = true;
}

PartVerdict CheckPart(const AccountState& account, const AccountBounds& bounds,
                      const AccountPart& part) {
  return PartChecker(account, bounds, part).Run();
}

std::optional<Int128> FloorOf(const Limits& limits) {
  if (limits.unlimited_overdraft) return std::nullopt;
  return -limits.overdraft_limit;
}

AccountBounds AccountBounds::Of(const AccountState& account) {
  AccountBounds bounds;
  const Balances& balances = account.balances;
  const bool debit_normal = account.DebitNormal();
  bounds.debit_normal_ = debit_normal;
  const auto exactly = [](Int128 value) { return AmountRange{value, value}; };
  bounds.available = exactly(balances.Available(debit_normal));
  bounds.posted = exactly(balances.Posted(debit_normal));
  bounds.incoming = exactly(balances.PostedAndIncoming(debit_normal));
  bounds.debits = exactly(balances.debits_posted + balances.debits_pending);
  bounds.credits = exactly(balances.credits_posted + balances.credits_pending);
  bounds.version_lo = bounds.version_hi = account.version;
  bounds.base_huge_ = IsHuge(bounds.debits.lo) || IsHuge(bounds.credits.lo);
  bounds.huge_ = bounds.base_huge_ ? 1 : 0;
  return bounds;
}

template <typename F>
void AccountBounds::Each(const PartEffect& effect, F f) {
  const Balances& delta = effect.delta;
  f(&available, delta.Available(debit_normal_));
  f(&posted, delta.Posted(debit_normal_));
  f(&incoming, delta.PostedAndIncoming(debit_normal_));
  f(&debits, delta.debits_posted + delta.debits_pending);
  f(&credits, delta.credits_posted + delta.credits_pending);
}

void AccountBounds::Open(const PartEffect& effect) {
  ++open_;
  bool huge = false;
  Each(effect, [&](AmountRange*, Int128 value) { huge = huge || IsHuge(value); });
  if (huge) {
    // The intervals are not widened by it; until it is closed they are not usable anyway.
    ++huge_;
  } else {
    Each(effect, [](AmountRange* range, Int128 value) {
      WrappingAdd(&range->lo, std::min<Int128>(0, value));
      WrappingAdd(&range->hi, std::max<Int128>(0, value));
    });
  }
  version_hi += effect.events;
}

void AccountBounds::Close(const PartEffect& effect, bool happened) {
  --open_;
  bool huge = false;
  Each(effect, [&](AmountRange*, Int128 value) { huge = huge || IsHuge(value); });
  if (huge) --huge_;
  Each(effect, [&](AmountRange* range, Int128 value) {
    const Int128 low = std::min<Int128>(0, value);
    const Int128 high = std::max<Int128>(0, value);
    if (huge) {
      // It was not in the intervals: it enters whole or not at all.
      if (!happened) return;
      WrappingAdd(&range->lo, value);
      WrappingAdd(&range->hi, value);
    } else if (happened) {
      WrappingAdd(&range->lo, high);
      WrappingAdd(&range->hi, low);
    } else {
      WrappingAdd(&range->lo, -low);
      WrappingAdd(&range->hi, -high);
    }
  });
  if (happened) {
    version_lo += effect.events;
    if (huge && !base_huge_) {
      base_huge_ = true;
      ++huge_;
    }
  } else {
    version_hi -= effect.events;
  }
}

void AccountBounds::Shift(const PartEffect& effect) {
  Each(effect, [](AmountRange* range, Int128 value) {
    WrappingAdd(&range->lo, value);
    WrappingAdd(&range->hi, value);
  });
  version_lo += effect.events;
  version_hi += effect.events;
}

}  // namespace florin::domain
