// Goal: a member handles every event, a stream's one after another, and tells
// the server what became of each.
// Method: the real consumer against a group in memory.
#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/clients/cpp/group_consumer_fixture.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::SizeIs;

TEST_F(GroupConsumerTest, HandlesEveryEventInTheOrderOfItsStream) {
  groups_.Fill(1000, 7);
  Diary diary;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent& delivery) {
    diary.Enter(delivery.event());
    diary.Leave(delivery.event());
    return Handled::Done();
  });
  ASSERT_TRUE(groups_.AwaitEmpty());
  EXPECT_TRUE(consumer.Stop().ok());
  std::size_t count = 0;
  for (const auto& [stream, positions] : diary.seen()) {
    EXPECT_TRUE(std::is_sorted(positions.begin(), positions.end())) << stream;
    count += positions.size();
  }
  EXPECT_EQ(count, 1000U);
  EXPECT_THAT(groups_.done, SizeIs(1000));
  const auto stats = consumer.stats();
  EXPECT_EQ(stats.delivered, 1000);
  EXPECT_EQ(stats.acknowledged, 1000);
  EXPECT_EQ(stats.in_hand, 0);
  EXPECT_EQ(stats.refused, 0);
}

TEST_F(GroupConsumerTest, WorksOnSeveralStreamsAtOnce) {
  groups_.Fill(4, 4);
  Gate gate;
  auto options = Options();
  options.workers = 3;
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(3);
  EXPECT_EQ(consumer.stats().in_hand, 4);
  gate.Open();
  EXPECT_TRUE(groups_.AwaitEmpty());
}

TEST_F(GroupConsumerTest, PutsManyAcknowledgementsIntoFewMessages) {
  groups_.Fill(400, 400);
  auto options = Options();
  options.acknowledge_linger = seconds(10);
  GroupConsumer consumer(*client_, options,
                         [](const v1::DeliveredEvent&) { return Handled::Done(); });
  // Not after the linger: there is nothing left to do.
  ASSERT_TRUE(groups_.AwaitEmpty(seconds(5)));
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_LE(groups_.acknowledge_messages, 40);
}

TEST_F(GroupConsumerTest, SaysWhatBecameOfEachEvent) {
  groups_.Fill(5, 5);
  GroupConsumer consumer(*client_, Options(), [](const v1::DeliveredEvent& delivery) -> Handled {
    switch (delivery.event().position()) {
      case 1:
        return delivery.attempt() == 1 ? Handled::Retry("not now") : Handled::Done();
      case 2:
        return Handled::Park("cannot be read");
      case 3:
        return Handled::Skip("nobody wants it");
      case 4:
        if (delivery.attempt() == 1) {
          throw std::runtime_error("mail server \xFF is down");
        }
        return Handled::Done();
      default:
        return Handled::Done();
    }
  });
  ASSERT_TRUE(groups_.AwaitEmpty());
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_THAT(groups_.parked, ElementsAre(2));
  EXPECT_THAT(groups_.done, testing::UnorderedElementsAre(1, 4, 5));
  std::map<v1::NackAction, std::vector<std::string>> reasons;
  for (const auto& nack : groups_.nacks) {
    reasons[nack.action()].push_back(nack.reason());
  }
  EXPECT_THAT(reasons[v1::NACK_ACTION_PARK], ElementsAre("cannot be read"));
  EXPECT_THAT(reasons[v1::NACK_ACTION_SKIP], ElementsAre("nobody wants it"));
  EXPECT_THAT(reasons[v1::NACK_ACTION_RETRY],
              testing::UnorderedElementsAre("not now", "mail server ? is down"));
  const auto stats = consumer.stats();
  EXPECT_EQ(stats.redelivered, 2);
  EXPECT_EQ(stats.retried, 2);
  EXPECT_EQ(stats.parked, 1);
  EXPECT_EQ(stats.skipped, 1);
  EXPECT_EQ(stats.acknowledged, 3);
}

TEST_F(GroupConsumerTest, TellsOfAcknowledgementsThatWereRefused) {
  groups_.Fill(1, 1);
  std::mutex mutex;
  std::vector<std::string> refused;
  auto options = Options();
  options.on_refusal = [&](const std::string& delivery_id, const ClientError& refusal) {
    const std::scoped_lock lock(mutex);
    refused.push_back(delivery_id + " " + refusal.reason);
  };
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent& delivery) {
    const_cast<v1::DeliveredEvent&>(delivery).set_delivery_id("other");
    return Handled::Done();
  });
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (consumer.stats().refused == 0 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_THAT(refused, ElementsAre("other DELIVERY_UNKNOWN"));
}

}  // namespace
}  // namespace florin::client
