// Goal: groups through their actors, the writer's thread and the store: what is answered is
// stored, members hear of what they should. Method: the ledger's real actor system, a log in
// memory, real time; nothing sleeps, everything is awaited.

#include <gmock/gmock.h>

#include "tests/actors/groups/groups_fixture.h"

namespace florin::actors {
namespace {

using domain::Reason;
using ::testing::ElementsAre;

TEST_F(GroupsTest, DeliversHistoryAndWhatComesLiveAndKeepsWhatIsAcknowledged) {
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  auto inbox = std::make_shared<Inbox>();
  auto member = Join("g", "m", inbox);
  ASSERT_NE(member, nullptr);
  const Delivery first = inbox->Next();
  EXPECT_EQ(first.position, 1);
  log_.Append("b");
  const Delivery second = inbox->Next();
  EXPECT_EQ(second.position, 2);
  member->Acknowledge({{first.delivery_id}, {}, {}});
  EXPECT_TRUE(inbox->AwaitDurable(1));
  Stop();
  EXPECT_EQ(inbox->AwaitEnd(), Reason::kShuttingDown);
  Start();
  EXPECT_EQ(Get("g")->position, 1);
  inbox = std::make_shared<Inbox>();
  member = Join("g", "m", inbox);
  const Delivery again = inbox->Next();
  EXPECT_EQ(again.position, 2);
  EXPECT_EQ(again.attempt, 1);
  EXPECT_NE(again.delivery_id, second.delivery_id);
  member->Acknowledge({{second.delivery_id}, {}, {}});
  EXPECT_EQ(inbox->AwaitRefusal(), Reason::kDeliveryUnknown);
}

TEST_F(GroupsTest, MovesOnWhenAMemberLeavesOrIsTakenOver) {
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  const auto one = std::make_shared<Inbox>();
  const auto first = Join("g", "m", one);
  EXPECT_EQ(one->Next().attempt, 1);
  const auto two = std::make_shared<Inbox>();
  EXPECT_EQ(Join("g", "m", two), nullptr);
  EXPECT_EQ(refused_, Reason::kMemberExists);
  const auto second = Join("g", "m", two, true);
  EXPECT_EQ(one->AwaitEnd(), Reason::kMemberExists);
  EXPECT_EQ(two->Next().attempt, 2);
  const auto three = std::make_shared<Inbox>();
  const auto third = Join("g", "other", three);
  Leave(second);
  EXPECT_EQ(three->Next().attempt, 3);
  Leave(first);
  EXPECT_EQ(Get("g")->member_count, 1);
}

TEST_F(GroupsTest, ParksReplaysAndRemembersWhoDidWhat) {
  log_.Append("a");
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  member->Acknowledge({{}, {{inbox->Next().delivery_id, NackAction::kPark, "poison"}}, {}});
  ASSERT_TRUE(inbox->AwaitDurable(1));
  const auto parked = Await<std::vector<ParkedEventView>>(
      [&](auto done) { groups_->ListParked("g", 0, 10, done); });
  ASSERT_EQ(parked->size(), 1U);
  EXPECT_EQ(parked->front().event_bytes, ScriptedLog::BytesOf("a", 1));
  EXPECT_EQ(parked->front().waiting_count, 1);
  const auto replayed = Await<std::int64_t>([&](auto done) {
    groups_->Replay("g", {true, {}}, "fixed", "op", done);
  });
  EXPECT_EQ(*replayed, 1);
  const Delivery again = inbox->Next();
  EXPECT_EQ(again.position, 1);
  EXPECT_EQ(again.attempt, 1);
  const auto reset = Await<GroupView>(
      [&](auto done) { groups_->Reset("g", From(1), "skip it", false, "op", done); });
  EXPECT_EQ(reset->position, 1);
  EXPECT_EQ(inbox->Next().position, 2);
  const auto actions = Await<std::vector<GroupActionView>>(
      [&](auto done) { groups_->ListActions("g", 0, 10, done); });
  std::vector<GroupActionKind> kinds;
  for (const GroupActionView& action : *actions) kinds.push_back(action.kind);
  EXPECT_THAT(kinds, ElementsAre(GroupActionKind::kCreated, GroupActionKind::kParked,
                                 GroupActionKind::kReplayed, GroupActionKind::kReset));
  EXPECT_EQ((*actions)[1].member_name, "m");
  EXPECT_EQ((*actions)[1].principal, "who");
  EXPECT_EQ((*actions)[2].reason, "fixed");
  EXPECT_EQ(Get("missing").refusal().reason, Reason::kGroupNotFound);
}

TEST_F(GroupsTest, EndAllEndsMembersAndThoseToCome) {
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  groups_->EndAll();
  EXPECT_EQ(inbox->AwaitEnd(), Reason::kShuttingDown);
  EXPECT_EQ(Join("g", "m", inbox), nullptr);
  EXPECT_EQ(refused_, Reason::kShuttingDown);
  groups_->Stop();
  EXPECT_EQ(Get("g").refusal().reason, Reason::kShuttingDown);
}

TEST_F(GroupsTest, CountsWhatItDoes) {
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  const Delivery delivery = inbox->Next();
  EXPECT_EQ(groups_->Stats().members, 1);
  member->Acknowledge({{delivery.delivery_id}, {}, {}});
  ASSERT_TRUE(inbox->AwaitDurable(1));
  const GroupsStats stats = groups_->Stats();
  EXPECT_EQ(stats.groups, 1);
  EXPECT_EQ(stats.in_flight_events, 0);
  EXPECT_EQ(stats.delivered_total, 1);
  EXPECT_EQ(stats.acknowledged_total, 1);
  EXPECT_GE(stats.flushes_total, 2);
}

TEST_F(GroupsTest, DeliversEverythingThoughAllGroupsHoldTooMuch) {
  Stop();
  options_.held_bytes_max = 1;
  Start();
  for (int i = 0; i < 20; ++i) log_.Append("s" + std::to_string(i % 5));
  for (const char* id : {"g", "h"}) {
    ASSERT_TRUE(Create(id).ok());
    const auto inbox = std::make_shared<Inbox>();
    const auto member = Join(id, "m", inbox);
    for (int i = 0; i < 20; ++i) {
      const Delivery delivery = inbox->Next();
      ASSERT_NE(delivery.position, 0);
      member->Acknowledge({{delivery.delivery_id}, {}, {}});
    }
    ASSERT_TRUE(inbox->AwaitDurable(20));
    EXPECT_EQ(Get(id)->position, 20);
  }
}

TEST_F(GroupsTest, TellsTheAgeOfWhatNobodyReads) {
  log_.Append("a", "x", 42);
  ASSERT_TRUE(Create("g").ok());
  EXPECT_EQ(Get("g")->oldest_unacked_time, 42);
  EXPECT_EQ(Get("g")->head_position, 1);
}

}  // namespace
}  // namespace florin::actors
