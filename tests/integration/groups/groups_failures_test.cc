// What fails is tried again, parked, replayed, discarded, expires; and shows
// who did it, why and when.

#include <chrono>

#include "tests/integration/groups/groups_fixture.h"

namespace florin::test_support {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class GroupsFailuresTest : public GroupsFixture {
 protected:
  // Parks the next event.
  std::int64_t Park(GroupMember* member, const std::string& reason) {
    const auto delivered = member->Next();
    EXPECT_TRUE(delivered);
    if (!delivered) return 0;
    EXPECT_TRUE(member->Nack(delivered->delivery_id(), v1::NACK_ACTION_PARK, reason));
    EXPECT_TRUE(member->WaitForDurable());
    return delivered->event().position();
  }
  static std::string AckTimeout(int ms) {
    return "ack_timeout { nanos: " + std::to_string(ms * 1'000'000) + " }";
  }
};

TEST_F(GroupsFailuresTest, RetriesWithBackoffThenParks) {
  OpenAccount("a");
  OpenAccount("b");
  CreateGroup("max_attempts: 3 min_backoff { nanos: 100000000 } max_backoff { nanos: 150000000 }");
  const auto member = Member("m");
  Deposit("a", 2);
  auto last = Clock::now();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto delivered = member->Next();
    ASSERT_TRUE(delivered);
    EXPECT_EQ(Told(*delivered), "a#2 attempt " + std::to_string(attempt));
    if (attempt > 1) {
      // 100 ms, then 150: twice is above the most.
      EXPECT_GE(Clock::now() - last, milliseconds(attempt == 2 ? 95 : 145));
    }
    last = Clock::now();
    member->Nack(delivered->delivery_id(), v1::NACK_ACTION_RETRY,
                 "failed " + std::to_string(attempt));
  }
  WaitForGroup([](const v1::Group& one) { return one.parked_count() == 1; });
  const auto parked = Parked();
  ASSERT_EQ(parked.size(), 1U);
  EXPECT_EQ(parked[0].event().stream(), Account("a"));
  EXPECT_EQ(parked[0].attempts(), 3);
  EXPECT_EQ(parked[0].last_reason(), "failed 3");
  EXPECT_EQ(parked[0].member_name(), "m");
  EXPECT_GT(parked[0].park_time().seconds(), 0);
  // Its stream waits, others go on, and the group has passed both.
  const std::int64_t position = Deposit("b");
  const auto other = member->Next();
  EXPECT_EQ(Told(other), "b#2 attempt 1");
  member->Acknowledge(other->delivery_id());
  const v1::Group group =
      WaitForGroup([&](const v1::Group& one) { return one.position() >= position; });
  EXPECT_EQ(group.waiting_count(), 1);
  EXPECT_EQ(Parked()[0].waiting_count(), 1);
  EXPECT_FALSE(group.blocked());
}

TEST_F(GroupsFailuresTest, AReplayStartsAgainBeforeWhatWaited) {
  OpenAccount("a");
  Deposit("a", 3);
  CreateGroup();
  const auto member = Member("m");
  const std::int64_t position = Park(member.get(), "no such customer");
  EXPECT_EQ(Told(member->NextOrCaughtUp()), "nothing");
  const std::string event_id = Parked()[0].event().event_id();
  const auto replayed = Done<v1::ReplayParkedEventsResponse>(
      &Groups::ReplayParkedEvents, Named("event_ids: '" + event_id + "' reason: 'fixed'"));
  EXPECT_EQ(replayed.replayed_count(), 1);
  for (const char* const told : {"a#2 attempt 1", "a#3 attempt 1", "a#4 attempt 1"}) {
    const auto delivered = member->Next();
    ASSERT_TRUE(delivered);
    EXPECT_EQ(Told(*delivered), told);
    member->Acknowledge(delivered->delivery_id());
  }
  ASSERT_TRUE(member->WaitForDurable());
  EXPECT_TRUE(Parked().empty());
  // Again there is nothing to replay.
  EXPECT_EQ(Done<v1::ReplayParkedEventsResponse>(&Groups::ReplayParkedEvents, Named("all: true"))
                .replayed_count(),
            0);
  const auto actions = Actions();
  ASSERT_GE(actions.size(), 3U);
  EXPECT_EQ(actions[0].kind(), v1::GROUP_ACTION_KIND_CREATED);
  EXPECT_EQ(actions[1].kind(), v1::GROUP_ACTION_KIND_PARKED);
  EXPECT_EQ(actions[1].member_name(), "m");
  EXPECT_EQ(actions[1].reason(), "no such customer");
  EXPECT_EQ(actions[1].position(), position);
  EXPECT_EQ(actions[2].kind(), v1::GROUP_ACTION_KIND_REPLAYED);
  EXPECT_EQ(actions[2].reason(), "fixed");
  EXPECT_EQ(actions[2].position(), position);
  EXPECT_EQ(actions[2].event_count(), 1);
  for (std::size_t i = 0; i < actions.size(); ++i) {
    EXPECT_EQ(actions[i].number(), static_cast<std::int64_t>(i) + 1);
    EXPECT_GT(actions[i].time().seconds(), 0);
  }
}

TEST_F(GroupsFailuresTest, ADiscardLetsGoWhatWaited) {
  OpenAccount("a");
  Deposit("a", 2);
  CreateGroup();
  const auto member = Member("m");
  Park(member.get(), "poison");
  EXPECT_EQ(Done<v1::DiscardParkedEventsResponse>(&Groups::DiscardParkedEvents,
                                                  Named("all: true reason: 'lost anyway'"))
                .discarded_count(),
            1);
  EXPECT_EQ(Told(member->Next()), "a#3 attempt 1");
  EXPECT_TRUE(Parked().empty());
  EXPECT_EQ(Actions().back().kind(), v1::GROUP_ACTION_KIND_DISCARDED);
  EXPECT_EQ(Actions().back().reason(), "lost anyway");
}

TEST_F(GroupsFailuresTest, ASkipGoesOn) {
  OpenAccount("a");
  Deposit("a", 2);
  CreateGroup();
  const auto member = Member("m");
  const auto first = member->Next();
  ASSERT_TRUE(first);
  member->Nack(first->delivery_id(), v1::NACK_ACTION_SKIP);
  EXPECT_EQ(Told(member->Next()), "a#3 attempt 1");
  EXPECT_EQ(GetGroup().parked_count(), 0);
}

TEST_F(GroupsFailuresTest, WhatIsNotAcknowledgedInTimeComesAgain) {
  OpenAccount("a");
  Deposit("a");
  CreateGroup(AckTimeout(300) + " min_backoff { nanos: 1000000 }");
  const auto member = Member("m");
  const auto first = member->Next();
  ASSERT_TRUE(first);
  const auto start = Clock::now();
  const auto second = member->Next();
  ASSERT_TRUE(second);
  EXPECT_EQ(Told(*second), "a#2 attempt 2");
  EXPECT_GE(Clock::now() - start, milliseconds(250));
  EXPECT_NE(first->delivery_id(), second->delivery_id());
  // Too late for the first; the stream goes on.
  member->Acknowledge(first->delivery_id());
  member->Acknowledge(second->delivery_id());
  ASSERT_TRUE(member->WaitForDurable());
  EXPECT_EQ(member->refusals().at(first->delivery_id()), "DELIVERY_UNKNOWN");
  EXPECT_EQ(member->refusals().count(second->delivery_id()), 0U);
}

TEST_F(GroupsFailuresTest, AnExtensionStartsTheTimeAnew) {
  OpenAccount("a");
  Deposit("a");
  CreateGroup(AckTimeout(500));
  const auto member = Member("m");
  const auto first = member->Next();
  ASSERT_TRUE(first);
  const auto start = Clock::now();
  // Heartbeats come every 0.1 s: three times as long as it may take.
  while (Clock::now() < start + milliseconds(1500)) {
    ASSERT_TRUE(member->Extend(first->delivery_id()));
    ASSERT_TRUE(member->Read());
  }
  EXPECT_EQ(Told(member->NextOrCaughtUp()), "nothing");
  member->Acknowledge(first->delivery_id());
  ASSERT_TRUE(member->WaitForDurable());
  EXPECT_TRUE(member->refusals().empty());
}

TEST_F(GroupsFailuresTest, WhatIsTooOldIsParkedAndHoldsNothingBack) {
  OpenAccount("a");
  Deposit("a", 3);
  CreateGroup("event_ttl { seconds: 1 } max_in_flight: 1");
  const v1::Group group =
      WaitForGroup([](const v1::Group& one) { return one.expired_count() == 3; });
  EXPECT_EQ(group.parked_count(), 3);
  EXPECT_EQ(group.waiting_count(), 0);
  // Counts are of the moment, actions of what is stored.
  while (Actions().back().kind() != v1::GROUP_ACTION_KIND_EXPIRED && !HasFailure()) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  Deposit("a");
  EXPECT_EQ(Told(Member("m")->Next()), "a#5 attempt 1");
}

TEST_F(GroupsFailuresTest, AGroupWithTooMuchParkedStops) {
  for (const char* const account : {"a", "b", "c", "d"}) {
    OpenAccount(account);
    Deposit(account);
  }
  CreateGroup("max_parked_and_waiting: 2 max_in_flight: 1");
  const auto member = Member("m");
  Park(member.get(), "one");
  Park(member.get(), "two");
  const v1::Group group = WaitForGroup([](const v1::Group& one) { return one.blocked(); });
  EXPECT_EQ(group.parked_count(), 2);
  Done<v1::DiscardParkedEventsResponse>(&Groups::DiscardParkedEvents, Named("all: true"));
  const auto next = member->Next();
  ASSERT_TRUE(next);
  EXPECT_FALSE(GetGroup().blocked());
}

TEST_F(GroupsFailuresTest, AResetForgetsWhatIsInFlight) {
  OpenAccount("a");
  OpenAccount("b");
  Deposit("a");
  Deposit("b");
  CreateGroup();
  const auto member = Member("m");
  Park(member.get(), "poison");
  const auto in_flight = member->Next();
  ASSERT_TRUE(in_flight);
  v1::ResetGroupResponse refused;
  EXPECT_EQ(CallGroups(&Groups::ResetGroup, Named("beginning: true"), &refused),
            "PARKED_EVENTS_LEFT");
  Done<v1::ResetGroupResponse>(&Groups::ResetGroup,
                               Named("beginning: true reason: 'rebuilt' discard_parked: true"));
  member->Acknowledge(in_flight->delivery_id());
  ASSERT_TRUE(member->WaitForDurable());
  EXPECT_EQ(member->refusals().at(in_flight->delivery_id()), "DELIVERY_UNKNOWN");
  for (int i = 0; i < 2; ++i) {
    const auto again = member->Next();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->attempt(), 1);
    EXPECT_EQ(again->event().version(), 2);
    member->Acknowledge(again->delivery_id());
  }
  EXPECT_TRUE(Parked().empty());
  EXPECT_EQ(Actions().back().kind(), v1::GROUP_ACTION_KIND_RESET);
  EXPECT_EQ(Actions().back().reason(), "rebuilt");
}

}  // namespace
}  // namespace florin::test_support
