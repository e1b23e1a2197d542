// Goal: due holds are handed out in the promised order, each once, and whoever waits for an account
// hears when its last one is ended.

#include "actors/hold_timers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace florin::actors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Key = HoldTimers::Key;

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

const HoldTimers::Mark kA = storage::MarkOf("a");
const HoldTimers::Mark kB = storage::MarkOf("b");
const HoldTimers::Mark kC = storage::MarkOf("c");

/// Takes one and gives it a number.
std::string End(HoldTimers* timers, std::uint64_t n, bool only_first = false) {
  const auto hold = timers->Take(only_first);
  if (!hold) return "";
  timers->Numbered(*hold, n);
  return hold->second;
}

TEST(HoldTimersTest, TheOldestIsEndedFirst) {
  HoldTimers timers;
  timers.Add({20, "x"}, {kA});
  timers.Add({10, "y"}, {kA});
  timers.Add({10, "b"}, {kB});
  timers.Add({31, "late"}, {kC});
  EXPECT_FALSE(timers.AnyDue());
  timers.Advance(30);
  EXPECT_EQ(timers.due_count(), 3U);
  EXPECT_EQ(End(&timers, 1), "b");
  EXPECT_EQ(End(&timers, 2), "y");
  EXPECT_EQ(End(&timers, 3), "x");
  EXPECT_EQ(End(&timers, 4), "");
  EXPECT_FALSE(timers.AnyDue());
}

TEST(HoldTimersTest, OnlyAccountsWithDueHoldsHaveToWait) {
  HoldTimers timers;
  timers.Add({10, "h"}, {kA, kB});
  timers.Add({20, "i"}, {kC});
  timers.Advance(10);
  EXPECT_EQ(timers.DueOn("a"), kA);
  EXPECT_EQ(timers.DueOn("b"), kB);
  EXPECT_EQ(timers.DueOn("c"), std::nullopt);
  const auto hold = timers.Take(false);
  EXPECT_EQ(timers.DueOn("a"), kA) << "taken, but not yet ended";
  EXPECT_THAT(timers.Freed(), IsEmpty());
  timers.Numbered(*hold, 1);
  EXPECT_EQ(timers.DueOn("a"), std::nullopt);
  EXPECT_THAT(timers.Freed(), UnorderedElementsAre(kA, kB));
  EXPECT_THAT(timers.Freed(), IsEmpty()) << "told once";
}

TEST(HoldTimersTest, AHoldOfUnknownAccountsKeepsEveryAccountWaiting) {
  HoldTimers timers;
  timers.Add({10, "h"}, {});
  timers.Advance(10);
  EXPECT_EQ(timers.DueOn("a"), HoldTimers::kAnyAccount);
  EXPECT_EQ(End(&timers, 1), "h");
  EXPECT_EQ(timers.DueOn("a"), std::nullopt);
  EXPECT_THAT(timers.Freed(), ElementsAre(HoldTimers::kAnyAccount));
}

TEST(HoldTimersTest, AwaitedAccountsGoFirstByTurns) {
  HoldTimers timers;
  for (int i = 0; i < 4; ++i) {
    timers.Add({10 + i, "a" + std::to_string(i)}, {kA});
    timers.Add({20 + i, "b" + std::to_string(i)}, {kB});
  }
  timers.Add({30, "c"}, {kC});
  timers.Advance(100);
  EXPECT_EQ(End(&timers, 1, true), "") << "nobody waits";
  timers.GoFirst(kC);
  timers.GoFirst(kB);
  EXPECT_EQ(End(&timers, 1, true), "c");
  EXPECT_EQ(End(&timers, 2, true), "b0");
  timers.GoFirst(kA);
  timers.GoFirst(kA);
  EXPECT_EQ(End(&timers, 3), "b1");
  EXPECT_EQ(End(&timers, 4), "a0");
  EXPECT_EQ(End(&timers, 5), "b2");
  // One that becomes due meanwhile is awaited too.
  timers.Add({101, "b4"}, {kB});
  EXPECT_EQ(End(&timers, 6), "a1");
  EXPECT_EQ(End(&timers, 7), "b3");
  timers.Advance(101);
  EXPECT_EQ(End(&timers, 8), "a2");
  EXPECT_EQ(End(&timers, 9), "b4");
}

TEST(HoldTimersTest, WhatEndsOtherwiseIsForgottenInEveryState) {
  HoldTimers timers;
  timers.Add({10, "taken"}, {kA});
  timers.Add({11, "due"}, {kB});
  timers.Add({50, "waiting"}, {kC});
  timers.Advance(20);
  const auto taken = timers.Take(false);
  for (const Key& key : {Key{10, "taken"}, Key{11, "due"}, Key{50, "waiting"}}) timers.Remove(key);
  EXPECT_THAT(timers.Freed(), ElementsAre(kA, kB));
  EXPECT_FALSE(timers.AnyDue());
  EXPECT_EQ(timers.in_pipeline(), 0U);
  EXPECT_EQ(timers.First(), kNone);
  // Its expiry was on its way already.
  timers.Numbered(*taken, 1);
  EXPECT_EQ(timers.in_pipeline(), 1U);
  EXPECT_THAT(timers.Freed(), IsEmpty());
}

// The rule that a balance as of a time relies on.
TEST(HoldTimersTest, TheFirstExpiryStaysUntilItIsPublished) {
  HoldTimers timers;
  EXPECT_EQ(timers.First(), kNone);
  timers.Add({20, "x"}, {kA});
  timers.Add({10, "y"}, {kA});
  EXPECT_EQ(timers.First(), 10);
  timers.Advance(15);
  EXPECT_EQ(timers.First(), 10) << "due";
  const auto hold = timers.Take(false);
  EXPECT_EQ(timers.First(), 10) << "taken";
  timers.Numbered(*hold, 7);
  EXPECT_EQ(timers.First(), 10) << "numbered";
  timers.Published(6);
  EXPECT_EQ(timers.First(), 10);
  timers.Published(7);
  EXPECT_EQ(timers.First(), 20);
}

}  // namespace
}  // namespace florin::actors
