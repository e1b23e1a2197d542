// Goal: settle, void, the same end again, and reversals. Given, when, then.

#include <gtest/gtest.h>

#include "domain/decide.h"
#include "tests/domain/books.h"

namespace florin::domain {
namespace {

class DecideHoldsTest : public ::testing::Test {
 protected:
  DecideHoldsTest() {
    books_.OpenWorld("cash");
    for (const char* id : {"a", "b", "c"}) books_.Open(id);
    books_.Given(Post("start", "cash", "a", "100"));
    books_.Given(Hold("h", "a", "b", "60"));
    books_.Given(And(Hold("m", "a", "b", "10"), "a", "c", "20"));
  }
  void ExpectReplay(const TransactionCommand& command) {
    const std::int64_t version = books_.Account("a").version;
    const CommandDecision decision = books_.Do(command);
    EXPECT_FALSE(decision.refusal);
    EXPECT_TRUE(decision.replays_end);
    EXPECT_EQ(books_.Account("a").version, version);
  }
  Books books_;
};

TEST_F(DecideHoldsTest, SettlesAllOfIt) {
  const TransactionPtr settled = books_.Given(Settle("h"));
  EXPECT_EQ(settled->status, TransactionStatus::kPosted);
  EXPECT_EQ(settled->end_reason, "settled");
  EXPECT_EQ(settled->end_time, Books::kTime);
  EXPECT_EQ(settled->version, 2);
  EXPECT_FALSE(settled->postings[0].posted);
  EXPECT_EQ(books_.Posted("b"), "60.00");
  EXPECT_EQ(books_.Account("b").balances.credits_pending, 1'000);
  // Settled and moved: two events on each account, none for a rest.
  EXPECT_EQ(books_.Account("b").version, 5);
}

TEST_F(DecideHoldsTest, SettlesAPartAndReleasesTheRest) {
  const TransactionPtr settled = books_.Given(SettleOne("h", "25.5"));
  EXPECT_EQ(settled->postings[0].posted, Int128{2'550});
  EXPECT_EQ(books_.Posted("b"), "25.50");
  EXPECT_EQ(books_.Available("a"), "44.50");
  EXPECT_EQ(books_.Account("b").version, 6);
}

TEST_F(DecideHoldsTest, SettlesEachPostingByItself) {
  const TransactionPtr settled = books_.Given(Settle("m", {"0", "20"}));
  EXPECT_EQ(settled->postings[0].posted, Int128{0});
  EXPECT_FALSE(settled->postings[1].posted);
  EXPECT_EQ(books_.Posted("b"), "0.00");
  EXPECT_EQ(books_.Posted("c"), "20.00");
  EXPECT_EQ(books_.Account("b").balances.credits_pending, 6'000);
}

TEST_F(DecideHoldsTest, RefusesSettlesOfTheWrongShape) {
  EXPECT_EQ(books_.ReasonOf(SettleOne("m", "5")), Reason::kFieldInvalid);
  EXPECT_EQ(books_.ReasonOf(Settle("m", {"5"})), Reason::kFieldInvalid);
  EXPECT_EQ(books_.ReasonOf(Settle("m", {"5", "5", "5"})), Reason::kFieldInvalid);
  EXPECT_EQ(books_.ReasonOf(Settle("h", {"5"})), Reason::kNone);
}

TEST_F(DecideHoldsTest, RefusesMoreThanIsHeld) {
  EXPECT_EQ(books_.ReasonOf(SettleOne("h", "60.01")), Reason::kHoldAmountExceeded);
  EXPECT_EQ(books_.ReasonOf(Settle("m", {"10", "20.01"})), Reason::kHoldAmountExceeded);
  EXPECT_EQ(books_.ReasonOf(SettleOne("h", "60.000")), Reason::kAmountScaleExceeded);
  EXPECT_EQ(books_.ReasonOf(SettleOne("h", "170141183460469231731687303715884105727")),
            Reason::kHoldAmountExceeded);
  EXPECT_EQ(books_.ReasonOf(SettleOne("h", "60.00")), Reason::kNone);
}

TEST_F(DecideHoldsTest, OnlyPendingHoldsEnd) {
  EXPECT_EQ(books_.ReasonOf(Settle("none")), Reason::kTransactionNotFound);
  EXPECT_EQ(books_.ReasonOf(Void("none")), Reason::kTransactionNotFound);
  EXPECT_EQ(books_.ReasonOf(Settle("start")), Reason::kNotAHold);
  EXPECT_EQ(books_.ReasonOf(Void("start")), Reason::kNotAHold);
  books_.Given(Void("h"));
  EXPECT_EQ(books_.ReasonOf(Settle("h")), Reason::kHoldNotPending);
  books_.Given(Settle("m"));
  EXPECT_EQ(books_.ReasonOf(Void("m")), Reason::kHoldNotPending);
}

TEST_F(DecideHoldsTest, TheSameEndAgainIsAReplay) {
  books_.Given(SettleOne("h", "25.50"));
  ExpectReplay(SettleOne("h", "25.5"));
  ExpectReplay(Settle("h", {"25.50"}));
  EXPECT_EQ(books_.ReasonOf(SettleOne("h", "25.51")), Reason::kHoldNotPending);
  EXPECT_EQ(books_.ReasonOf(Settle("h")), Reason::kHoldNotPending);
  books_.Given(Settle("m"));
  ExpectReplay(Settle("m"));
  ExpectReplay(Settle("m", {"10", "20.00"}));
  EXPECT_EQ(books_.ReasonOf(Settle("m", {"10", "19"})), Reason::kHoldNotPending);
}

TEST_F(DecideHoldsTest, AVoidAgainIsAReplayWhateverItsReason) {
  VoidTransaction release = Void("h");
  release.reason = "changed my mind";
  EXPECT_EQ(books_.Given(release)->end_reason, "changed my mind");
  EXPECT_EQ(books_.Available("a"), "70.00");
  ExpectReplay(Void("h"));
}

TEST_F(DecideHoldsTest, NothingEndsAfterExpiry) {
  CreateTransaction hold = Hold("x", "a", "b", "1");
  hold.transaction.hold_timeout_ns = 1;
  books_.Given(hold);
  books_.Given(ExpireTransaction{"x", Books::kTime + 1});
  EXPECT_EQ(books_.ReasonOf(Settle("x")), Reason::kHoldNotPending);
  EXPECT_EQ(books_.ReasonOf(Void("x")), Reason::kHoldNotPending);
  EXPECT_EQ(books_.ReasonOf(ExpireTransaction{"x", Books::kTime + 1}), Reason::kHoldNotPending);
}

TEST_F(DecideHoldsTest, ReversesWhatWasPosted) {
  books_.Given(Post("t", "a", "c", "5"));
  const CommandDecision reversed = books_.Do(Reverse("r", "t"));
  ASSERT_FALSE(reversed.refusal);
  EXPECT_EQ(reversed.effect.after->type, "reversal");
  EXPECT_EQ(reversed.effect.after->reverses_transaction_id, "t");
  EXPECT_EQ(reversed.effect.after->postings[0].debit_account_id, "c");
  EXPECT_EQ(reversed.effect.original_after->reversed_by_transaction_id, "r");
  EXPECT_EQ(reversed.effect.original_after->version, 2);
  EXPECT_EQ(books_.Posted("c"), "0.00");
  EXPECT_EQ(books_.ReasonOf(Reverse("r2", "t")), Reason::kAlreadyReversed);
  EXPECT_EQ(books_.ReasonOf(Reverse("r3", "r")), Reason::kNotReversible);
}

TEST_F(DecideHoldsTest, ReversesTheSettledPartsOnly) {
  books_.Given(Settle("m", {"0", "12"}));
  const std::int64_t version = books_.Account("b").version;
  const TransactionPtr reversed = books_.Given(Reverse("r", "m"));
  ASSERT_EQ(reversed->postings.size(), 1U);
  EXPECT_EQ(reversed->postings[0].debit_account_id, "c");
  EXPECT_EQ(reversed->postings[0].amount.digits, 1'200);
  EXPECT_EQ(books_.Account("b").version, version);
  EXPECT_EQ(books_.Posted("c"), "0.00");
}

TEST_F(DecideHoldsTest, AReversalNeedsFundsAndOpenAccounts) {
  books_.Given(Post("t", "a", "c", "5"));
  books_.Given(Post("t2", "c", "b", "1"));
  EXPECT_EQ(books_.ReasonOf(Reverse("r", "t")), Reason::kInsufficientFunds);
  books_.Account("c").status = AccountStatus::kClosed;
  EXPECT_EQ(books_.ReasonOf(Reverse("r", "t")), Reason::kAccountClosed);
  books_.Account("c").status = AccountStatus::kSuspended;
  books_.Account("c").suspend_scope = SuspendScope::kDebits;
  EXPECT_EQ(books_.ReasonOf(Reverse("r", "t")), Reason::kAccountSuspended);
}

TEST_F(DecideHoldsTest, OnlyPostedTransactionsAreReversed) {
  EXPECT_EQ(books_.ReasonOf(Reverse("r1", "none")), Reason::kTransactionNotFound);
  EXPECT_EQ(books_.ReasonOf(Reverse("r2", "h")), Reason::kNotReversible);
  books_.Given(Void("h"));
  EXPECT_EQ(books_.ReasonOf(Reverse("r3", "h")), Reason::kNotReversible);
  Transaction refused = Post("x", "a", "b", "0.001").transaction;
  refused.status = TransactionStatus::kRefused;
  books_.Put(refused);
  EXPECT_EQ(books_.ReasonOf(Reverse("r4", "x")), Reason::kNotReversible);
}

TEST_F(DecideHoldsTest, ARefusedHoldEndsAsNotPending) {
  Transaction refused = Hold("x", "a", "gone", "0.001").transaction;
  refused.status = TransactionStatus::kRefused;
  books_.Put(refused);
  EXPECT_EQ(books_.ReasonOf(Settle("x")), Reason::kHoldNotPending);
  EXPECT_EQ(books_.ReasonOf(SettleOne("x", "0.01")), Reason::kHoldNotPending);
  EXPECT_EQ(books_.ReasonOf(Void("x")), Reason::kHoldNotPending);
}

}  // namespace
}  // namespace florin::domain
