// Goal: what a group delivers, to whom and when, and how attempts end. Method: one group on one
// thread, with a log, a store and a clock of the test's.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/groups/core.h"
#include "tests/actors/groups/group_world.h"

namespace florin::actors {
namespace {

using domain::GroupOrder;
using domain::GroupSettings;
using domain::Reason;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Positions = std::vector<std::int64_t>;

GroupSettings Unordered() {
  GroupSettings settings;
  settings.order = GroupOrder::kNone;
  return settings;
}

TEST(GroupCoreTest, DeliversTheEventsOfAStreamOneAfterAnother) {
  GroupWorld world;
  for (int i = 0; i < 3; ++i) world.log.Append("a");
  const auto member = world.Join("m");
  for (std::int64_t position = 1; position <= 3; ++position) {
    const auto got = world.Got(member);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].position, position);
    EXPECT_EQ(got[0].attempt, 1);
    EXPECT_EQ(got[0].event_bytes, ScriptedLog::BytesOf("a", position));
    EXPECT_LE(got[0].delivery_id.size(), 15U);
    world.Ack(member, got[0]);
  }
  EXPECT_EQ(world.core().View(false).position, 3);
  EXPECT_TRUE(world.last_batch[member].caught_up);
}

TEST(GroupCoreTest, WithoutOrderDeliversAllOfAStreamAtOnce) {
  GroupWorld world(Unordered());
  for (int i = 0; i < 3; ++i) world.log.Append("a");
  EXPECT_EQ(world.GotPositions(world.Join("m")), (Positions{1, 2, 3}));
}

TEST(GroupCoreTest, DeliversOnlyWhatMatchesAndPassesTheRest) {
  GroupSettings settings;
  settings.filter.stream_prefixes = {"a"};
  GroupWorld world(settings);
  world.log.Append("b");
  world.log.Append("a1");
  world.log.Append("b");
  const auto member = world.Join("m");
  const auto got = world.Got(member);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].position, 2);
  EXPECT_EQ(world.core().View(false).position, 1);
  world.Ack(member, got[0]);
  EXPECT_EQ(world.core().View(false).position, 3);
}

TEST(GroupCoreTest, BeginsAfterTheStart) {
  GroupWorld world({}, {}, 2);
  for (const char* stream : {"a", "b", "c"}) world.log.Append(stream);
  EXPECT_EQ(world.GotPositions(world.Join("m")), (Positions{3}));
}

TEST(GroupCoreTest, TellsAMemberAtOnceThatItIsInAlsoWhenThereIsNothingForIt) {
  GroupSettings settings;
  settings.max_parked_and_waiting = 2;
  settings.max_in_flight = 2;
  GroupWorld world(settings);
  for (const char* stream : {"a", "b", "a", "a", "a", "c"}) world.log.Append(stream);
  const auto one = world.Join("one");
  const auto got = world.Got(one);
  ASSERT_EQ(got.size(), 2U);
  world.Nack(one, got[0], NackAction::kPark);
  // There is more, but a blocked group hands out nothing new.
  ASSERT_TRUE(world.core().View(false).blocked);
  const auto two = world.Join("two");
  EXPECT_TRUE(world.Got(two).empty());
  EXPECT_FALSE(world.last_batch[two].caught_up);
  EXPECT_EQ(world.batches[two], 1);
  EXPECT_EQ(world.batches[world.Join("two", 0, true)], 1);
}

TEST(GroupCoreTest, ReadsOnlyWhileItHasMembers) {
  GroupWorld world;
  world.log.Append("a");
  world.Run();
  EXPECT_EQ(world.core().read_through(), 0);
  world.Join("m");
  EXPECT_EQ(world.core().read_through(), 1);
}

TEST(GroupCoreTest, SpreadsStreamsEvenlyAndKeepsToTheBoundOfEach) {
  GroupWorld world;
  for (int i = 0; i < 10; ++i) world.log.Append("s" + std::to_string(i));
  const auto one = world.Join("one", 2);
  const auto two = world.Join("two", 4);
  EXPECT_EQ(world.Got(one).size(), 2U);
  EXPECT_EQ(world.Got(two).size(), 4U);
  const auto three = world.Join("three");
  EXPECT_EQ(world.Got(three).size(), 4U);
}

TEST(GroupCoreTest, TheGroupsBoundHoldsForAMemberThatAsksForMore) {
  GroupSettings settings;
  settings.max_in_flight = 3;
  GroupWorld world(settings);
  for (int i = 0; i < 10; ++i) world.log.Append("s" + std::to_string(i));
  EXPECT_EQ(world.Got(world.Join("m", 100)).size(), 3U);
}

TEST(GroupCoreTest, AStreamStaysWithItsMemberWhileItHasEvents) {
  GroupWorld world;
  for (int i = 0; i < 6; ++i) world.log.Append(i % 2 == 0 ? "a" : "b");
  const auto one = world.Join("one");
  const auto two = world.Join("two");
  // Both went to the first, who was alone; then each keeps what it has.
  auto got = world.Got(one);
  ASSERT_EQ(got.size(), 2U);
  world.Ack(one, got[0]);
  auto moved = world.Got(two);
  auto kept = world.Got(one);
  ASSERT_EQ(moved.size() + kept.size(), 1U);
  const auto holder = moved.empty() ? one : two;
  world.Ack(holder, moved.empty() ? kept[0] : moved[0]);
  EXPECT_EQ(world.GotPositions(holder), (Positions{5}));
}

TEST(GroupCoreTest, AMemberThatJoinsGetsItsShareAlthoughStreamsAreBusy) {
  GroupWorld world;
  for (int i = 0; i < 200; ++i) world.log.Append("s" + std::to_string(i % 20));
  const auto one = world.Join("one");
  const auto two = world.Join("two");
  for (int round = 0; round < 5; ++round) {
    for (const auto member : {one, two}) {
      for (const Delivery& delivery : world.Got(member)) world.Ack(member, delivery);
    }
  }
  const auto view = world.core().View(true);
  ASSERT_EQ(view.members.size(), 2U);
  EXPECT_NEAR(static_cast<double>(view.members[0].in_flight_count), 10, 1);
}

TEST(GroupCoreTest, ANameThatIsTakenIsRefusedUnlessItIsTakenOver) {
  GroupWorld world;
  world.log.Append("a");
  const auto first = world.Join("m");
  EXPECT_EQ(world.GotPositions(first), (Positions{1}));
  JoinRequest request;
  request.member_name = "m";
  EXPECT_EQ(world.core().Join(request, world.now()).refusal().reason, Reason::kMemberExists);
  const auto second = world.Join("m", 0, true);
  EXPECT_EQ(world.ended[first], Reason::kMemberExists);
  const auto got = world.Got(second);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].attempt, 2);
}

// Bug: a member that took the place of another was one too many.
TEST(GroupCoreTest, WhoMayOnlyReplaceIsRefusedWithoutAMemberOfItsName) {
  GroupWorld world;
  const auto first = world.Join("m");
  JoinRequest request;
  request.replaces_only = true;
  request.member_name = "n";
  request.take_over = true;
  const auto refused = world.core().Join(request, world.now());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.refusal().reason, Reason::kOverloaded);
  EXPECT_THAT(refused.refusal().message, testing::HasSubstr("--max-group-members"));
  request.member_name = "m";
  request.take_over = false;
  EXPECT_EQ(world.core().Join(request, world.now()).refusal().reason, Reason::kMemberExists);
  request.take_over = true;
  EXPECT_TRUE(world.core().Join(request, world.now()).ok());
  world.Run();
  EXPECT_EQ(world.ended[first], Reason::kMemberExists);
  EXPECT_EQ(world.core().Counts().members, 1);
}

TEST(GroupCoreTest, TooManyMembersAreRefused) {
  GroupLimits limits;
  limits.members_max = 1;
  GroupWorld world({}, limits);
  world.Join("one");
  JoinRequest request;
  request.member_name = "two";
  EXPECT_EQ(world.core().Join(request, world.now()).refusal().reason, Reason::kOverloaded);
}

TEST(GroupCoreTest, AcknowledgementsThatNameNothingAreRefusedAndTheRestGoesOn) {
  GroupWorld world;
  world.log.Append("a");
  world.log.Append("b");
  const auto one = world.Join("one");
  const auto got = world.Got(one);
  ASSERT_EQ(got.size(), 2U);
  const auto two = world.Join("two");
  const AcknowledgeRequest request{{"nonsense", "", got[0].delivery_id, got[0].delivery_id},
                                   {{"?", NackAction::kSkip, ""}},
                                   {"000009000000001"}};
  world.core().Acknowledge(two, {{got[1].delivery_id}, {}, {}}, world.now());
  world.core().Acknowledge(one, request, world.now());
  world.Run();
  EXPECT_THAT(world.GotRefusals(two), ElementsAre(Reason::kDeliveryUnknown));
  EXPECT_EQ(world.GotRefusals(one), std::vector<Reason>(5, Reason::kDeliveryUnknown));
  EXPECT_EQ(world.core().View(false).position, 1);
}

TEST(GroupCoreTest, TellsWhatIsDurable) {
  GroupWorld world;
  world.log.Append("a");
  const auto member = world.Join("m");
  world.Ack(member, world.Got(member)[0]);
  world.core().Acknowledge(member, {}, world.now());
  world.Run();
  EXPECT_EQ(world.last_batch[member].durable_acknowledge_count, 0);
  world.Sync();
  EXPECT_EQ(world.last_batch[member].durable_acknowledge_count, 2);
}

TEST(GroupCoreTest, HeartbeatsOnSilence) {
  GroupWorld world;
  const auto member = world.Join("m");
  const int before = world.batches[member];
  world.Pass(9 * kSecond);
  EXPECT_EQ(world.batches[member], before);
  world.Pass(kSecond);
  EXPECT_EQ(world.batches[member], before + 1);
  EXPECT_LE(world.core().NextTime(), world.now() + 10 * kSecond);
}

TEST(GroupCoreTest, EndsAMemberThatDoesNotReadAndItsStreamsMoveOn) {
  GroupWorld world;
  const auto stuck = world.Join("stuck");
  world.stopped_reading[stuck] = true;
  world.log.Append("a");
  world.Run();
  EXPECT_EQ(world.Got(stuck).size(), 1U);
  world.log.Append("b");
  world.Run();
  EXPECT_THAT(world.Got(stuck), IsEmpty());
  const auto other = world.Join("other");
  // "b" stood in line and is given to the other when its time is over, "a" after a backoff too.
  world.Pass(30 * kSecond);
  world.Pass(kSecond);
  EXPECT_THAT(world.GotPositions(other), UnorderedElementsAre(1, 2));
  EXPECT_EQ(world.ended.count(stuck), 0U);
  world.Pass(30 * kSecond);
  EXPECT_EQ(world.ended[stuck], Reason::kSubscriberStalled);
}

TEST(GroupCoreTest, AFailingLogEndsMembersAndIsTriedAgainLater) {
  GroupWorld world;
  world.log.Append("a");
  world.log.Fail(domain::Refusal{Reason::kDataCorrupt, "broken", {}});
  const auto first = world.Join("m");
  EXPECT_EQ(world.ended[first], Reason::kDataCorrupt);
  world.log.Fail(std::nullopt);
  const auto second = world.Join("m");
  EXPECT_THAT(world.Got(second), IsEmpty());
  world.Pass(5 * kSecond);
  EXPECT_EQ(world.GotPositions(second), (Positions{1}));
}

TEST(GroupCoreTest, AStreamInWhichMuchWaitsLeavesTheWindowToOthers) {
  GroupLimits limits;
  limits.window_events = 100;
  limits.stream_events = 8;
  GroupWorld world({}, limits);
  for (int i = 0; i < 1'000; ++i) world.log.Append("hot");
  world.log.Append("cold");
  const auto member = world.Join("m");
  EXPECT_THAT(world.GotPositions(member), UnorderedElementsAre(1, 1'001));
}

TEST(GroupCoreTest, DeliversEveryEventOfAHotStreamInOrder) {
  GroupLimits limits;
  limits.window_events = 100;
  limits.window_positions = 500;
  limits.stream_events = 8;
  GroupWorld world({}, limits);
  constexpr std::int64_t kEvents = 2'000;
  for (std::int64_t i = 0; i < kEvents; ++i) world.log.Append("hot");
  const auto member = world.Join("m");
  for (std::int64_t position = 1; position <= kEvents; ++position) {
    const auto got = world.Got(member);
    ASSERT_EQ(got.size(), 1U) << position;
    ASSERT_EQ(got[0].position, position);
    ASSERT_EQ(got[0].event_bytes, ScriptedLog::BytesOf("hot", position));
    world.Ack(member, got[0]);
  }
  EXPECT_EQ(world.core().View(false).position, kEvents);
}

// Bug: what was read back had a bound in events and none in bytes.
TEST(GroupCoreTest, ReadsBackAsManyBytesAsFitAndTheRestLater) {
  GroupLimits limits;
  limits.stream_events = 1;
  limits.fetch_bytes = 6;
  GroupWorld world({}, limits);
  // Of three bytes each.
  for (int i = 0; i < 9; ++i) world.log.Append("a");
  const auto member = world.Join("m");
  for (std::int64_t position = 1; position <= 9; ++position) {
    const auto got = world.Got(member);
    ASSERT_EQ(got.size(), 1U) << position;
    EXPECT_EQ(got[0].event_bytes, ScriptedLog::BytesOf("a", position));
    world.Ack(member, got[0]);
  }
  EXPECT_THAT(world.log.fetches(), ElementsAre(2U, 2U, 2U, 2U));
}

TEST(GroupCoreTest, HoldsLittleWhileAllGroupsHoldTooMuch) {
  GroupLimits limits;
  limits.crowded_bytes = 6;
  GroupWorld world({}, limits);
  world.core().SetCrowded(true);
  // Of three bytes each.
  for (const char* stream : {"a", "b", "c", "d", "e"}) world.log.Append(stream);
  const auto member = world.Join("m");
  const auto got = world.Got(member);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_LE(world.core().NextTime(), world.now() + limits.crowded_wait_ns);
  // It goes on with what it has.
  world.Ack(member, got[0]);
  world.Ack(member, got[1]);
  EXPECT_THAT(world.GotPositions(member), ElementsAre(3, 4));
  world.core().SetCrowded(false);
  world.Run();
  EXPECT_THAT(world.GotPositions(member), ElementsAre(5));
}

// Bug: groups whose members were gone kept the others short of memory for ever.
TEST(GroupCoreTest, HoldsNothingWithoutMembers) {
  domain::GroupSettings settings;
  settings.event_ttl_ns = 3600 * kSecond;
  GroupWorld world(settings);
  for (const char* stream : {"a", "a", "b", "c"}) world.log.Append(stream);
  world.Run();
  EXPECT_EQ(world.core().Counts().held_bytes, 0);
  const auto member = world.Join("m");
  EXPECT_EQ(world.Got(member).size(), 3U);
  EXPECT_GT(world.core().Counts().held_bytes, 0);
  world.core().Leave(member, {}, world.now());
  world.Run();
  EXPECT_EQ(world.core().Counts().held_bytes, 0);
  const auto next = world.Join("n");
  const auto got = world.Got(next);
  ASSERT_EQ(got.size(), 3U);
  for (const auto& event : got) world.Ack(next, event);
  EXPECT_THAT(world.GotPositions(next), ElementsAre(2));
}

TEST(GroupCoreTest, WhatWaitsForItsNextAttemptTakesNoRoomWhileItIsScarce) {
  GroupLimits limits;
  limits.crowded_bytes = 6;
  GroupWorld world({}, limits);
  world.core().SetCrowded(true);
  for (const char* stream : {"a", "b", "c", "d"}) world.log.Append(stream);
  const auto member = world.Join("m");
  const auto got = world.Got(member);
  ASSERT_EQ(got.size(), 2U);
  for (const auto& event : got) world.Nack(member, event, NackAction::kRetry);
  // The next ones, which the two would have kept out.
  EXPECT_THAT(world.GotPositions(member), ElementsAre(3, 4));
}

TEST(GroupCoreTest, TellsWhoHasWhat) {
  GroupWorld world;
  world.log.Append("b", "x", 7);
  world.log.Append("a", "x", 9);
  world.Join("m");
  const auto view = world.core().View(true);
  EXPECT_EQ(view.oldest_unacked_time, 7);
  ASSERT_EQ(view.members.size(), 1U);
  EXPECT_EQ(view.members[0].member_name, "m");
  EXPECT_EQ(view.members[0].principal, "m's");
  EXPECT_EQ(view.members[0].in_flight_count, 2);
  EXPECT_EQ(view.members[0].oldest_unacked_time, 7);
  EXPECT_THAT(view.members[0].streams, ElementsAre("a", "b"));
}

}  // namespace
}  // namespace florin::actors
