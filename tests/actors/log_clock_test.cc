// Goal: log time never goes back, never stands still, and does not follow a clock that is wrong.

#include "actors/log_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "actors/paced_clock.h"

namespace florin::actors {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kYear = 365 * kDay;
/// 21 November 2026.
constexpr std::int64_t kStart = 1'795'219'200 * kSecond;

class LogClockTest : public ::testing::Test {
 protected:
  [[nodiscard]] MachineClocks Clocks() {
    return {[this] { return wall_; }, [this] { return steady_; }};
  }
  void Pass(std::int64_t time) {
    wall_ += time;
    steady_ += time;
  }

  std::int64_t wall_ = kStart;
  std::int64_t steady_ = 5 * kHour;
};

TEST_F(LogClockTest, FollowsTheWallClock) {
  LogClock clock(Clocks(), kStart - kHour, kDay);
  EXPECT_EQ(clock.Now(), kStart);
  Pass(kSecond);
  EXPECT_EQ(clock.Now(), kStart + kSecond);
  wall_ += kHour;
  EXPECT_EQ(clock.Now(), kStart + kSecond + kHour) << "a jump within the bound";
  EXPECT_EQ(clock.Ahead(), 0);
}

// Bug: after a clock that was ahead once, log time stood still, and no hold expired.
TEST_F(LogClockTest, GoesOnEvenlyWhileItIsAhead) {
  LogClock clock(Clocks(), 0, kDay);
  wall_ += kHour;
  EXPECT_EQ(clock.Now(), kStart + kHour);
  wall_ -= kHour;
  EXPECT_EQ(clock.Now(), kStart + kHour);
  EXPECT_EQ(clock.Ahead(), kHour);
  Pass(kSecond);
  EXPECT_EQ(clock.Now(), kStart + kHour + kSecond);
  // The wall clock catches up, and leads again.
  wall_ += kHour + kSecond;
  EXPECT_EQ(clock.Now(), kStart + kHour + 2 * kSecond);
  EXPECT_EQ(clock.Ahead(), 0);
}

TEST_F(LogClockTest, GoesOnEvenlyFromALogThatIsAhead) {
  LogClock clock(Clocks(), kStart + 200 * kYear, kDay);
  EXPECT_EQ(clock.Now(), kStart + 200 * kYear);
  Pass(kSecond);
  EXPECT_EQ(clock.Now(), kStart + 200 * kYear + kSecond);
  EXPECT_EQ(clock.Ahead(), 200 * kYear);
}

// Bug: a thread that was put aside between its two readings put the log's time ahead for good.
TEST_F(LogClockTest, APauseBetweenTheReadingsLeavesNothingBehind) {
  std::int64_t pause = 0;
  LogClock clock({[this, &pause] {
                    const std::int64_t read = wall_;
                    Pass(pause);
                    return read;
                  },
                  [this] { return steady_; }},
                 0, kDay);
  for (int i = 0; i < 10; ++i) {
    pause = kSecond;
    static_cast<void>(clock.Now());
    pause = 0;
    EXPECT_EQ(clock.Now(), wall_);
    EXPECT_EQ(clock.Ahead(), 0);
  }
  // The same if it is put aside when it has read the steady clock.
  LogClock other({[this, &pause] {
                    Pass(pause);
                    return wall_;
                  },
                  [this] { return steady_; }},
                 0, kDay);
  pause = kSecond;
  static_cast<void>(other.Now());
  pause = 0;
  EXPECT_EQ(other.Now(), wall_);
}

// Bug: one moment at +200 years stood in the log for ever.
TEST_F(LogClockTest, DoesNotFollowAJumpBeyondTheBound) {
  LogClock clock(Clocks(), kStart, kDay);
  wall_ += 200 * kYear;
  EXPECT_EQ(clock.Now(), kStart);
  EXPECT_EQ(clock.Ahead(), -200 * kYear);
  Pass(kSecond);
  EXPECT_EQ(clock.Now(), kStart + kSecond);
  wall_ -= 200 * kYear;
  Pass(kSecond);
  EXPECT_EQ(clock.Now(), kStart + 2 * kSecond);
  EXPECT_EQ(clock.Ahead(), 0);
  wall_ += kDay + 1;
  EXPECT_EQ(clock.Now(), kStart + 2 * kSecond);
  wall_ -= 1;
  EXPECT_EQ(clock.Now(), kStart + 2 * kSecond + kDay);
}

TEST_F(LogClockTest, TheEndOfTimeIsNotPassed) {
  wall_ = std::numeric_limits<std::int64_t>::max();
  LogClock clock(Clocks(), std::numeric_limits<std::int64_t>::max(), kDay);
  const std::int64_t start = clock.Now();
  steady_ += 9 * kYear;
  EXPECT_GT(clock.Now(), start);
}

TEST(ClockAtStartTest, AnIdleLedgerOfMonthsStarts) {
  EXPECT_EQ(CheckClockAtStart(kStart + 360 * kDay, kStart, kDay), "");
  EXPECT_EQ(CheckClockAtStart(kStart + kYear, 0, kDay), "") << "an empty log";
  EXPECT_EQ(CheckClockAtStart(kStart - 50 * kYear, kStart, kDay), "") << "behind";
}

TEST(ClockAtStartTest, AClockThatIsYearsAheadIsRefusedWithTheWayOut) {
  const std::string refusal = CheckClockAtStart(kStart + 730 * kDay, kStart, kDay);
  EXPECT_EQ(refusal,
            "the machine's clock says 2028-11-20T00:00:00Z, but the last command was committed at "
            "2026-11-21T00:00:00Z, 730 days earlier; a wrong time would stay in the log for ever. "
            "Correct the clock and start again; if it is right, start once with "
            "--max-clock-jump-seconds 63158400");
  EXPECT_EQ(CheckClockAtStart(kStart + 730 * kDay, kStart, 63'158'400 * kSecond), "");
}

// Bug: a start followed a clock that was 366 days ahead without a word.
TEST(ClockAtStartTest, AStartLongAfterTheLastCommitIsSaid) {
  EXPECT_EQ(WarnOfJumpAtStart(kStart + kDay, kStart, kDay), "");
  EXPECT_EQ(WarnOfJumpAtStart(kStart, 0, kDay), "") << "an empty log";
  EXPECT_EQ(WarnOfJumpAtStart(kStart - kYear, kStart, kDay), "") << "behind";
  EXPECT_THAT(WarnOfJumpAtStart(kStart + 2 * kDay, kStart, kDay),
              HasSubstr("says 2026-11-23T00:00:00Z, 172800.000 s after the last commit time "
                        "2026-11-21T00:00:00Z, which is more than --max-clock-jump-seconds 86400"));
}

// Bug: a difference of about the bound was said over and over.
TEST_F(LogClockTest, TheWatchDoesNotWaver) {
  LogClock clock(Clocks(), kStart + kSecond + 1, kDay);
  ClockWatch watch;
  EXPECT_TRUE(watch.Look(&clock, 0));
  wall_ += 2;
  EXPECT_FALSE(watch.Look(&clock, 1));
  wall_ -= 2;
  EXPECT_FALSE(watch.Look(&clock, 2));
  wall_ += kSecond / 2 + 1;
  EXPECT_TRUE(watch.Look(&clock, 3));
}

TEST_F(LogClockTest, TheWatchTellsOnceAndThenFromTimeToTime) {
  LogClock clock(Clocks(), kStart + kHour, kDay);
  ClockWatch watch;
  const auto ahead = watch.Look(&clock, 0);
  ASSERT_TRUE(ahead);
  EXPECT_TRUE(ahead->warning);
  EXPECT_THAT(ahead->sentence, HasSubstr("is 3600.000 s ahead of the machine's clock"));
  EXPECT_FALSE(watch.Look(&clock, 599 * kSecond));
  EXPECT_TRUE(watch.Look(&clock, 600 * kSecond));
  wall_ += kHour;
  const auto together = watch.Look(&clock, 601 * kSecond);
  ASSERT_TRUE(together);
  EXPECT_FALSE(together->warning);
  EXPECT_FALSE(watch.Look(&clock, 2'000 * kSecond));
  wall_ += 2 * kDay;
  const auto jump = watch.Look(&clock, 2'001 * kSecond);
  ASSERT_TRUE(jump);
  EXPECT_TRUE(jump->warning);
  EXPECT_THAT(jump->sentence, HasSubstr("--max-clock-jump-seconds 86400"));
}

TEST_F(LogClockTest, AClockForDeadlinesDoesNotJump) {
  std::int64_t target = kStart;
  PacedClock clock([&target] { return target; }, [this] { return steady_; });
  EXPECT_EQ(clock.Now(), kStart);
  steady_ += 10 * kSecond;
  target += kHour;
  EXPECT_EQ(clock.Now(), kStart + 11 * kSecond) << "a tenth faster";
  steady_ += 36'000 * kSecond;
  target += 36'000 * kSecond;
  EXPECT_EQ(clock.Now(), target) << "made up for";
  steady_ += kSecond;
  EXPECT_EQ(clock.Now(), target + kSecond) << "never slower than time passes";
}

}  // namespace
}  // namespace florin::actors
