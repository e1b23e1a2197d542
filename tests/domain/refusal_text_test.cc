// Goal: a refusal's sentence and metadata carry the numbers that the command
// met, and ranks and names fit each other.

#include "domain/refusal_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/domain/books.h"

namespace florin::domain {
namespace {

using ::testing::HasSubstr;

class RefusalTextTest : public ::testing::Test {
 protected:
  RefusalTextTest() {
    books_.OpenWorld("cash");
    books_.Open("a");
    books_.Open("b");
    books_.Given(Post("start", "cash", "a", "98500.00"));
  }
  Refusal RefusalOf(const TransactionCommand& command) {
    CommandDecision decision = books_.Do(command);
    EXPECT_TRUE(decision.refusal);
    return decision.refusal.value_or(Refusal{});
  }
  Books books_;
};

TEST_F(RefusalTextTest, FundsSayWhatThereIsAndWhatIsNeeded) {
  Refusal refusal = RefusalOf(Post("t", "a", "b", "100000"));
  EXPECT_THAT(refusal.message, HasSubstr("account a has 98500.00 available"));
  EXPECT_THAT(refusal.message, HasSubstr("100000.00 needed"));
  EXPECT_EQ(refusal.metadata,
            (StringMap{{"account_id", "a"}, {"amount", "100000.00"}, {"available", "98500.00"}}));
  books_.Account("a").limits.overdraft_limit = 50'000;
  refusal = RefusalOf(Post("t", "a", "b", "100000"));
  EXPECT_THAT(refusal.message, HasSubstr("an overdraft limit of 500.00"));
  refusal = RefusalOf(WithMinAvailable(Post("t", "a", "b", "1"), "a", "98500"));
  EXPECT_EQ(refusal.metadata, (StringMap{{"account_id", "a"},
                                         {"amount", "1.00"},
                                         {"available", "98500.00"},
                                         {"min_available", "98500.00"}}));
}

TEST_F(RefusalTextTest, LimitsSayWhatItWouldBe) {
  books_.Account("b").limits.max_balance = 1'000;
  EXPECT_EQ(RefusalOf(Post("t", "a", "b", "10.01")).metadata,
            (StringMap{{"account_id", "b"}, {"balance", "10.01"}, {"max_balance", "10.00"}}));
  EXPECT_EQ(RefusalOf(WithMaxPosted(Post("t", "a", "b", "2"), "b", "1.5")).metadata,
            (StringMap{{"account_id", "b"}, {"balance", "2.00"}, {"max_balance", "1.50"}}));
}

TEST_F(RefusalTextTest, AmountsAreQuotedAsWritten) {
  EXPECT_EQ(RefusalOf(Post("t", "a", "b", "1.500")).metadata,
            (StringMap{{"amount", "1.500"}, {"asset", "EUR"}, {"scale", "2"}}));
  EXPECT_EQ(RefusalOf(WithMaxPosted(Post("t", "a", "b", "1"), "b", "9.999")).metadata,
            (StringMap{{"amount", "9.999"}, {"asset", "EUR"}, {"scale", "2"}}));
}

TEST_F(RefusalTextTest, EndsSayWhatBecameOfTheHold) {
  books_.Given(Hold("h", "a", "b", "10"));
  Refusal refusal = RefusalOf(SettleOne("h", "10.01"));
  EXPECT_EQ(refusal.metadata,
            (StringMap{{"amount", "10.01"}, {"held", "10.00"}, {"transaction_id", "h"}}));
  books_.Given(Void("h"));
  refusal = RefusalOf(Settle("h"));
  EXPECT_EQ(refusal.metadata, (StringMap{{"end_time", "1970-01-01T00:00:00.000001Z"},
                                         {"status", "VOIDED"},
                                         {"transaction_id", "h"}}));
  books_.Given(Reverse("r", "start"));
  refusal = RefusalOf(Reverse("r2", "start"));
  EXPECT_EQ(refusal.metadata,
            (StringMap{{"reversed_by_transaction_id", "r"}, {"transaction_id", "start"}}));
}

TEST(RefusalTimeTest, IsInUtcWithAsManyDecimalsAsNeeded) {
  EXPECT_EQ(FormatTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(1'500'000'000), "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(FormatTime(1), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(FormatTime(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(FormatTime(951'782'400'000'000'000), "2000-02-29T00:00:00Z");
  EXPECT_EQ(FormatTime(INT64_MAX), "2262-04-11T23:47:16.854775807Z");
}

TEST(ReasonTest, NamesNumbersAndRanksFitEachOther) {
  std::set<std::string_view> names;
  std::set<int> ranks;
  int reasons = 0;
  for (int number = 1; number < 256; ++number) {
    const auto reason = static_cast<Reason>(number);
    const ReasonInfo& info = InfoOf(reason);
    if (info.reason != reason) continue;
    ++reasons;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_TRUE(ranks.insert(RankOf(reason)).second) << info.name;
    EXPECT_EQ(ReasonFromName(info.name), reason);
    EXPECT_GT(info.code, 0) << info.name;
    // Only what business says no to is kept.
    if (info.recorded) {
      EXPECT_TRUE(info.code == 5 || info.code == 9) << info.name;
    }
  }
  EXPECT_EQ(reasons, 50);
  EXPECT_EQ(ReasonFromName("NO_SUCH_REASON"), Reason::kNone);
}

TEST(ReasonTest, StepsComeInTheContractsOrder) {
  const std::vector<Reason> steps = {Reason::kUnauthenticated,
                                     Reason::kFieldMissing,
                                     Reason::kIdReused,
                                     Reason::kAccountNotFound,
                                     Reason::kVersionConflict,
                                     Reason::kAssetMismatch,
                                     Reason::kAmountScaleExceeded,
                                     Reason::kAccountClosed,
                                     Reason::kAccountSuspended,
                                     Reason::kNotAHold,
                                     Reason::kHoldNotPending,
                                     Reason::kHoldAmountExceeded,
                                     Reason::kNotReversible,
                                     Reason::kAlreadyReversed,
                                     Reason::kAmountOverflow,
                                     Reason::kInsufficientFunds,
                                     Reason::kBalanceLimitExceeded,
                                     Reason::kBalanceNotZero,
                                     Reason::kPositionBeyondHead,
                                     Reason::kOverloaded,
                                     Reason::kShuttingDown,
                                     Reason::kDataCorrupt};
  for (std::size_t i = 1; i < steps.size(); ++i) {
    EXPECT_LT(RankOf(steps[i - 1]), RankOf(steps[i])) << InfoOf(steps[i]).name;
  }
  EXPECT_TRUE(InfoOf(Reason::kInsufficientFunds).recorded);
  EXPECT_FALSE(InfoOf(Reason::kVersionConflict).recorded);
  EXPECT_FALSE(InfoOf(Reason::kTransactionNotFound).recorded);
  EXPECT_FALSE(InfoOf(Reason::kOverloaded).recorded);
}

}  // namespace
}  // namespace florin::domain
