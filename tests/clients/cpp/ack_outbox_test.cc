#include "clients/cpp/ack_outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace florin::client {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

AckOutbox::Clock::time_point In(AckOutbox::Clock::duration time) {
  return AckOutbox::Clock::now() + time;
}

TEST(AckOutboxTest, AFullMessageGoesAtOnceAndTheNextWaits) {
  AckOutbox outbox(2, hours(1));
  outbox.Begin(1);
  for (const char* id : {"a", "b", "c"}) {
    EXPECT_TRUE(outbox.Acknowledge(1, id));
  }
  const auto first = outbox.Take(In(seconds(20)));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->delivery_ids_size(), 2);
  const auto none = outbox.Take(In(milliseconds(1)));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->delivery_ids_size(), 0);
  outbox.Flush();
  EXPECT_EQ(outbox.Take(In(seconds(20)))->delivery_ids(0), "c");
  EXPECT_TRUE(outbox.empty());
}

TEST(AckOutboxTest, WaitsForCompanyNoLongerThanTheLinger) {
  AckOutbox outbox(100, milliseconds(5));
  outbox.Begin(1);
  v1::Nack nack;
  nack.set_delivery_id("a");
  EXPECT_TRUE(outbox.Nack(1, nack));
  const auto message = outbox.Take(In(seconds(20)));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->nacks_size(), 1);
}

TEST(AckOutboxTest, DropsWhatBelongsToAnotherConnection) {
  AckOutbox outbox(1, milliseconds(0));
  EXPECT_FALSE(outbox.Acknowledge(1, "before any"));
  outbox.Begin(1);
  EXPECT_TRUE(outbox.Acknowledge(1, "a"));
  outbox.Begin(2);
  EXPECT_TRUE(outbox.empty());
  EXPECT_FALSE(outbox.Acknowledge(1, "b"));
  EXPECT_TRUE(outbox.Acknowledge(2, "c"));
  EXPECT_EQ(outbox.Take(In(seconds(20)))->delivery_ids(0), "c");
}

TEST(AckOutboxTest, HoldsBackUntilTheEnd) {
  AckOutbox outbox(1, milliseconds(0));
  outbox.SetHoldLimit(hours(1));
  outbox.Begin(1);
  outbox.Acknowledge(1, "a");
  outbox.Hold();
  outbox.Acknowledge(1, "b");
  outbox.Flush();
  EXPECT_EQ(outbox.Take(In(milliseconds(1)))->delivery_ids_size(), 0);
  outbox.End();
  EXPECT_EQ(outbox.Take(In(seconds(20)))->delivery_ids(0), "a");
  EXPECT_EQ(outbox.Take(In(seconds(20)))->delivery_ids(0), "b");
  EXPECT_FALSE(outbox.Take(In(seconds(20))));
}

TEST(AckOutboxTest, HoldsBackNoLongerThanTheLimit) {
  AckOutbox outbox(1, hours(1));
  outbox.SetHoldLimit(milliseconds(5));
  outbox.Begin(1);
  outbox.Hold();
  outbox.Acknowledge(1, "a");
  outbox.Acknowledge(1, "b");
  for (const char* id : {"a", "b"}) {
    const auto message = outbox.Take(In(seconds(20)));
    ASSERT_TRUE(message);
    EXPECT_THAT(message->delivery_ids(), testing::ElementsAre(id));
  }
}

TEST(AckOutboxTest, TheHoldLimitAlsoHoldsForWhatIsKeptAlready) {
  AckOutbox outbox(1, milliseconds(0));
  outbox.SetHoldLimit(hours(1));
  outbox.Begin(1);
  outbox.Hold();
  outbox.Acknowledge(1, "a");
  std::thread setter([&] { outbox.SetHoldLimit(milliseconds(1)); });
  const auto message = outbox.Take(In(seconds(20)));
  setter.join();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->delivery_ids_size(), 1);
}

TEST(AckOutboxTest, WakesWhoeverTakesOnce) {
  AckOutbox outbox(1, milliseconds(0));
  outbox.Begin(1);
  outbox.Wake();
  const auto begun = AckOutbox::Clock::now();
  EXPECT_TRUE(outbox.Take(In(seconds(20))));
  EXPECT_LT(AckOutbox::Clock::now() - begun, seconds(10));
  const auto until = In(milliseconds(5));
  EXPECT_TRUE(outbox.Take(until));
  EXPECT_GE(AckOutbox::Clock::now(), until);
}

TEST(AckOutboxTest, GivesOutTheRestAndThenEnds) {
  AckOutbox outbox(100, hours(1));
  outbox.Begin(1);
  outbox.Acknowledge(1, "a");
  std::thread ender([&] { outbox.End(); });
  EXPECT_EQ(outbox.Take(In(seconds(20)))->delivery_ids_size(), 1);
  EXPECT_FALSE(outbox.Take(In(seconds(20))));
  ender.join();
  EXPECT_FALSE(outbox.Acknowledge(1, "b"));
}

}  // namespace
}  // namespace florin::client
