// Goal: of several things wrong with a command the contract's first is
// answered: by reason, then place, then side.

#include <gtest/gtest.h>

#include <functional>

#include "domain/account_check.h"
#include "tests/domain/books.h"

namespace florin::domain {
namespace {

class RefusalOrderTest : public ::testing::Test {
 protected:
  RefusalOrderTest() {
    books_.OpenWorld("cash");
    for (const char* id : {"a", "b", "c"}) books_.Open(id);
    books_.OpenWorld("yen", "JPY", 0);
  }
  std::string AccountOf(const TransactionCommand& command) {
    const CommandDecision decision = books_.Do(command);
    if (!decision.refusal) return "accepted";
    for (const auto& [key, value] : decision.refusal->metadata) {
      if (key == "account_id") return value;
    }
    return "";
  }
  Books books_;
};

TEST_F(RefusalOrderTest, TheLowestRankWinsWhereverItStands) {
  // Everything is wrong at first; then one thing after another is put right.
  books_.Account("c").limits.max_balance = 0;
  books_.Account("b").status = AccountStatus::kClosed;
  books_.Open("s").status = AccountStatus::kSuspended;
  books_.OpenWorld("full").balances.debits_posted = kAmountMax;
  CreateTransaction command = Post("t", "a", "c", "1");
  command = And(command, "cash", "c", "1");
  command = And(command, "full", "c", "1");
  command = And(command, "s", "c", "1");
  command = And(command, "b", "c", "1");
  command = And(command, "cash", "c", "0.001");
  command = And(command, "yen", "c", "1");
  command = WithVersion(command, "cash", 7);
  command = WithMinAvailable(command, "x", "1");
  const auto drop_last = [&command] { command.transaction.postings.pop_back(); };
  EXPECT_EQ(books_.ReasonOf(command), Reason::kAccountNotFound);
  command.transaction.balance_checks.clear();
  EXPECT_EQ(books_.ReasonOf(command), Reason::kVersionConflict);
  command.version_checks.clear();
  EXPECT_EQ(books_.ReasonOf(command), Reason::kAssetMismatch);
  drop_last();
  EXPECT_EQ(books_.ReasonOf(command), Reason::kAmountScaleExceeded);
  drop_last();
  EXPECT_EQ(books_.ReasonOf(command), Reason::kAccountClosed);
  drop_last();
  EXPECT_EQ(books_.ReasonOf(command), Reason::kAccountSuspended);
  drop_last();
  EXPECT_EQ(books_.ReasonOf(command), Reason::kAmountOverflow);
  drop_last();
  EXPECT_EQ(books_.ReasonOf(command), Reason::kInsufficientFunds);
  books_.Account("a").limits.unlimited_overdraft = true;
  EXPECT_EQ(books_.ReasonOf(command), Reason::kBalanceLimitExceeded);
  books_.Account("c").limits.max_balance.reset();
  EXPECT_EQ(books_.ReasonOf(command), Reason::kNone);
}

TEST_F(RefusalOrderTest, OfOneReasonTheFirstPostingThenTheDebitedAccountWins) {
  EXPECT_EQ(AccountOf(Post("t", "x", "y", "1")), "x");
  EXPECT_EQ(AccountOf(And(Post("t", "a", "y", "1"), "x", "a", "1")), "y");
  EXPECT_EQ(AccountOf(WithVersion(Post("t", "a", "y", "1"), "x", 1)), "y");
  EXPECT_EQ(AccountOf(WithMinAvailable(WithVersion(Post("t", "cash", "a", "1"), "v", 1), "w", "1")),
            "v");
  EXPECT_EQ(AccountOf(And(Post("t", "a", "cash", "1"), "b", "cash", "1")), "a");
}

TEST_F(RefusalOrderTest, AFindingOnTheAccountStandsAtItsFirstPosting) {
  // b's second posting is what makes it too much; its first comes before a's.
  EXPECT_EQ(AccountOf(And(And(Post("t", "cash", "b", "1"), "a", "cash", "1"), "b", "cash", "5")),
            "b");
  EXPECT_EQ(AccountOf(And(And(Post("t", "a", "cash", "1"), "cash", "b", "1"), "b", "cash", "5")),
            "a");
}

TEST_F(RefusalOrderTest, TheAccountsOwnFloorComesBeforeABalanceCheck) {
  const CommandDecision decision = books_.Do(WithMinAvailable(Post("t", "a", "b", "5"), "a", "10"));
  ASSERT_TRUE(decision.refusal);
  EXPECT_EQ(decision.refusal->metadata,
            (StringMap{{"account_id", "a"}, {"amount", "5.00"}, {"available", "0.00"}}));
}

TEST_F(RefusalOrderTest, TheTransactionAndItsAccountsAreJudgedTogether) {
  books_.Given(Post("t", "cash", "a", "5"));
  books_.Given(Reverse("r", "t"));
  books_.Account("a").status = AccountStatus::kClosed;
  // ACCOUNT_CLOSED stands before ALREADY_REVERSED, ALREADY_REVERSED before
  // INSUFFICIENT_FUNDS.
  EXPECT_EQ(books_.ReasonOf(Reverse("r2", "t")), Reason::kAccountClosed);
  books_.Account("a").status = AccountStatus::kActive;
  EXPECT_EQ(books_.ReasonOf(Reverse("r2", "t")), Reason::kAlreadyReversed);
}

TEST(FindingTest, ComparesRankThenPlaceThenSide) {
  const Finding none;
  const Finding closed_late{Reason::kAccountClosed, 9, Side::kCredit};
  const Finding funds_early{Reason::kInsufficientFunds, 0, Side::kDebit};
  const Finding funds_later{Reason::kInsufficientFunds, 1, Side::kDebit};
  const Finding funds_credit{Reason::kInsufficientFunds, 0, Side::kCredit};
  EXPECT_TRUE(ComesBefore(closed_late, funds_early));
  EXPECT_TRUE(ComesBefore(funds_early, funds_later));
  EXPECT_TRUE(ComesBefore(funds_early, funds_credit));
  EXPECT_TRUE(ComesBefore(funds_credit, funds_later));
  EXPECT_TRUE(ComesBefore(funds_later, none));
  EXPECT_FALSE(ComesBefore(none, funds_later));
  EXPECT_FALSE(ComesBefore(none, none));
  EXPECT_FALSE(ComesBefore(funds_early, funds_early));
  // Numbers are not ranks: CLOSED is 51 and comes before SUSPENDED, 50.
  EXPECT_TRUE(ComesBefore(Finding{Reason::kAccountClosed, 0, Side::kDebit},
                          Finding{Reason::kAccountSuspended, 0, Side::kDebit}));
  Finding best;
  KeepFirst(none, &best);
  EXPECT_FALSE(best.Any());
  KeepFirst(funds_later, &best);
  KeepFirst(closed_late, &best);
  KeepFirst(funds_early, &best);
  EXPECT_EQ(best.reason, Reason::kAccountClosed);
}

}  // namespace
}  // namespace florin::domain
