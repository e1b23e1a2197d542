#include "apps/cli/progress_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace florin::cli {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class ProgressBarTest : public testing::Test {
 protected:
  std::string Shown(bool terminal, ProgressBar::WithoutTerminal without) {
    std::ostringstream out;
    std::ostringstream err;
    ProgressBar bar({out, err, terminal}, without);
    bar.Update({1000, "entries", 0.5, seconds(10)});
    bar.Finish();
    EXPECT_EQ(out.str(), "");
    return err.str();
  }
};

TEST_F(ProgressBarTest, TheLineHasCountRateAndEta) {
  EXPECT_EQ(ProgressLine({1000, "entries", 0.25, seconds(10)}, false),
            " 25%  1,000 entries  100/s  ETA 0:30");
  EXPECT_THAT(ProgressLine({1000, "entries", 0.5, seconds(10)}, true),
              StartsWith("[###############...............]   50%"));
}

TEST_F(ProgressBarTest, WithoutAKnownEndThereIsNoEta) {
  EXPECT_EQ(ProgressLine({1000, "rows", std::nullopt, seconds(10)}, true), "1,000 rows  100/s");
  EXPECT_EQ(ProgressLine({0, "rows", 0.0, seconds(0)}, false), "  0%  0 rows  0/s");
}

TEST_F(ProgressBarTest, OnATerminalItIsDrawnAndTakenAway) {
  EXPECT_THAT(Shown(true, ProgressBar::WithoutTerminal::kNothing),
              AllOf(StartsWith("\r["), HasSubstr("1,000 entries"), EndsWith("\r\x1b[K")));
}

TEST_F(ProgressBarTest, ElsewhereItIsPlainLinesOrNothing) {
  EXPECT_THAT(Shown(false, ProgressBar::WithoutTerminal::kPlainLines), EndsWith("ETA 0:10\n"));
  EXPECT_EQ(Shown(false, ProgressBar::WithoutTerminal::kNothing), "");
}

}  // namespace
}  // namespace florin::cli
