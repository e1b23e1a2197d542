// Goal: how attempts end, what is parked, what waits behind it and how it is released; times to
// live; the bound; new settings and resets. Method: as group_core_test.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

GroupSettings Attempts(std::int32_t max_attempts) {
  GroupSettings settings;
  settings.max_attempts = max_attempts;
  settings.min_backoff_ns = kSecond;
  settings.max_backoff_ns = 5 * kSecond;
  return settings;
}

/// The next delivery to a member, which must be the only one.
Delivery Only(GroupWorld* world, std::uint64_t member) {
  const auto got = world->Got(member);
  EXPECT_EQ(got.size(), 1U);
  return got.empty() ? Delivery{} : got[0];
}

TEST(GroupParkedTest, RetriesAfterABackoffThatDoubles) {
  GroupWorld world(Attempts(-1));
  world.log.Append("a");
  const auto member = world.Join("m");
  std::int32_t attempt = 1;
  for (const std::int64_t seconds : {1, 2, 4, 5, 5}) {
    const Delivery delivery = Only(&world, member);
    EXPECT_EQ(delivery.attempt, attempt++);
    world.Nack(member, delivery, NackAction::kRetry);
    world.Pass(seconds * kSecond - 1);
    EXPECT_THAT(world.Got(member), IsEmpty());
    world.Pass(1);
  }
}

TEST(GroupParkedTest, ABackoffHoldsBackItsStreamOnly) {
  GroupWorld world(Attempts(-1));
  for (const char* stream : {"a", "a", "b"}) world.log.Append(stream);
  const auto member = world.Join("m");
  auto got = world.Got(member);
  ASSERT_EQ(got.size(), 2U);
  world.Nack(member, got[0], NackAction::kRetry);
  world.Ack(member, got[1]);
  EXPECT_THAT(world.Got(member), IsEmpty());
  world.Pass(kSecond);
  EXPECT_EQ(Only(&world, member).position, 1);
}

TEST(GroupParkedTest, ParksAfterTheLastAttemptWithItsReason) {
  GroupWorld world(Attempts(2));
  world.log.Append("a");
  const auto member = world.Join("m");
  world.Nack(member, Only(&world, member), NackAction::kRetry, "first");
  world.Pass(kSecond);
  world.Nack(member, Only(&world, member), NackAction::kRetry, "second");
  const auto parked = world.core().ListParked(0, 10);
  ASSERT_EQ(parked.size(), 1U);
  EXPECT_EQ(parked[0].attempts, 2);
  EXPECT_EQ(parked[0].last_reason, "second");
  EXPECT_EQ(parked[0].member_name, "m");
  EXPECT_EQ(parked[0].principal, "m's");
  EXPECT_EQ(parked[0].park_time, world.now());
  EXPECT_EQ(world.core().View(false).position, 1);
}

TEST(GroupParkedTest, AnAttemptThatTimesOutCounts) {
  GroupWorld world(Attempts(1));
  world.log.Append("a");
  const auto member = world.Join("m");
  const Delivery late = Only(&world, member);
  world.Pass(30 * kSecond);
  ASSERT_EQ(world.core().Counts().parked, 1);
  EXPECT_EQ(world.core().ListParked(0, 1)[0].last_reason, "not acknowledged within 30 s");
  world.Ack(member, late);
  EXPECT_THAT(world.GotRefusals(member), ElementsAre(Reason::kDeliveryUnknown));
}

TEST(GroupParkedTest, ExtendingStartsTheTimeAnew) {
  GroupWorld world(Attempts(1));
  world.log.Append("a");
  const auto member = world.Join("m");
  const Delivery delivery = Only(&world, member);
  for (int i = 0; i < 5; ++i) {
    world.Pass(20 * kSecond);
    world.Extend(member, delivery);
  }
  world.Ack(member, delivery);
  EXPECT_THAT(world.GotRefusals(member), IsEmpty());
  EXPECT_EQ(world.core().View(false).position, 1);
}

TEST(GroupParkedTest, AnEventThatKillsItsConsumerIsParkedInTheEnd) {
  GroupWorld world(Attempts(3));
  world.log.Append("a");
  for (int i = 0; i < 3; ++i) {
    const auto member = world.Join("m");
    EXPECT_EQ(Only(&world, member).attempt, i + 1);
    world.Leave(member);
  }
  ASSERT_EQ(world.core().Counts().parked, 1);
  EXPECT_EQ(world.core().ListParked(0, 1)[0].last_reason, "member m left");
}

TEST(GroupParkedTest, WhatNeverReachedItsMemberIsNoAttempt) {
  GroupWorld world(Attempts(1));
  world.log.Append("a");
  const auto member = world.Join("m");
  world.core().Leave(member, {Only(&world, member).delivery_id}, world.now());
  EXPECT_EQ(world.core().Counts().parked, 0);
  EXPECT_EQ(Only(&world, world.Join("n")).attempt, 1);
}

TEST(GroupParkedTest, AReplayTakesThePositionBack) {
  GroupWorld world;
  for (const char* stream : {"a", "b"}) world.log.Append(stream);
  const auto member = world.Join("m");
  const auto got = world.Got(member);
  ASSERT_EQ(got.size(), 2U);
  world.Nack(member, got[0], NackAction::kPark);
  world.Ack(member, got[1]);
  EXPECT_EQ(world.core().View(false).position, 2);
  world.core().Replay({true, {}}, "again", "op", world.now());
  world.Run();
  EXPECT_EQ(world.core().View(false).position, 0);
  world.Ack(member, Only(&world, member));
  EXPECT_EQ(world.core().View(false).position, 2);
}

TEST(GroupParkedTest, InAnyOrderAReplayedEventComesAgainAfterAStartThoughItIsBlocked) {
  GroupSettings settings;
  settings.order = GroupOrder::kNone;
  settings.max_parked_and_waiting = 2;
  GroupWorld world(settings);
  for (const char* stream : {"a", "b", "c", "d"}) world.log.Append(stream);
  const auto member = world.Join("m");
  const auto got = world.Got(member);
  ASSERT_EQ(got.size(), 4U);
  for (const Delivery& one : {got[2], got[3]}) world.Nack(member, one, NackAction::kPark);
  world.core().Replay({false, {4}}, "again", "op", world.now());
  world.Nack(member, got[1], NackAction::kPark);
  world.Sync();
  world.Restart();
  ASSERT_TRUE(world.core().View(false).blocked);
  EXPECT_THAT(world.GotPositions(world.Join("m")), ::testing::Contains(4));
}

TEST(GroupParkedTest, SkippedIsDone) {
  GroupWorld world;
  world.log.Append("a");
  world.log.Append("a");
  const auto member = world.Join("m");
  world.Nack(member, Only(&world, member), NackAction::kSkip);
  EXPECT_EQ(Only(&world, member).position, 2);
  EXPECT_EQ(world.core().View(false).position, 1);
}

TEST(GroupParkedTest, AParkedEventHoldsBackItsStreamAndTheCursorPasses) {
  GroupWorld world;
  for (const char* stream : {"a", "a", "b", "a"}) world.log.Append(stream);
  const auto member = world.Join("m");
  auto got = world.Got(member);
  world.Nack(member, got[0], NackAction::kPark, "poison");
  world.Ack(member, got[1]);
  const auto view = world.core().View(false);
  EXPECT_EQ(view.position, 4);
  EXPECT_EQ(view.parked_count, 1);
  EXPECT_EQ(view.waiting_count, 2);
  EXPECT_FALSE(view.oldest_unacked_time);
  EXPECT_EQ(world.core().ListParked(0, 10)[0].waiting_count, 2);
  EXPECT_TRUE(world.last_batch[member].caught_up);
}

TEST(GroupParkedTest, ReplayedComesBeforeWhatWaited) {
  GroupWorld world;
  for (int i = 0; i < 3; ++i) world.log.Append("a");
  const auto member = world.Join("m");
  world.Nack(member, Only(&world, member), NackAction::kPark);
  world.Sync();
  world.Restart();
  const auto again = world.Join("m");
  EXPECT_THAT(world.Got(again), IsEmpty());
  EXPECT_EQ(world.core().Replay({false, {1, 1, 2, 77}}, "fixed", "op", world.now()), 1);
  world.Run();
  EXPECT_EQ(world.core().Replay({true, {}}, "fixed", "op", world.now()), 0);
  for (std::int64_t position = 1; position <= 3; ++position) {
    const Delivery delivery = Only(&world, again);
    EXPECT_EQ(delivery.position, position);
    EXPECT_EQ(delivery.attempt, 1);
    EXPECT_EQ(delivery.event_bytes, ScriptedLog::BytesOf("a", position));
    world.Ack(again, delivery);
  }
  world.Sync();
  EXPECT_THAT((*world.store.LoadOne("g"))->waiting, IsEmpty());
  EXPECT_THAT((*world.store.LoadOne("g"))->parked, IsEmpty());
}

TEST(GroupParkedTest, DiscardedIsGoneAndWhatWaitedFollows) {
  GroupWorld world;
  for (int i = 0; i < 2; ++i) world.log.Append("a");
  const auto member = world.Join("m");
  world.Nack(member, Only(&world, member), NackAction::kPark);
  EXPECT_EQ(world.core().Discard({true, {}}, "useless", "op", world.now()), 1);
  world.Run();
  EXPECT_EQ(Only(&world, member).position, 2);
  EXPECT_EQ(world.core().View(false).waiting_count, 0);
}

TEST(GroupParkedTest, WithoutOrderAParkedEventHoldsNothingBack) {
  GroupSettings settings;
  settings.order = GroupOrder::kNone;
  GroupWorld world(settings);
  for (int i = 0; i < 3; ++i) world.log.Append("a");
  const auto member = world.Join("m");
  auto got = world.Got(member);
  world.Nack(member, got[0], NackAction::kPark);
  world.Ack(member, got[1]);
  world.Ack(member, got[2]);
  EXPECT_EQ(world.core().View(false).position, 3);
  EXPECT_EQ(world.core().View(false).waiting_count, 0);
  EXPECT_EQ(world.core().Replay({true, {}}, "", "op", world.now()), 1);
  world.Run();
  EXPECT_EQ(Only(&world, member).position, 1);
}

TEST(GroupParkedTest, BlockedHandsOutNothingNewButRetries) {
  GroupSettings settings = Attempts(-1);
  settings.max_parked_and_waiting = 2;
  settings.max_in_flight = 2;
  GroupWorld world(settings);
  for (const char* stream : {"a", "b", "a", "a", "a", "c"}) world.log.Append(stream);
  const auto member = world.Join("m");
  auto got = world.Got(member);
  ASSERT_EQ(got.size(), 2U);
  world.Nack(member, got[0], NackAction::kPark);
  EXPECT_TRUE(world.core().View(false).blocked);
  EXPECT_EQ(world.core().View(false).waiting_count, 1);
  world.Nack(member, got[1], NackAction::kRetry);
  world.Pass(kSecond);
  const Delivery retried = Only(&world, member);
  EXPECT_EQ(retried.position, 2);
  world.Ack(member, retried);
  EXPECT_THAT(world.Got(member), IsEmpty());
  // Room makes it go on.
  settings.max_parked_and_waiting = 100;
  world.core().Update(settings, "op", world.now());
  world.Run();
  EXPECT_EQ(world.GotPositions(member), (Positions{6}));
  EXPECT_EQ(world.core().View(false).waiting_count, 3);
  EXPECT_FALSE(world.core().View(false).blocked);
}

TEST(GroupParkedTest, ExpiresWhateverTheStateAndHoldsNothingBack) {
  GroupSettings settings;
  settings.event_ttl_ns = 10 * kSecond;
  GroupWorld world(settings);
  const std::int64_t start = world.now();
  for (const char* stream : {"a", "a", "b"}) world.log.Append(stream, "x", start);
  const auto member = world.Join("m");
  auto got = world.Got(member);
  world.Nack(member, got[1], NackAction::kPark);
  world.log.Append("b", "x", start);
  world.log.Append("b", "x", start + kSecond);
  world.Pass(10 * kSecond);
  EXPECT_EQ(world.core().View(false).expired_count, 3);
  EXPECT_EQ(world.core().ListParked(0, 1)[0].last_reason, "expired after 10 s");
  EXPECT_EQ(world.core().ListParked(0, 1)[0].member_name, "");
  world.Ack(member, got[0]);
  EXPECT_THAT(world.GotRefusals(member), ElementsAre(Reason::kDeliveryUnknown));
  world.Pass(kSecond);
  EXPECT_EQ(world.core().View(false).expired_count, 4);
  // Replayed, it lives anew, before what holds others of its stream.
  EXPECT_EQ(world.core().Replay({false, {2}}, "", "op", world.now()), 1);
  world.Run();
  EXPECT_EQ(Only(&world, member).position, 2);
}

TEST(GroupParkedTest, ExpiresWithoutMembersAndCountsFromTheCreation) {
  GroupSettings settings;
  settings.event_ttl_ns = 10 * kSecond;
  GroupWorld world(settings);
  world.log.Append("a", "x", 1);
  world.Run();
  world.Pass(10 * kSecond - 1);
  EXPECT_EQ(world.core().Counts().parked, 0);
  world.Pass(1);
  EXPECT_EQ(world.core().Counts().parked, 1);
}

TEST(GroupParkedTest, ResetForgetsWhatIsInFlightAndAsksAboutParkedEvents) {
  GroupWorld world;
  for (const char* stream : {"a", "b", "c"}) world.log.Append(stream);
  const auto member = world.Join("m");
  auto got = world.Got(member);
  world.Nack(member, got[0], NackAction::kPark);
  world.Ack(member, got[1]);
  EXPECT_EQ(world.core().Reset(1, "again", false, "op", world.now()).refusal().reason,
            Reason::kParkedEventsLeft);
  EXPECT_TRUE(world.core().Reset(1, "again", true, "op", world.now()).ok());
  world.Run();
  EXPECT_EQ(world.GotPositions(member), (Positions{2, 3}));
  world.Ack(member, got[2]);
  EXPECT_THAT(world.GotRefusals(member), ElementsAre(Reason::kDeliveryUnknown));
  world.Sync();
  const auto actions = world.store.ReadActions("g", 0, 10);
  ASSERT_TRUE(actions.ok());
  std::vector<int> kinds;
  for (const auto& action : *actions) kinds.push_back(action.kind);
  EXPECT_THAT(kinds, ElementsAre(1, 3, 7));
  EXPECT_EQ(actions->back().principal, "op");
  EXPECT_EQ(actions->back().reason, "again");
  EXPECT_EQ(actions->back().position, 1);
}

TEST(GroupParkedTest, AnotherFilterStartsFromWhatIsDurableAndBringsNothingDoneAgain) {
  GroupSettings settings;
  settings.filter.stream_prefixes = {"a", "b"};
  GroupWorld world(settings);
  for (const char* stream : {"a", "b", "c", "b2"}) world.log.Append(stream);
  const auto member = world.Join("m");
  auto got = world.Got(member);
  ASSERT_EQ(got.size(), 3U);
  world.Ack(member, got[1]);
  settings.filter.stream_prefixes = {"c"};
  world.core().Update(settings, "op", world.now());
  world.Run();
  EXPECT_EQ(world.GotPositions(member), (Positions{3}));
  settings.filter.stream_prefixes.clear();
  world.core().Update(settings, "op", world.now());
  world.Run();
  EXPECT_THAT(world.GotPositions(member), UnorderedElementsAre(3, 4));
}

TEST(GroupParkedTest, AnotherOrderReleasesWhatWaits) {
  GroupWorld world;
  for (int i = 0; i < 3; ++i) world.log.Append("a");
  const auto member = world.Join("m");
  world.Nack(member, Only(&world, member), NackAction::kPark);
  GroupSettings settings;
  settings.order = GroupOrder::kNone;
  world.core().Update(settings, "op", world.now());
  world.Run();
  EXPECT_THAT(world.GotPositions(member), UnorderedElementsAre(2, 3));
  EXPECT_EQ(world.core().View(false).waiting_count, 0);
  EXPECT_EQ(world.core().Counts().parked, 1);
}

TEST(GroupParkedTest, ARestartKeepsWhatWasSyncedAndBringsTheRestAgain) {
  GroupWorld world(Attempts(-1));
  for (const char* stream : {"a", "b", "c", "d"}) world.log.Append(stream);
  auto member = world.Join("m");
  auto got = world.Got(member);
  world.Ack(member, got[1]);
  world.Nack(member, got[2], NackAction::kRetry, "later");
  world.Sync();
  world.Ack(member, got[3]);
  world.Restart();
  member = world.Join("m");
  const auto again = world.Got(member);
  std::map<std::int64_t, std::int32_t> attempts;
  for (const Delivery& delivery : again) attempts[delivery.position] = delivery.attempt;
  EXPECT_EQ(attempts, (std::map<std::int64_t, std::int32_t>{{1, 1}, {3, 2}, {4, 1}}));
  // Ids of before are none of now.
  world.Ack(member, got[0]);
  EXPECT_THAT(world.GotRefusals(member), ElementsAre(Reason::kDeliveryUnknown));
}

}  // namespace
}  // namespace florin::actors
