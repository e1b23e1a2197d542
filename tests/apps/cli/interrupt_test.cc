#include "apps/cli/interrupt.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace florin::cli {
namespace {

TEST(InterruptTest, TheFirstSignalOnlySetsTheFlag) {
  const InterruptGuard guard;
  EXPECT_FALSE(guard.flag());
  std::raise(SIGTERM);
  EXPECT_TRUE(guard.flag());
}

// Bug: timeout(1) sends its signal twice, and the second ended the program before it had said
// goodbye.
TEST(InterruptTest, TheSameWishHeardTwiceIsOne) {
  const InterruptGuard guard;
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  EXPECT_TRUE(guard.flag());
}

TEST(InterruptDeathTest, TheNextOneEndsTheProgram) {
  EXPECT_EXIT(
      {
        const InterruptGuard guard;
        std::raise(SIGTERM);
        std::this_thread::sleep_for(std::chrono::milliseconds(600));
        std::raise(SIGTERM);
        std::this_thread::sleep_for(std::chrono::seconds(10));
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(InterruptDeathTest, WithoutAGuardItEndsTheProgram) {
  EXPECT_EXIT(
      {
        { const InterruptGuard guard; }
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace florin::cli
