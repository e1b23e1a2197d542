// Goal: a member survives lost connections, leaves gracefully, and gives up when
// it should. Method: as in group_consumer_test.cc.
#include <gmock/gmock.h>

#include "tests/clients/cpp/group_consumer_fixture.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::SizeIs;

using GroupConsumerEndTest = GroupConsumerTest;

TEST_F(GroupConsumerEndTest, JoinsAgainInItsOwnPlaceAfterALostConnection) {
  Gate gate;
  Diary diary;
  std::atomic<int> joined = 0;
  std::atomic<int> lost = 0;
  auto options = Options();
  options.workers = 2;
  options.on_joined = [&] { ++joined; };
  options.on_disconnect = [&](const ClientError& error, std::optional<milliseconds> delay) {
    EXPECT_EQ(error.reason, "SHUTTING_DOWN");
    EXPECT_TRUE(delay);
    ++lost;
  };
  groups_.Fill(20, 5);
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent& delivery) {
    diary.Enter(delivery.event());
    if (delivery.event().position() <= 2) {
      gate.Pass();
    }
    diary.Leave(delivery.event());
    return Handled::Done();
  });
  gate.AwaitWaiting(2);
  groups_.Break(LedgerStatus(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN", "the server stops"));
  // The handlers go on; what they have comes again only when they are done.
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (consumer.stats().connections < 2 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  gate.Open();
  ASSERT_TRUE(groups_.AwaitEmpty());
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_EQ(lost, 1);
  EXPECT_EQ(joined, 2);
  EXPECT_THAT(groups_.done, SizeIs(20));
  ASSERT_THAT(groups_.joins, SizeIs(2));
  EXPECT_FALSE(groups_.joins[0].take_over());
  EXPECT_TRUE(groups_.joins[1].take_over());
  EXPECT_EQ(groups_.joins[1].member_name(), "m");
  EXPECT_EQ(consumer.stats().too_late, 2);
}

// Bug: another call's headers above 8 KiB ended a member for good.
TEST_F(GroupConsumerEndTest, JoinsAgainAfterAnotherCallCutTheConnection) {
  Gate gate;
  groups_.Fill(20, 5);
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent& delivery) {
    if (delivery.event().position() == 1) gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(1);
  groups_.Break(
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "received initial metadata size exceeds limit"});
  gate.Open();
  ASSERT_TRUE(groups_.AwaitEmpty());
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_THAT(groups_.done, SizeIs(20));
  EXPECT_THAT(groups_.joins, SizeIs(2));
}

TEST_F(GroupConsumerEndTest, LeavesOnlyWhenEverythingItDidIsDurable) {
  groups_.Fill(3, 3);
  Gate gate;
  auto options = Options();
  options.workers = 1;
  options.acknowledge_linger = seconds(10);
  GroupConsumer consumer(*client_, options, [&](const v1::DeliveredEvent&) {
    gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(1);
  std::thread stopper([&] { EXPECT_TRUE(consumer.Stop().ok()); });
  EXPECT_FALSE(consumer.WaitFor(milliseconds(50)));
  gate.Open();
  stopper.join();
  // The two that no handler had begun are left to others.
  EXPECT_THAT(groups_.done, SizeIs(1));
  EXPECT_EQ(consumer.stats().not_begun, 2);
  EXPECT_TRUE(consumer.Stop().ok());
}

TEST_F(GroupConsumerEndTest, AHandlerMayEndItWithTheEventItHas) {
  groups_.Fill(20, 1);
  std::atomic<int> handled = 0;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent&) {
    if (++handled == 3) {
      consumer.BeginStop();
    }
    return Handled::Done();
  });
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (handled < 3 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_TRUE(consumer.Stop().ok());
  EXPECT_EQ(handled, 3);
  EXPECT_THAT(groups_.done, ElementsAre(1, 2, 3));
}

TEST_F(GroupConsumerEndTest, StopSaysWhenTheLastWordsWereLost) {
  groups_.Fill(1, 1);
  Gate gate;
  GroupConsumer consumer(*client_, Options(), [&](const v1::DeliveredEvent&) {
    gate.Pass();
    return Handled::Done();
  });
  gate.AwaitWaiting(1);
  std::thread opener([&] {
    std::this_thread::sleep_for(milliseconds(50));
    gate.Open();
  });
  groups_.Break({grpc::StatusCode::UNAVAILABLE, "connection lost"});
  groups_.refuse_join = grpc::Status(grpc::StatusCode::UNAVAILABLE, "still away");
  const DoneResult stopped = consumer.Stop();
  opener.join();
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GroupConsumerEndTest, EndsOnWhatRetryingDoesNotCure) {
  auto options = Options();
  options.group_id = "none";
  GroupConsumer lost(*client_, options, [](const v1::DeliveredEvent&) { return Handled::Done(); });
  const DoneResult ended = lost.Wait();
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().reason, "GROUP_NOT_FOUND");

  groups_.refuse_join =
      LedgerStatus(grpc::StatusCode::ALREADY_EXISTS, "MEMBER_EXISTS", "m is there already");
  GroupConsumer second(*client_, Options(),
                       [](const v1::DeliveredEvent&) { return Handled::Done(); });
  const DoneResult refused = second.Wait();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "MEMBER_EXISTS");
  EXPECT_THAT(groups_.joins, SizeIs(1));
}

TEST_F(GroupConsumerEndTest, GivesUpAFirstConnectionByTheClientsPolicy) {
  const auto nobody = Client::Connect("127.0.0.1:1", Impatient());
  GroupConsumer consumer(*nobody, Options(),
                         [](const v1::DeliveredEvent&) { return Handled::Done(); });
  const DoneResult ended = consumer.Wait();
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(consumer.Stop().ok());
}

}  // namespace
}  // namespace florin::client
