#include "clients/cpp/group_worklist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>

namespace florin::client {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Clock = GroupWorklist::Clock;

void Add(GroupWorklist& list, std::int64_t connection,
         const std::vector<std::pair<std::string, std::string>>& deliveries,
         Clock::time_point now = Clock::now()) {
  google::protobuf::RepeatedPtrField<v1::DeliveredEvent> added;
  for (const auto& [stream, id] : deliveries) {
    auto* delivery = added.Add();
    delivery->mutable_event()->set_stream(stream);
    delivery->set_delivery_id(id);
  }
  list.Add(connection, &added, now);
}

TEST(GroupWorklistTest, GivesOutAStreamsNextOnlyWhenThePreviousIsFinished) {
  GroupWorklist list;
  Add(list, 1, {{"a", "a1"}, {"a", "a2"}, {"b", "b1"}});
  const auto first = list.Take();
  const auto other = list.Take();
  EXPECT_EQ(first->delivery.delivery_id(), "a1");
  EXPECT_EQ(other->delivery.delivery_id(), "b1");
  EXPECT_FALSE(list.Finish(other));
  EXPECT_FALSE(list.Finish(first));
  const auto second = list.Take();
  EXPECT_EQ(second->delivery.delivery_id(), "a2");
  EXPECT_TRUE(list.Finish(second));
}

TEST(GroupWorklistTest, AStreamStaysBusyOverALostConnection) {
  GroupWorklist list;
  Add(list, 1, {{"a", "a1"}, {"a", "a2"}, {"b", "b1"}});
  const auto running = list.Take();
  list.DropWaiting();
  EXPECT_EQ(list.size(), 1U);
  EXPECT_EQ(list.not_begun(), 2);
  Add(list, 2, {{"a", "again"}, {"c", "c1"}});
  EXPECT_EQ(list.Take()->delivery.delivery_id(), "c1");
  list.Finish(running);
  const auto again = list.Take();
  EXPECT_EQ(again->delivery.delivery_id(), "again");
  EXPECT_EQ(again->connection, 2);
}

TEST(GroupWorklistTest, SkipsWhatHasWaitedLongerThanItIsOurs) {
  GroupWorklist list;
  list.SetLifetime(seconds(30));
  Add(list, 1, {{"a", "old"}}, Clock::now() - hours(1));
  Add(list, 1, {{"a", "new"}});
  EXPECT_EQ(list.Take()->delivery.delivery_id(), "new");
  EXPECT_EQ(list.not_begun(), 1);
}

TEST(GroupWorklistTest, ExtendsWhatIsDueAndNotHeldTooLong) {
  GroupWorklist list;
  const auto start = Clock::now();
  Add(list, 1, {{"a", "a1"}, {"a", "a2"}}, start);
  Add(list, 2, {{"b", "b1"}}, start);
  const auto due = [&](seconds after) {
    return list.TakeDue(1, start + after, seconds(10), seconds(60));
  };
  EXPECT_THAT(due(seconds(9)), IsEmpty());
  EXPECT_THAT(due(seconds(10)), UnorderedElementsAre("a1", "a2"));
  EXPECT_THAT(due(seconds(15)), IsEmpty());
  EXPECT_THAT(due(seconds(59)), UnorderedElementsAre("a1", "a2"));
  EXPECT_THAT(due(seconds(70)), IsEmpty());
}

TEST(GroupWorklistTest, CloseWakesThoseWhoWaitAndTakesNothingMore) {
  GroupWorklist list;
  std::thread closer([&] { list.Close(); });
  EXPECT_EQ(list.Take(), nullptr);
  closer.join();
  Add(list, 1, {{"a", "a1"}});
  EXPECT_EQ(list.size(), 0U);
}

}  // namespace
}  // namespace florin::client
