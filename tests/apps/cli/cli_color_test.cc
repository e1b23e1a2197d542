#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "apps/cli/color.h"

namespace florin::cli {
namespace {

class ColorTest : public testing::Test {
 protected:
  void SetUp() override { unsetenv("NO_COLOR"); }
  void TearDown() override { unsetenv("NO_COLOR"); }

  std::ostringstream out_;
  Console pipe_{.out = out_, .err = out_};
  Console terminal_{.out = out_, .err = out_, .out_is_terminal = true};
};

TEST_F(ColorTest, AutoMeansOnATerminalUnlessItIsUnwanted) {
  EXPECT_TRUE(WantsColor("auto", terminal_));
  EXPECT_FALSE(WantsColor("auto", pipe_));
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(WantsColor("auto", terminal_));
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(WantsColor("auto", terminal_));
}

TEST_F(ColorTest, WhatIsSaidWinsOverTheSurroundings) {
  setenv("NO_COLOR", "1", 1);
  EXPECT_TRUE(WantsColor("always", pipe_));
  EXPECT_FALSE(WantsColor("never", terminal_));
}

TEST_F(ColorTest, PaintsAndResets) {
  EXPECT_EQ(Paint({"x"}, Color::kRed).text, "\x1b[31mx\x1b[0m");
  EXPECT_EQ(Paint({"x"}, Color::kNone).text, "x");
  EXPECT_EQ(Paint({""}, Color::kGreen).text, "");
}

}  // namespace
}  // namespace florin::cli
