// How subscriptions end: a stalled client, a stop, a corrupt commit group, the limit.
// With the test's own clock, no threads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/events/event_hub_fixture.h"

namespace florin::server {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::SizeIs;

using EventSubscriptionEndTest = EventHubFixture;

TEST_F(EventSubscriptionEndTest, EndsAStalledClientAndCutsItsConnection) {
  WriteCommitGroups(3);
  const Member stalled = Subscribe({});
  const Member reading = Subscribe({});
  Settle({&reading});
  ASSERT_TRUE(stalled.client->writing);

  now += 59'999ms;
  Settle({&reading});
  EXPECT_FALSE(stalled.client->finished);
  now += 1ms;
  Settle({&reading});
  EXPECT_TRUE(stalled.client->finished);
  EXPECT_EQ(stalled.client->reason, domain::Reason::kSubscriberStalled);
  EXPECT_THAT(stalled.client->message, HasSubstr("60 s"));
  EXPECT_EQ(hub->Stats().subscribers_stalled, 1);
  EXPECT_FALSE(reading.client->finished);

  EXPECT_EQ(stalled.client->cuts, 0);
  now += 5s;
  Settle({&reading});
  EXPECT_EQ(stalled.client->cuts, 1);
  now += 1h;
  Settle({&reading});
  EXPECT_EQ(stalled.client->cuts, 1);

  EXPECT_GT(hub->Stats().buffered_bytes, 0);
  hub->Detach(stalled.subscription);
  hub->Step();
  EXPECT_EQ(hub->Stats().buffered_bytes, 0);
  EXPECT_EQ(hub->Stats().subscriptions, 1);
}

TEST_F(EventSubscriptionEndTest, SendsWhatIsSoundAndEndsAtWhatIsCorrupt) {
  options.subscription.live_lag = 10;
  WriteCommitGroups(20);
  const auto events = log.Events();
  const std::int64_t broken = events[events.size() / 2].position();
  log.Corrupt(broken);
  const Member member = Subscribe({});
  Settle({&member});
  EXPECT_TRUE(member.client->finished);
  EXPECT_EQ(member.client->reason, domain::Reason::kDataCorrupt);
  const auto positions = member.client->Positions();
  ASSERT_FALSE(positions.empty());
  EXPECT_LT(positions.back(), broken);
  auto expected = Expected({}, 0);
  expected.resize(positions.size());
  EXPECT_THAT(positions, ElementsAreArray(expected));
}

TEST_F(EventSubscriptionEndTest, AnswersNothingMoreWhenTheClientHasGone) {
  WriteCommitGroups(10);
  const Member member = Subscribe({});
  hub->Step();
  RunJob();
  hub->Step();
  hub->Signal(member.subscription, EventSubscription::kGone);
  WriteCommitGroups(3);
  Settle({});
  EXPECT_TRUE(member.client->finished);
  EXPECT_EQ(member.client->reason, domain::Reason::kNone);
  EXPECT_EQ(hub->Stats().subscriptions, 1) << "until the sink has gone";
  hub->Detach(member.subscription);
  hub->Step();
  EXPECT_EQ(hub->Stats().subscriptions, 0);
}

TEST_F(EventSubscriptionEndTest, RefusesMoreThanTheLimit) {
  options.subscriptions_max = 2;
  const Member first = Subscribe({});
  const Member second = Subscribe({});
  FakeClient third;
  const auto refused = hub->Join({}, &third);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.refusal().reason, domain::Reason::kOverloaded);

  hub->Detach(first.subscription);
  hub->Step();
  Subscribe({});
}

TEST_F(EventSubscriptionEndTest, EndsAllOnShutdown) {
  WriteCommitGroups(5);
  const Member idle = Subscribe({});
  Settle({&idle});
  log.Write(1);
  const Member writing = Subscribe({});
  hub->Step();
  RunJob();
  hub->Step();
  ASSERT_TRUE(writing.client->writing);
  hub->EndAll();
  Settle({});
  for (const Member* member : {&idle, &writing}) {
    EXPECT_TRUE(member->client->finished);
    EXPECT_EQ(member->client->reason, domain::Reason::kShuttingDown);
  }
  // Nobody waits for a client that does not read.
  now += 999ms;
  Settle({});
  EXPECT_EQ(writing.client->cuts, 0);
  now += 1ms;
  Settle({});
  EXPECT_EQ(writing.client->cuts, 1);
  FakeClient late;
  const auto refused = hub->Join({}, &late);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.refusal().reason, domain::Reason::kShuttingDown);
}

TEST_F(EventSubscriptionEndTest, EndsWhileAJobRuns) {
  options.subscription.live_lag = 10;
  WriteCommitGroups(20);
  const Member member = Subscribe({});
  hub->Step();
  ASSERT_THAT(jobs, SizeIs(1));
  hub->EndAll();
  hub->Step();
  EXPECT_TRUE(member.client->finished);
  hub->Detach(member.subscription);
  hub->Step();
  ASSERT_TRUE(RunJob());
  hub->Step();
  EXPECT_EQ(hub->Stats().subscriptions, 0);
}

}  // namespace
}  // namespace florin::server
