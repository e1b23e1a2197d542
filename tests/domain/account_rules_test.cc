// Goal: opening and changing accounts: what is refused, in which order, and
// what is so already.

#include "domain/account_rules.h"

#include <gtest/gtest.h>

#include "tests/domain/books.h"

namespace florin::domain {
namespace {

constexpr std::int64_t kNow = 5'000;
const std::string kLargest = "170141183460469231731687303715884105727";

OpenAccount Opening() {
  OpenAccount open;
  open.account_id = "a";
  open.owner_id = "o";
  open.asset = "EUR";
  open.type = AccountType::kLiability;
  open.metadata = {{"k", "v"}};
  return open;
}

AccountState Account() {
  static const Asset kEuro{"EUR", 2, ""};
  return DecideOpen(Opening(), &kEuro, 1).after;
}

ChangeAccount Change(AccountChangeKind kind) {
  ChangeAccount change;
  change.kind = kind;
  change.account_id = "a";
  return change;
}

ChangeAccount Update(std::uint8_t mask) {
  ChangeAccount change = Change(AccountChangeKind::kUpdate);
  change.update_mask = mask;
  return change;
}

Reason ReasonOf(const AccountDecision& decision) {
  return decision.refusal ? decision.refusal->reason : Reason::kNone;
}

TEST(OpenAccountTest, OpensActiveAtVersionOne) {
  const Asset euro{"EUR", 2, "Euro"};
  OpenAccount open = Opening();
  open.limits.overdraft_limit = Amount("10");
  open.limits.max_balance = Amount("99.5");
  const AccountDecision decision = DecideOpen(open, &euro, kNow);
  ASSERT_FALSE(decision.refusal);
  const AccountState& account = decision.after;
  EXPECT_EQ(account.status, AccountStatus::kActive);
  EXPECT_EQ(account.version, 1);
  EXPECT_EQ(account.scale, 2);
  EXPECT_EQ(account.open_time, kNow);
  EXPECT_EQ(account.update_time, kNow);
  EXPECT_EQ(account.limits.overdraft_limit, 1'000);
  EXPECT_EQ(account.limits.max_balance, Int128{9'950});
  EXPECT_EQ(account.owner_id, "o");
  EXPECT_EQ(account.metadata, (StringMap{{"k", "v"}}));
  EXPECT_EQ(account.balances, Balances{});
}

TEST(OpenAccountTest, ScaleComesBeforeOverflowAndAssetBeforeBoth) {
  const Asset euro{"EUR", 2, ""};
  OpenAccount open = Opening();
  open.limits.overdraft_limit = Amount(kLargest);
  EXPECT_EQ(ReasonOf(DecideOpen(open, &euro, kNow)), Reason::kAmountOverflow);
  open.limits.max_balance = Amount("1.000");
  EXPECT_EQ(ReasonOf(DecideOpen(open, &euro, kNow)), Reason::kAmountScaleExceeded);
  EXPECT_EQ(ReasonOf(DecideOpen(open, nullptr, kNow)), Reason::kAssetNotFound);
  const Asset whole{"EUR", 0, ""};
  open.limits.max_balance = Amount(kLargest);
  EXPECT_EQ(ReasonOf(DecideOpen(open, &whole, kNow)), Reason::kNone);
}

TEST(ChangeAccountTest, AnUpdateChangesWhatItsMaskNames) {
  AccountState account = Account();
  account.limits.max_balance = 7;
  ChangeAccount update = Update(kUpdateOverdraftLimit | kUpdateOwner);
  update.limits.overdraft_limit = Amount("3");
  update.limits.max_balance = Amount("9");
  update.owner_id = "p";
  update.metadata = {{"other", "1"}};
  const AccountDecision decision = DecideChange(update, account, kNow);
  ASSERT_FALSE(decision.refusal);
  EXPECT_EQ(decision.after.limits.overdraft_limit, 300);
  EXPECT_EQ(decision.after.limits.max_balance, Int128{7});
  EXPECT_EQ(decision.after.owner_id, "p");
  EXPECT_EQ(decision.after.metadata, (StringMap{{"k", "v"}}));
  EXPECT_EQ(decision.after.version, 2);
  EXPECT_EQ(decision.after.update_time, kNow);
  EXPECT_EQ(decision.changed_fields, kUpdateOverdraftLimit | kUpdateOwner);
}

TEST(ChangeAccountTest, ANamedLimitThatIsNotGivenIsCleared) {
  AccountState account = Account();
  account.limits = {500, false, Int128{7}};
  const AccountDecision decision =
      DecideChange(Update(kUpdateOverdraftLimit | kUpdateMaxBalance), account, kNow);
  EXPECT_EQ(decision.after.limits, Limits{});
  EXPECT_EQ(decision.changed_fields, kUpdateOverdraftLimit | kUpdateMaxBalance);
}

TEST(ChangeAccountTest, WhatIsSoAlreadyIsWrittenOnlyToRememberItsId) {
  ChangeAccount same = Update(kUpdateOwner);
  same.owner_id = "o";
  EXPECT_TRUE(DecideChange(same, Account(), kNow).nothing_to_do);
  same.request_id = "r";
  const AccountDecision kept = DecideChange(same, Account(), kNow);
  EXPECT_FALSE(kept.nothing_to_do);
  EXPECT_EQ(kept.after.version, 2);
  EXPECT_EQ(kept.changed_fields, 0);
}

TEST(ChangeAccountTest, ALimitedAndAnUnlimitedOverdraftExcludeEachOther) {
  AccountState account = Account();
  account.limits.overdraft_limit = 100;
  ChangeAccount update = Update(kUpdateUnlimitedOverdraft);
  update.limits.unlimited_overdraft = true;
  EXPECT_EQ(ReasonOf(DecideChange(update, account, kNow)), Reason::kFieldInvalid);
  update.update_mask |= kUpdateOverdraftLimit;
  EXPECT_EQ(ReasonOf(DecideChange(update, account, kNow)), Reason::kNone);
}

TEST(ChangeAccountTest, ReasonsOfAnUpdateComeInTheirOrder) {
  ChangeAccount update = Update(kUpdateOverdraftLimit | kUpdateMaxBalance);
  update.expected_version = 9;
  update.limits.overdraft_limit = Amount("1.000");
  update.limits.max_balance = Amount(kLargest);
  AccountState account = Account();
  account.status = AccountStatus::kClosed;
  EXPECT_EQ(ReasonOf(DecideChange(update, AccountState{}, kNow)), Reason::kAccountNotFound);
  EXPECT_EQ(ReasonOf(DecideChange(update, account, kNow)), Reason::kVersionConflict);
  update.expected_version = 1;
  EXPECT_EQ(ReasonOf(DecideChange(update, account, kNow)), Reason::kAmountScaleExceeded);
  update.limits.overdraft_limit.reset();
  EXPECT_EQ(ReasonOf(DecideChange(update, account, kNow)), Reason::kAccountClosed);
  account.status = AccountStatus::kActive;
  EXPECT_EQ(ReasonOf(DecideChange(update, account, kNow)), Reason::kAmountOverflow);
  update.limits.max_balance.reset();
  EXPECT_EQ(ReasonOf(DecideChange(update, account, kNow)), Reason::kNone);
}

TEST(ChangeAccountTest, SuspendsByScopeAndReactivates) {
  ChangeAccount suspend = Change(AccountChangeKind::kSuspend);
  const AccountState both = DecideChange(suspend, Account(), kNow).after;
  EXPECT_EQ(both.status, AccountStatus::kSuspended);
  EXPECT_EQ(both.suspend_scope, SuspendScope::kBoth);
  EXPECT_EQ(both.version, 2);
  EXPECT_TRUE(DecideChange(suspend, both, kNow).nothing_to_do);
  suspend.scope = SuspendScope::kDebits;
  const AccountState debits = DecideChange(suspend, both, kNow).after;
  EXPECT_EQ(debits.suspend_scope, SuspendScope::kDebits);
  EXPECT_EQ(debits.version, 3);
  const ChangeAccount reactivate = Change(AccountChangeKind::kReactivate);
  const AccountState active = DecideChange(reactivate, debits, kNow).after;
  EXPECT_EQ(active.status, AccountStatus::kActive);
  EXPECT_EQ(active.suspend_scope, SuspendScope::kUnspecified);
  EXPECT_TRUE(DecideChange(reactivate, active, kNow).nothing_to_do);
}

TEST(ChangeAccountTest, AVersionCheckComesBeforeWhatIsSoAlready) {
  ChangeAccount reactivate = Change(AccountChangeKind::kReactivate);
  reactivate.expected_version = 2;
  const AccountDecision off = DecideChange(reactivate, Account(), kNow);
  EXPECT_EQ(ReasonOf(off), Reason::kVersionConflict);
  EXPECT_EQ(off.refusal->metadata,
            (StringMap{{"account_id", "a"}, {"actual", "1"}, {"expected", "2"}}));
}

TEST(ChangeAccountTest, ClosesOnlyWithNothingOnIt) {
  const ChangeAccount close = Change(AccountChangeKind::kClose);
  for (const Balances& left :
       {Balances{0, 1, 0, 0}, Balances{1, 0, 0, 0}, Balances{0, 0, 1, 0}, Balances{0, 0, 0, 1}}) {
    AccountState account = Account();
    account.balances = left;
    EXPECT_EQ(ReasonOf(DecideChange(close, account, kNow)), Reason::kBalanceNotZero);
  }
  AccountState account = Account();
  account.balances = {kAmountMax, kAmountMax, 0, 0};
  account.status = AccountStatus::kSuspended;
  account.suspend_scope = SuspendScope::kBoth;
  const AccountState closed = DecideChange(close, account, kNow).after;
  EXPECT_EQ(closed.status, AccountStatus::kClosed);
  EXPECT_EQ(closed.suspend_scope, SuspendScope::kUnspecified);
  EXPECT_TRUE(DecideChange(close, closed, kNow).nothing_to_do);
  for (const auto kind :
       {AccountChangeKind::kUpdate, AccountChangeKind::kSuspend, AccountChangeKind::kReactivate}) {
    EXPECT_EQ(ReasonOf(DecideChange(Change(kind), closed, kNow)), Reason::kAccountClosed);
  }
}

TEST(BalancesTest, TakeTheirSignFromTheNormalSide) {
  const Balances balances{100, 30, 7, 5};
  EXPECT_EQ(balances.Posted(true), 70);
  EXPECT_EQ(balances.Posted(false), -70);
  EXPECT_EQ(balances.Available(true), 65);
  EXPECT_EQ(balances.Available(false), -77);
  EXPECT_EQ(balances.PostedAndIncoming(true), 77);
  EXPECT_EQ(balances.PostedAndIncoming(false), -65);
  EXPECT_EQ(FloorOf(Limits{7, false, {}}), Int128{-7});
  EXPECT_FALSE(FloorOf(Limits{0, true, {}}));
  for (const AccountType type : {AccountType::kAsset, AccountType::kExpense})
    EXPECT_TRUE(IsDebitNormal(type));
  for (const AccountType type :
       {AccountType::kLiability, AccountType::kEquity, AccountType::kRevenue})
    EXPECT_FALSE(IsDebitNormal(type));
}

}  // namespace
}  // namespace florin::domain
