// Goal: an account that votes on intervals votes as it would under every
// combination of outcomes. Method: random open effects, random parts, all 2^k
// combinations by brute force on exact states.

#include <gtest/gtest.h>

#include <iostream>
#include <vector>

#include "domain/account_check.h"
#include "tests/support/random_source.h"

namespace florin::domain {
namespace {

class AccountBoundsTest : public ::testing::Test {
 protected:
  AccountBoundsTest() : seed_(test_support::SeedFromEnvironment()) {
    std::cout << "FLORIN_TEST_SEED=" << seed_ << "\n";
  }

  Int128 SomeMinor() {
    const Int128 small = random_.Between(0, 40);
    if (!huge_ || random_.Percent(40)) return small;
    // Up to the edge and a little off it.
    const Int128 power = Int128{1} << (random_.Percent(60) ? 126 : random_.Between(104, 126));
    return power - 20 + small;
  }

  AccountState SomeAccount() {
    AccountState account;
    account.account_id = "a";
    account.asset = "EUR";
    account.scale = static_cast<int>(random_.Between(0, 2));
    account.type = random_.Percent(50) ? AccountType::kAsset : AccountType::kLiability;
    account.status = AccountStatus::kActive;
    if (random_.Percent(10)) {
      account.status = AccountStatus::kSuspended;
      account.suspend_scope = static_cast<SuspendScope>(random_.Between(1, 3));
    }
    account.version = random_.Between(1, 5);
    Balances& balances = account.balances;
    balances.debits_posted = SomeMinor();
    balances.credits_posted = SomeMinor();
    balances.debits_pending = SomeMinor() / 4;
    balances.credits_pending = SomeMinor() / 4;
    if (random_.Percent(huge_ ? 70 : 30)) account.limits.unlimited_overdraft = true;
    if (!account.limits.unlimited_overdraft && random_.Percent(50))
      account.limits.overdraft_limit = SomeMinor();
    if (random_.Percent(50)) account.limits.max_balance = SomeMinor();
    return account;
  }

  AccountPart SomePart(const AccountState& account) {
    AccountPart part;
    part.action = random_.Percent(60) ? LegAction::kPost : LegAction::kHold;
    for (std::int64_t i = random_.Between(0, 3); i > 0; --i) {
      PartLeg leg;
      leg.posting_index = static_cast<int>(part.legs.size());
      leg.side = random_.Percent(50) ? Side::kDebit : Side::kCredit;
      leg.amount = Decimal{SomeMinor() + 1, account.scale};
      part.legs.push_back(leg);
    }
    if (random_.Percent(15) || part.legs.empty()) part.expected_version = random_.Between(1, 12);
    part.version_place = 3;
    if (random_.Percent(25)) {
      check_ = {};
      check_.account_id = "a";
      if (random_.Percent(50))
        check_.min_available =
            Decimal{random_.Percent(50) ? SomeMinor() : -SomeMinor(), account.scale};
      if (random_.Percent(50)) check_.max_posted = Decimal{SomeMinor(), account.scale};
      part.balance_checks.push_back({&check_, 4});
    }
    return part;
  }

  static void Apply(const PartEffect& effect, AccountState* account) {
    account->balances.debits_posted += effect.delta.debits_posted;
    account->balances.credits_posted += effect.delta.credits_posted;
    account->balances.debits_pending += effect.delta.debits_pending;
    account->balances.credits_pending += effect.delta.credits_pending;
    account->version += effect.events;
  }

  /// The end of a hold of the account, if it has something pending.
  std::optional<PartEffect> SomeRelease(const Balances& pending) {
    PartEffect effect;
    effect.events = 1;
    if (pending.debits_pending > 0) {
      effect.delta.debits_pending = -1 - (pending.debits_pending - 1) / 2;
    } else if (pending.credits_pending > 0) {
      effect.delta.credits_pending = -1 - (pending.credits_pending - 1) / 2;
    } else {
      return std::nullopt;
    }
    if (random_.Percent(50)) return effect;
    // Settled: what was pending is posted.
    effect.events = 2;
    effect.delta.debits_posted = -effect.delta.debits_pending;
    effect.delta.credits_posted = -effect.delta.credits_pending;
    return effect;
  }

  /// Effects that the account voted yes on, one after another, as an actor
  /// does: each was certain whatever became of those before.
  void OpenSome(std::int64_t count) {
    Balances pending = account_.balances;
    for (std::int64_t i = 0; i < count * 3; ++i) {
      if (static_cast<std::int64_t>(open_.size()) == count) return;
      PartEffect effect;
      const auto release = random_.Percent(30) ? SomeRelease(pending) : std::nullopt;
      if (release) {
        effect = *release;
        pending.debits_pending += effect.delta.debits_pending;
        pending.credits_pending += effect.delta.credits_pending;
      } else {
        const PartVerdict verdict = CheckPart(account_, bounds_, SomePart(account_));
        if (verdict.kind != PartVerdict::Kind::kYes) continue;
        if (verdict.effect.events == 0) continue;
        effect = verdict.effect;
      }
      bounds_.Open(effect);
      open_.push_back(effect);
    }
  }

  /// What the account would say exactly, for a combination of outcomes.
  PartVerdict Under(std::size_t combination, const AccountPart& part) {
    AccountState exact = account_;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if ((combination >> i & 1) != 0) Apply(open_[i], &exact);
    }
    const PartVerdict verdict = CheckPart(exact, AccountBounds::Of(exact), part);
    EXPECT_NE(verdict.kind, PartVerdict::Kind::kWait) << "on an exact state";
    return verdict;
  }

  static bool Same(const PartVerdict& a, const PartVerdict& b) {
    return a.kind == b.kind && a.finding.reason == b.finding.reason &&
           a.finding.place == b.finding.place && a.finding.side == b.finding.side &&
           (a.kind != PartVerdict::Kind::kYes ||
            (a.effect.delta == b.effect.delta && a.effect.events == b.effect.events));
  }

  void NewCase() {
    huge_ = random_.Percent(40);
    account_ = SomeAccount();
    bounds_ = AccountBounds::Of(account_);
    open_.clear();
  }

  void CheckAgainstEveryCombination() {
    const AccountPart part = SomePart(account_);
    const PartVerdict vote = CheckPart(account_, bounds_, part);
    if (vote.kind == PartVerdict::Kind::kWait) {
      ++waits_;
      ASSERT_FALSE(open_.empty()) << "waits though nothing is open";
      return;
    }
    ++votes_[vote.finding.reason];
    for (std::size_t c = 0; c < (std::size_t{1} << open_.size()); ++c) {
      ASSERT_TRUE(Same(Under(c, part), vote))
          << "combination " << c << " of " << open_.size() << " says "
          << InfoOf(Under(c, part).finding.reason).name << ", the vote is "
          << InfoOf(vote.finding.reason).name;
    }
  }

  std::uint64_t seed_;
  test_support::RandomSource random_{seed_};
  bool huge_ = false;
  AccountState account_;
  AccountBounds bounds_;
  std::vector<PartEffect> open_;
  BalanceCheck check_;
  std::map<Reason, int> votes_;
  int waits_ = 0;
};

TEST_F(AccountBoundsTest, VotesAsUnderEveryCombinationOfOutcomes) {
  for (int i = 0; i < 20'000 && !HasFatalFailure(); ++i) {
    NewCase();
    OpenSome(random_.Between(0, 8));
    CheckAgainstEveryCombination();
  }
  for (const auto& [reason, count] : votes_) {
    std::cout << InfoOf(reason).name << " " << count << "\n";
  }
  std::cout << "waits " << waits_ << "\n";
  // It must be worth its while, and meet every refusal.
  EXPECT_GT(votes_[Reason::kNone], 1'000);
  EXPECT_GT(waits_, 500);
  for (const Reason reason :
       {Reason::kVersionConflict, Reason::kAccountSuspended, Reason::kAmountOverflow,
        Reason::kInsufficientFunds, Reason::kBalanceLimitExceeded}) {
    EXPECT_GT(votes_[reason], 100) << InfoOf(reason).name;
  }
}

TEST_F(AccountBoundsTest, StaysRightWhileOutcomesComeInAnyOrder) {
  for (int i = 0; i < 10'000 && !HasFatalFailure(); ++i) {
    NewCase();
    OpenSome(random_.Between(1, 6));
    while (!open_.empty()) {
      const auto decided = open_.begin() + static_cast<std::ptrdiff_t>(random_.Below(open_.size()));
      const bool happened = random_.Percent(50);
      bounds_.Close(*decided, happened);
      if (happened) Apply(*decided, &account_);
      open_.erase(decided);
      CheckAgainstEveryCombination();
      if (HasFatalFailure()) return;
    }
    // All known: what was left of the intervals is the state itself.
    ASSERT_TRUE(bounds_.Exact());
    const AccountBounds exact = AccountBounds::Of(account_);
    ASSERT_EQ(bounds_.version_lo, account_.version);
    ASSERT_EQ(bounds_.version_hi, account_.version);
    ASSERT_TRUE(bounds_.available.lo == exact.available.lo &&
                bounds_.available.hi == exact.available.hi);
    ASSERT_TRUE(bounds_.debits.lo == exact.debits.lo && bounds_.debits.hi == exact.debits.hi);
    ASSERT_TRUE(bounds_.incoming.lo == exact.incoming.lo &&
                bounds_.incoming.hi == exact.incoming.hi);
  }
}

TEST_F(AccountBoundsTest, ShiftsByWhatHappensForCertain) {
  AccountState account = SomeAccount();
  account.balances = {100, 50, 5, 5};
  AccountBounds bounds = AccountBounds::Of(account);
  const PartEffect effect{{10, 0, 3, 0}, 2};
  bounds.Shift(effect);
  Apply(effect, &account);
  const AccountBounds expected = AccountBounds::Of(account);
  EXPECT_TRUE(bounds.Exact());
  EXPECT_TRUE(bounds.available.lo == expected.available.lo);
  EXPECT_TRUE(bounds.posted.hi == expected.posted.hi);
  EXPECT_TRUE(bounds.credits.lo == expected.credits.lo);
  EXPECT_EQ(bounds.version_lo, account.version);
}

}  // namespace
}  // namespace florin::domain
