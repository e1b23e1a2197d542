// Goal: creates, holds and reversals on exact states: what is refused, with
// which reason, at which boundary, and what is left behind. Given, when, then.

#include "domain/decide.h"

#include <gtest/gtest.h>

#include "tests/domain/books.h"

namespace florin::domain {
namespace {

class DecideTest : public ::testing::Test {
 protected:
  DecideTest() {
    books_.OpenWorld("cash");
    for (const char* id : {"a", "b", "c"}) books_.Open(id);
    books_.OpenWorld("yen", "JPY", 0);
    books_.Given(Post("start", "cash", "a", "100"));
  }
  Books books_;
};

TEST_F(DecideTest, PostsToBothSidesAndCountsVersions) {
  const TransactionPtr posted = books_.Given(Post("t", "a", "b", "100.00"));
  EXPECT_EQ(posted->status, TransactionStatus::kPosted);
  EXPECT_EQ(posted->commit_time, Books::kTime);
  EXPECT_EQ(posted->version, 1);
  EXPECT_EQ(posted->postings[0].amount.digits, 10'000);
  EXPECT_EQ(posted->postings[0].amount.decimals, 2);
  EXPECT_EQ(books_.Posted("a"), "0.00");
  EXPECT_EQ(books_.Posted("b"), "100.00");
  EXPECT_EQ(books_.Account("a").version, 3);
  EXPECT_EQ(books_.Account("b").version, 2);
}

TEST_F(DecideTest, ARefusedCommandChangesNothing) {
  EXPECT_EQ(books_.ReasonOf(And(Post("t", "a", "b", "1"), "a", "c", "100")),
            Reason::kInsufficientFunds);
  EXPECT_EQ(books_.Posted("a"), "100.00");
  EXPECT_EQ(books_.Posted("b"), "0.00");
  EXPECT_EQ(books_.Account("a").version, 2);
  EXPECT_EQ(books_.Find("t"), nullptr);
}

TEST_F(DecideTest, FundsReachExactlyToTheFloor) {
  EXPECT_EQ(books_.ReasonOf(Post("t1", "a", "b", "100.01")), Reason::kInsufficientFunds);
  EXPECT_EQ(books_.ReasonOf(Post("t2", "a", "b", "100.00")), Reason::kNone);
  books_.Account("a").limits.overdraft_limit = 500;
  EXPECT_EQ(books_.ReasonOf(Post("t3", "a", "b", "5.01")), Reason::kInsufficientFunds);
  EXPECT_EQ(books_.ReasonOf(Post("t4", "a", "b", "5.00")), Reason::kNone);
  EXPECT_EQ(books_.Posted("a"), "-5.00");
  books_.Account("a").limits.unlimited_overdraft = true;
  EXPECT_EQ(books_.ReasonOf(Post("t5", "a", "b", "1000000")), Reason::kNone);
}

TEST_F(DecideTest, AnAccountOfTheOtherKindFallsByCredits) {
  books_.Open("till", AccountType::kAsset);
  EXPECT_EQ(books_.ReasonOf(Post("t1", "a", "till", "1")), Reason::kInsufficientFunds);
  EXPECT_EQ(books_.ReasonOf(Post("t2", "till", "a", "1")), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(Post("t3", "a", "till", "1")), Reason::kNone);
}

TEST_F(DecideTest, PostingsOfOneAccountAreNetted) {
  // In between b would be far below zero.
  EXPECT_EQ(books_.ReasonOf(And(Post("t1", "b", "c", "500"), "cash", "b", "500")), Reason::kNone);
  EXPECT_EQ(books_.Posted("b"), "0.00");
  EXPECT_EQ(books_.Account("b").version, 3);
  EXPECT_EQ(books_.ReasonOf(And(Post("t2", "b", "c", "500.01"), "cash", "b", "500")),
            Reason::kInsufficientFunds);
  EXPECT_EQ(books_.ReasonOf(And(Post("t3", "a", "b", "60"), "a", "c", "60")),
            Reason::kInsufficientFunds);
}

TEST_F(DecideTest, WhatIsBelowTheFloorAlreadyMayGrow) {
  books_.Account("a").limits.unlimited_overdraft = true;
  books_.Given(Post("t1", "a", "b", "150"));
  books_.Account("a").limits.unlimited_overdraft = false;
  // Tighter than the balance: up is fine, level too, down is not.
  EXPECT_EQ(books_.ReasonOf(Post("t2", "cash", "a", "10")), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(And(Post("t3", "a", "b", "10"), "cash", "a", "10")), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(Post("t4", "a", "b", "0.01")), Reason::kInsufficientFunds);
}

TEST_F(DecideTest, TheBalanceLimitReachesExactlyToItsValue) {
  books_.Account("b").limits.max_balance = 5'000;
  EXPECT_EQ(books_.ReasonOf(Post("t1", "a", "b", "50.01")), Reason::kBalanceLimitExceeded);
  EXPECT_EQ(books_.ReasonOf(Post("t2", "a", "b", "50.00")), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(Post("t3", "a", "b", "0.01")), Reason::kBalanceLimitExceeded);
  books_.Account("b").limits.max_balance = 0;
  // Tighter than the balance: down is fine, level too.
  EXPECT_EQ(books_.ReasonOf(Post("t4", "b", "c", "10")), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(And(Post("t5", "b", "c", "1"), "a", "b", "1")), Reason::kNone);
}

TEST_F(DecideTest, HoldsCountAgainstFundsAndLimitWhenTheyAreMade) {
  books_.Account("b").limits.max_balance = 6'000;
  const TransactionPtr held = books_.Given(Hold("h", "a", "b", "60"));
  EXPECT_EQ(held->status, TransactionStatus::kPending);
  EXPECT_EQ(books_.Posted("a"), "100.00");
  EXPECT_EQ(books_.Available("a"), "40.00");
  EXPECT_EQ(books_.Available("b"), "0.00");
  EXPECT_EQ(books_.ReasonOf(Post("t1", "a", "c", "40.01")), Reason::kInsufficientFunds);
  EXPECT_EQ(books_.ReasonOf(Post("t2", "a", "b", "0.01")), Reason::kBalanceLimitExceeded);
  // Suspended, closed to credits: the end of a hold asks nothing.
  books_.Account("a").status = AccountStatus::kSuspended;
  books_.Account("b").limits.max_balance = 0;
  EXPECT_EQ(books_.ReasonOf(Settle("h")), Reason::kNone);
  EXPECT_EQ(books_.Posted("b"), "60.00");
}

TEST_F(DecideTest, SuspensionStopsOnlyItsSide) {
  struct Case {
    SuspendScope scope;
    Reason out;
    Reason in;
  };
  int id = 0;
  for (const Case& c :
       {Case{SuspendScope::kBoth, Reason::kAccountSuspended, Reason::kAccountSuspended},
        Case{SuspendScope::kDebits, Reason::kAccountSuspended, Reason::kNone},
        Case{SuspendScope::kCredits, Reason::kNone, Reason::kAccountSuspended}}) {
    books_.Account("a").status = AccountStatus::kSuspended;
    books_.Account("a").suspend_scope = c.scope;
    const std::string n = std::to_string(++id);
    EXPECT_EQ(books_.ReasonOf(Post("o" + n, "a", "b", "1")), c.out);
    EXPECT_EQ(books_.ReasonOf(Post("i" + n, "cash", "a", "1")), c.in);
    // Named only by a check: its status does not matter.
    EXPECT_EQ(books_.ReasonOf(WithMinAvailable(Post("c" + n, "cash", "b", "1"), "a", "1")),
              Reason::kNone);
  }
}

TEST_F(DecideTest, AClosedAccountTakesNothingButMayBeChecked) {
  books_.Account("c").status = AccountStatus::kClosed;
  EXPECT_EQ(books_.ReasonOf(Post("t1", "a", "c", "1")), Reason::kAccountClosed);
  EXPECT_EQ(books_.ReasonOf(Post("t2", "c", "a", "1")), Reason::kAccountClosed);
  EXPECT_EQ(books_.ReasonOf(WithMaxPosted(Post("t3", "a", "b", "1"), "c", "0")), Reason::kNone);
}

TEST_F(DecideTest, UnknownAccountsAreFoundWhereverTheyAreNamed) {
  EXPECT_EQ(books_.ReasonOf(Post("t1", "x", "b", "1")), Reason::kAccountNotFound);
  EXPECT_EQ(books_.ReasonOf(Post("t2", "a", "x", "1")), Reason::kAccountNotFound);
  EXPECT_EQ(books_.ReasonOf(WithVersion(Post("t3", "a", "b", "1"), "x", 1)),
            Reason::kAccountNotFound);
  EXPECT_EQ(books_.ReasonOf(WithMinAvailable(Post("t4", "a", "b", "1"), "x", "1")),
            Reason::kAccountNotFound);
}

TEST_F(DecideTest, AssetsMustBeTheSameWithinAPosting) {
  const CommandDecision mixed = books_.Do(Post("t1", "a", "yen", "1"));
  ASSERT_TRUE(mixed.refusal);
  EXPECT_EQ(mixed.refusal->reason, Reason::kAssetMismatch);
  EXPECT_EQ(mixed.refusal->metadata, (StringMap{{"account_id", "yen"},
                                                {"asset", "JPY"},
                                                {"other_account_id", "a"},
                                                {"other_asset", "EUR"}}));
  // Two postings, each of its own asset.
  books_.Open("y", AccountType::kLiability, "JPY", 0);
  EXPECT_EQ(books_.ReasonOf(And(Post("t2", "a", "b", "1.50"), "yen", "y", "7")), Reason::kNone);
  EXPECT_EQ(books_.Posted("y"), "7");
}

TEST_F(DecideTest, AmountsHaveNoMoreDecimalsThanTheAsset) {
  EXPECT_EQ(books_.ReasonOf(Post("t1", "a", "b", "1.000")), Reason::kAmountScaleExceeded);
  EXPECT_EQ(books_.ReasonOf(Post("t2", "a", "b", "1.00")), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(WithMinAvailable(Post("t3", "a", "b", "1"), "a", "1.000")),
            Reason::kAmountScaleExceeded);
  EXPECT_EQ(books_.ReasonOf(WithMaxPosted(Post("t4", "a", "b", "1"), "c", "1.000")),
            Reason::kAmountScaleExceeded);
  books_.OpenWorld("fine", "WEI", 18);
  books_.Open("f", AccountType::kLiability, "WEI", 18);
  EXPECT_EQ(books_.ReasonOf(Post("t5", "fine", "f", "0.000000000000000001")), Reason::kNone);
  EXPECT_EQ(books_.Posted("f"), "0.000000000000000001");
}

TEST_F(DecideTest, TheLargestAmountFitsAndNotOneMore) {
  books_.OpenWorld("max", "BIG", 0);
  books_.Open("m", AccountType::kLiability, "BIG", 0);
  const std::string largest = "170141183460469231731687303715884105727";
  EXPECT_EQ(books_.ReasonOf(Post("t1", "max", "m", largest)), Reason::kNone);
  EXPECT_EQ(books_.Posted("m"), largest);
  EXPECT_EQ(books_.ReasonOf(Post("t2", "max", "m", "1")), Reason::kAmountOverflow);
  // The other side of both is still empty.
  EXPECT_EQ(books_.ReasonOf(Post("t3", "m", "max", largest)), Reason::kNone);
  EXPECT_EQ(books_.Posted("m"), "0");
  EXPECT_EQ(books_.ReasonOf(Post("t4", "m", "max", "1")), Reason::kAmountOverflow);
}

TEST_F(DecideTest, OverflowCountsPendingAndTheWholeTransaction) {
  books_.OpenWorld("max", "BIG", 0);
  books_.OpenWorld("m", "BIG", 0);
  const std::string half = "85070591730234615865843651857942052864";
  EXPECT_EQ(books_.ReasonOf(And(Post("t1", "max", "m", half), "max", "m", half)),
            Reason::kAmountOverflow);
  EXPECT_EQ(books_.ReasonOf(Hold("t2", "max", "m", half)), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(Post("t3", "max", "m", half)), Reason::kAmountOverflow);
  EXPECT_EQ(books_.ReasonOf(Void("t2")), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(Post("t4", "max", "m", half)), Reason::kNone);
  // It fits as it is written, not at the asset's scale.
  EXPECT_EQ(books_.ReasonOf(Post("t5", "cash", "a", "170141183460469231731687303715884105727")),
            Reason::kAmountOverflow);
}

TEST_F(DecideTest, VersionsAreCheckedExactly) {
  const CommandDecision off = books_.Do(WithVersion(Post("t1", "a", "b", "1"), "a", 1));
  ASSERT_TRUE(off.refusal);
  EXPECT_EQ(off.refusal->reason, Reason::kVersionConflict);
  EXPECT_EQ(off.refusal->metadata,
            (StringMap{{"account_id", "a"}, {"actual", "2"}, {"expected", "1"}}));
  EXPECT_FALSE(off.refusal->Recorded());
  EXPECT_EQ(books_.ReasonOf(WithVersion(Post("t2", "a", "b", "1"), "a", 2)), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(WithVersion(Post("t3", "a", "b", "1"), "cash", 2)), Reason::kNone);
}

TEST_F(DecideTest, BalanceChecksLookAtWhatIsLeftBehind) {
  EXPECT_EQ(books_.ReasonOf(WithMinAvailable(Post("t1", "a", "b", "1"), "a", "99.01")),
            Reason::kInsufficientFunds);
  EXPECT_EQ(books_.ReasonOf(WithMinAvailable(Post("t2", "a", "b", "1"), "a", "99.00")),
            Reason::kNone);
  // Whatever it was before, and without a posting.
  EXPECT_EQ(books_.ReasonOf(WithMinAvailable(Post("t3", "cash", "b", "1"), "c", "0.01")),
            Reason::kInsufficientFunds);
  EXPECT_EQ(books_.ReasonOf(WithMaxPosted(Post("t4", "a", "b", "1"), "b", "1.99")),
            Reason::kBalanceLimitExceeded);
  EXPECT_EQ(books_.ReasonOf(WithMaxPosted(Post("t5", "a", "b", "1"), "b", "2.00")), Reason::kNone);
  // A hold posts nothing: only min_available sees it.
  EXPECT_EQ(books_.ReasonOf(WithMaxPosted(Hold("t6", "a", "b", "10"), "b", "2.00")), Reason::kNone);
  EXPECT_EQ(books_.ReasonOf(WithMinAvailable(Hold("t7", "a", "b", "10"), "a", "85")),
            Reason::kInsufficientFunds);
}

TEST_F(DecideTest, AHoldIsDueAfterItsTimeout) {
  CreateTransaction hold = Hold("h", "a", "b", "1");
  hold.transaction.hold_timeout_ns = 50;
  EXPECT_EQ(books_.Given(hold)->expire_time, Books::kTime + 50);
  // Another one's time says nothing of this one.
  EXPECT_EQ(books_.ReasonOf(ExpireTransaction{"h", Books::kTime + 49}), Reason::kHoldNotPending);
  const TransactionPtr expired = books_.Given(ExpireTransaction{"h", Books::kTime + 50});
  EXPECT_EQ(expired->status, TransactionStatus::kExpired);
  EXPECT_EQ(expired->end_reason, "expired");
  EXPECT_EQ(books_.Available("a"), "100.00");
}

}  // namespace
}  // namespace florin::domain
