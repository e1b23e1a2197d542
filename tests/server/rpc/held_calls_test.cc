// How calls are refused while the server stops: when they wait, and for whom they do not.

#include "server/rpc/held_calls.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace florin::server {
namespace {

using std::chrono::milliseconds;

constexpr HeldCalls::TimePoint kNever = HeldCalls::TimePoint::max();
constexpr milliseconds kQuiet{20};
// Longer than any test takes.
constexpr milliseconds kLong{60'000};

HeldCalls::TimePoint In(milliseconds time) { return std::chrono::system_clock::now() + time; }

TEST(HeldCallsTest, RefusesAtOnceBeforeAndAfterTheHold) {
  HeldCalls calls;
  int refused = 0;
  const auto refuse = [&] { ++refused; };
  calls.Add(kNever, refuse);
  EXPECT_EQ(refused, 1);
  EXPECT_FALSE(calls.begun());
  calls.Begin();
  EXPECT_TRUE(calls.begun());
  calls.Add(kNever, refuse);
  calls.Add(In(kLong), refuse);
  EXPECT_TRUE(calls.WaitUntilQuiet(kQuiet, kLong));
  EXPECT_EQ(refused, 1);
  calls.Release();
  EXPECT_EQ(refused, 3);
  calls.Add(kNever, refuse);
  EXPECT_EQ(refused, 4);
}

TEST(HeldCallsTest, DoesNotHoldWhoseClientGivesUpSoon) {
  HeldCalls calls;
  calls.Begin();
  int refused = 0;
  calls.Add(In(milliseconds(100)), [&] { ++refused; });
  EXPECT_EQ(refused, 1);
}

TEST(HeldCallsTest, RefusesInTimeWhileOthersKeepComing) {
  HeldCalls calls;
  calls.Begin();
  std::atomic<bool> told = false;
  calls.Add(kNever, [] {});
  calls.Add(In(milliseconds(400)), [&] { told = true; });
  std::thread others([&] {
    while (!told) calls.Add(kNever, [] {});
  });
  EXPECT_TRUE(calls.WaitUntilQuiet(kQuiet, kLong));
  EXPECT_TRUE(told);
  others.join();
}

TEST(HeldCallsTest, SaysThatCallsNeverStopped) {
  HeldCalls calls;
  calls.Begin();
  std::atomic<bool> stop = false;
  std::thread others([&] {
    while (!stop) calls.Add(In(milliseconds(0)), [] {});
  });
  EXPECT_FALSE(calls.WaitUntilQuiet(kLong, milliseconds(50)));
  stop = true;
  others.join();
}

TEST(HeldCallsTest, WaitsUntilTheRefusalsAreOut) {
  HeldCalls calls;
  EXPECT_TRUE(calls.WaitUntilEnded(milliseconds(0)));
  calls.Add(kNever, [] {});
  EXPECT_FALSE(calls.WaitUntilEnded(milliseconds(1)));
  std::thread end([&] { calls.Ended(); });
  EXPECT_TRUE(calls.WaitUntilEnded(kLong));
  end.join();
}

}  // namespace
}  // namespace florin::server
