// Goal: whoever made and whoever last used an id is found as long as one of them is remembered,
// though the first of them is forgotten; nothing is read of what is gone (the sanitizers see that).

#include "actors/ledger/recent_commands.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/actors/ledger/sync_ledger.h"

namespace florin::actors {
namespace {

/// Longer than fits into a string itself.
constexpr char kId[] = "a-transaction-with-a-long-name";

class RecentCommandsTest : public ::testing::Test {
 protected:
  FlightPtr Next(domain::TransactionCommand command) {
    auto flight = std::make_shared<Flight>();
    flight->n = ++n_;
    flight->items.emplace_back().command =
        std::make_shared<domain::TransactionCommand>(std::move(command));
    return flight;
  }
  std::uint64_t Create() {
    recent_.Own(Next(Transfer(kId, "a", "b", "1.00")), 0);
    return n_;
  }
  std::uint64_t Settle() {
    domain::SettleTransaction settle;
    settle.transaction_id = kId;
    recent_.Touch(Next(settle), 0);
    return n_;
  }
  void EvictUpTo(std::uint64_t n) { recent_.Evict(n, n); }

  std::uint64_t n_ = 0;
  RecentCommands recent_{1'000};
};

TEST_F(RecentCommandsTest, ForgetsWhatEveryLookupHasSeen) {
  const std::uint64_t made = Create();
  recent_.Evict(made, made - 1);
  ASSERT_NE(recent_.Find(kId), nullptr) << "a look-up on its way may have missed it";
  EXPECT_EQ(recent_.Find(kId)->owner->flight->n, made);
  EvictUpTo(made);
  EXPECT_EQ(recent_.Find(kId), nullptr);
  EXPECT_EQ(recent_.evicted_n(), made);
}

TEST_F(RecentCommandsTest, KnowsTheOwnerWhileALaterUseIsRemembered) {
  const std::uint64_t made = Create();
  const std::uint64_t first = Settle();
  const std::uint64_t second = Settle();
  EvictUpTo(made);
  ASSERT_NE(recent_.Find(kId), nullptr);
  EXPECT_EQ(recent_.Find(kId)->owner->flight->n, made);
  EXPECT_EQ(recent_.Find(kId)->last->flight->n, second);
  EvictUpTo(first);
  ASSERT_NE(recent_.Find(kId), nullptr);
  EXPECT_EQ(recent_.Find(kId)->owner->flight->n, made);
  EvictUpTo(second);
  EXPECT_EQ(recent_.Find(kId), nullptr);
}

TEST_F(RecentCommandsTest, ANewOwnerReplacesOneThatIsForgotten) {
  const std::uint64_t refused = Create();
  Settle();
  EvictUpTo(refused);
  const std::uint64_t made = Create();
  EXPECT_EQ(recent_.Find(kId)->owner->flight->n, made);
  EvictUpTo(made);
  EXPECT_EQ(recent_.Find(kId), nullptr);
}

// Made and settled by one atomic batch.
TEST_F(RecentCommandsTest, AnIdMayBeUsedTwiceByOneFlight) {
  const FlightPtr flight = Next(Transfer(kId, "a", "b", "1.00"));
  domain::SettleTransaction settle;
  settle.transaction_id = kId;
  flight->items.emplace_back().command = std::make_shared<domain::TransactionCommand>(settle);
  RecentCommands one(1);
  one.Own(flight, 0);
  one.Touch(flight, 1);
  one.Evict(n_, 0);
  ASSERT_NE(one.Find(kId), nullptr) << "one use may stay";
  EXPECT_EQ(one.Find(kId)->owner->item, 0U);
  EXPECT_EQ(one.Find(kId)->last->item, 1U);
  one.Evict(n_, n_);
  EXPECT_EQ(one.Find(kId), nullptr);
}

TEST_F(RecentCommandsTest, NeedsNoOwner) {
  const std::uint64_t first = Settle();
  const std::uint64_t second = Settle();
  EvictUpTo(first);
  ASSERT_NE(recent_.Find(kId), nullptr);
  EXPECT_EQ(recent_.Find(kId)->owner, nullptr);
  EXPECT_EQ(recent_.Find(kId)->last->flight->n, second);
  EvictUpTo(second);
  EXPECT_EQ(recent_.Find(kId), nullptr);
}

// A refused create leaves its id free.
TEST_F(RecentCommandsTest, TheLastOwnerCounts) {
  const std::uint64_t refused = Create();
  const std::uint64_t made = Create();
  EXPECT_EQ(recent_.Find(kId)->owner->flight->n, made);
  EvictUpTo(refused);
  ASSERT_NE(recent_.Find(kId), nullptr);
  EXPECT_EQ(recent_.Find(kId)->owner->flight->n, made);
}

TEST_F(RecentCommandsTest, KeepsNoMoreThanAsked) {
  RecentCommands few(2);
  std::vector<FlightPtr> flights;
  for (int i = 0; i < 4; ++i) {
    flights.push_back(Next(Transfer("t" + std::to_string(i), "a", "b", "1.00")));
    few.Own(flights.back(), 0);
  }
  few.Evict(n_ - 1, 0);
  EXPECT_EQ(few.Find("t1"), nullptr);
  EXPECT_NE(few.Find("t2"), nullptr) << "two may stay";
  EXPECT_EQ(few.evicted_n(), 2u);
  few.Evict(0, 0);
  EXPECT_NE(few.Find("t2"), nullptr) << "not published";
}

}  // namespace
}  // namespace florin::actors
