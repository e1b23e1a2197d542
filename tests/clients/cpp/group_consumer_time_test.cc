// Goal: what a handler holds is extended in time, and let go when it hangs; what
// is done is acknowledged in time. Method: as in group_consumer_test.cc.
#include <gmock/gmock.h>

#include "tests/clients/cpp/group_consumer_fixture.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

using GroupConsumerTimeTest = GroupConsumerTest;

TEST_F(GroupConsumerTimeTest, ExtendsWhatTakesLong) {
  groups_.group.mutable_settings()->mutable_ack_timeout()->set_seconds(0);
  groups_.group.mutable_settings()->mutable_ack_timeout()->set_nanos(90'000'000);
  groups_.Fill(2, 2);
  Gate gate;
  auto options = Options();
  options.workers = 1;
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    gate.Pass();
    return Handled::Done();
  });
  // Both the one at work and the one that waits for the worker.
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  for (bool both = false; !both && std::chrono::steady_clock::now() < limit;) {
    std::this_thread::sleep_for(milliseconds(1));
    const std::scoped_lock lock(groups_.mutex);
    const auto& ids = groups_.extended;
    both = std::count(ids.begin(), ids.end(), "d1") > 2 &&
           std::count(ids.begin(), ids.end(), "d2") > 2;
  }
  gate.Open();
  EXPECT_TRUE(groups_.AwaitEmpty());
  EXPECT_GT(consumer.stats().extended, 4);
  EXPECT_EQ(consumer.stats().not_begun, 0);
}

TEST_F(GroupConsumerTimeTest, LetsGoOfWhatIsHeldTooLong) {
  groups_.group.mutable_settings()->mutable_ack_timeout()->set_seconds(0);
  groups_.group.mutable_settings()->mutable_ack_timeout()->set_nanos(60'000'000);
  groups_.Fill(2, 2);
  Gate gate;
  auto options = Options();
  options.workers = 1;
  options.hold_limit = milliseconds(0);
  std::atomic<int> handled = 0;
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    ++handled;
    gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(1);
  std::this_thread::sleep_for(milliseconds(100));
  gate.Open();
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (consumer.stats().in_hand > 0 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  // The server has given the second one to somebody else by now.
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(consumer.stats().not_begun, 1);
  EXPECT_EQ(consumer.stats().extended, 0);
}

TEST_F(GroupConsumerTimeTest, AcknowledgesInTimeWhileItsLastHandlersRun) {
  SetAckTimeout(milliseconds(600));
  groups_.Fill(2, 2);
  Gate first;
  Gate second;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent& delivery) {
    (delivery.event().position() == 1 ? first : second).Pass();
    return Handled::Done();
  });
  first.AwaitWaiting(1);
  second.AwaitWaiting(1);
  std::thread stopper([&] { EXPECT_TRUE(consumer.Stop().ok()); });
  EXPECT_FALSE(consumer.WaitFor(milliseconds(20)));
  first.Open();
  EXPECT_TRUE(Eventually([&] { return groups_.done.size() == 1; }));
  second.Open();
  stopper.join();
  EXPECT_THAT(groups_.done, ElementsAre(1, 2));
}

TEST_F(GroupConsumerTimeTest, ReadsTheAckTimeoutAgainAfterARefusal) {
  SetAckTimeout(std::chrono::hours(12));
  groups_.Fill(2, 2);
  Gate gate;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent& delivery) {
    if (delivery.event().position() == 2) {
      gate.Pass();
      return Handled::Done();
    }
    gate.AwaitWaiting(1);
    SetAckTimeout(milliseconds(90));
    const_cast<v1::DeliveredEvent&>(delivery).set_delivery_id("timed out");
    return Handled::Done();
  });
  EXPECT_TRUE(Eventually([&] { return groups_.extended.size() > 2; }));
  gate.Open();
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_THAT(groups_.done, ElementsAre(2));
}

}  // namespace
}  // namespace florin::client
