// A subscription's way from history over the ring to live and back, and its
// heartbeat, on a log in memory and with the test's own clock: no
// threads, no sleeps.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/events/event_hub_fixture.h"

namespace florin::server {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;

using EventSubscriptionTest = EventHubFixture;

TEST_F(EventSubscriptionTest, GoesFromHistoryToLiveWithoutGapOrDuplicate) {
  options.subscription.live_lag = 30;
  WriteCommitGroups(50);
  const Member member = Subscribe({});
  Settle({&member});
  EXPECT_GT(log.disk_reads(), 0) << "history was meant to come from disk";
  EXPECT_TRUE(member.client->last().caught_up());
  const int disk_reads = log.disk_reads();

  for (int i = 0; i < 20; ++i) {
    log.Write(1);
    Settle({&member});
  }
  EXPECT_EQ(log.disk_reads(), disk_reads) << "live was meant to read no disk";
  EXPECT_THAT(member.client->Positions(), ElementsAreArray(Expected({}, 0)));
  EXPECT_EQ(PositionOf(member.client->last().checkpoint()), log.VisibleHead().position);
}

TEST_F(EventSubscriptionTest, SendsTheEventsThatTheLogHolds) {
  WriteCommitGroups(20);
  const Member member = Subscribe({});
  Settle({&member});
  const auto expected = log.Events();
  std::size_t next = 0;
  for (const auto& response : member.client->responses) {
    for (const auto& event : response.events()) {
      ASSERT_LT(next, expected.size());
      EXPECT_EQ(event.SerializeAsString(), expected[next++].SerializeAsString());
    }
  }
  EXPECT_EQ(next, expected.size());
}

TEST_F(EventSubscriptionTest, FallsBackToHistoryWhenTheRingHasMovedOn) {
  WriteCommitGroups(3);
  const Member member = Subscribe({});
  Settle({&member});
  const int disk_reads = log.disk_reads();

  // One response on its way, not taken; the ring of four commit groups goes by. Each
  // publish is seen, so that what fits is prepared; the limit keeps it small.
  log.Write(1);
  hub->Step();
  ASSERT_TRUE(member.client->writing);
  WriteCommitGroups(30);
  Settle({&member});
  EXPECT_GT(log.disk_reads(), disk_reads) << "the ring was meant to overrun";
  EXPECT_THAT(member.client->Positions(), ElementsAreArray(Expected({}, 0)));
  EXPECT_TRUE(member.client->last().caught_up());
}

TEST_F(EventSubscriptionTest, TellsThatItHasCaughtUpOnceAndOnAnEmptyLog) {
  const Member member = Subscribe({});
  Settle({&member});
  ASSERT_THAT(member.client->responses, SizeIs(1));
  EXPECT_THAT(member.client->last().events(), IsEmpty());
  EXPECT_TRUE(member.client->last().caught_up());
  EXPECT_EQ(member.client->last().head_position(), 0);
  EXPECT_EQ(PositionOf(member.client->last().checkpoint()), 0);

  Settle({&member});
  EXPECT_THAT(member.client->responses, SizeIs(1));
}

TEST_F(EventSubscriptionTest, EndsResponsesAndCheckpointsWhereCommandsEnd) {
  options.subscription.batch_events = 7;
  WriteCommitGroups(30);
  const Member member = Subscribe({});
  Settle({&member});
  ASSERT_GT(member.client->responses.size(), 20U);
  for (const auto& response : member.client->responses) {
    EXPECT_TRUE(log.EndsCommand(PositionOf(response.checkpoint())));
  }
}

TEST_F(EventSubscriptionTest, CutsOnlyACommandThatIsLargerThanAResponse) {
  WriteCommitGroups(2);
  const std::int64_t before = log.VisibleHead().position;
  log.WriteTransfer(10);  // 21 events
  SubscriptionStart start;
  start.batch_events = 8;
  const Member member = Subscribe(std::move(start));
  Settle({&member});
  EXPECT_THAT(member.client->Positions(), ElementsAreArray(Expected({}, 0)));

  std::vector<int> sizes;
  for (const auto& response : member.client->responses) {
    EXPECT_LE(response.events_size(), 8);
    if (response.events_size() == 0 || response.events(0).position() <= before) {
      continue;
    }
    sizes.push_back(response.events_size());
    // A subscriber that resumes in the middle sees the whole command again.
    const bool complete = sizes.size() == 3;
    EXPECT_EQ(PositionOf(response.checkpoint()), complete ? log.VisibleHead().position : before);
    EXPECT_EQ(response.caught_up(), complete);
  }
  EXPECT_THAT(sizes, testing::ElementsAre(8, 8, 5));
}

TEST_F(EventSubscriptionTest, BoundsTheBytesOfAResponse) {
  options.subscription.batch_bytes = 3000;
  options.subscription.batch_bytes_max = 10'000;
  for (int i = 0; i < 30; ++i) log.WriteTransfer(40, 100);
  const Member member = Subscribe({});
  Settle({&member});
  EXPECT_THAT(member.client->Positions(), ElementsAreArray(Expected({}, 0)));
  EXPECT_LE(member.client->bytes_max, 10'200U);
  EXPECT_GT(member.client->responses.size(), 60U);
}

TEST_F(EventSubscriptionTest, ResumesFromEveryCheckpoint) {
  options.subscription.batch_events = 5;
  WriteCommitGroups(15);
  const auto filter = [] { return Filter({{"bank:"}, {}, {}}); };
  SubscriptionStart all;
  all.filter = filter();
  const Member first = Subscribe(std::move(all));
  Settle({&first});

  std::vector<std::int64_t> seen;
  for (const auto& response : first.client->responses) {
    for (const auto& event : response.events()) {
      seen.push_back(event.position());
    }
    SubscriptionStart start;
    start.filter = filter();
    start.after = PositionOf(response.checkpoint());
    const Member resumed = Subscribe(std::move(start));
    Settle({&resumed});
    std::vector<std::int64_t> both = seen;
    const auto rest = resumed.client->Positions();
    // Seen twice only where a command was cut.
    std::erase_if(both, [&](std::int64_t p) { return !rest.empty() && p >= rest.front(); });
    both.insert(both.end(), rest.begin(), rest.end());
    EXPECT_THAT(both, ElementsAreArray(Expected(filter(), 0)));
  }
}

TEST_F(EventSubscriptionTest, BreaksTheSilenceWithAHeartbeat) {
  WriteCommitGroups(3);
  SubscriptionStart start;
  start.heartbeat = 10s;
  start.filter = Filter({{"nobody:"}, {}, {}});
  const Member member = Subscribe(std::move(start));
  Settle({&member});
  ASSERT_THAT(member.client->responses, SizeIs(1));

  now += 9'999ms;
  Settle({&member});
  EXPECT_THAT(member.client->responses, SizeIs(1));

  // What does not match moves the checkpoint all the same.
  WriteCommitGroups(2);
  now += 1ms;
  Settle({&member});
  ASSERT_THAT(member.client->responses, SizeIs(2));
  EXPECT_THAT(member.client->last().events(), IsEmpty());
  EXPECT_TRUE(member.client->last().caught_up());
  EXPECT_EQ(member.client->last().head_position(), log.VisibleHead().position);
  EXPECT_EQ(PositionOf(member.client->last().checkpoint()), log.VisibleHead().position);

  now += 10s;
  Settle({&member});
  EXPECT_THAT(member.client->responses, SizeIs(3));
}

TEST_F(EventSubscriptionTest, SendsItsCheckpointWhileALongHistoryHasNoMatch) {
  options.subscription.live_lag = 10;
  options.subscription.events_a_job = 1;
  options.subscription.read_bytes = 1;
  WriteCommitGroups(40);
  SubscriptionStart start;
  start.filter = Filter({{"nobody:"}, {}, {}});
  const Member member = Subscribe(std::move(start));
  // Half a heartbeat a job: an empty response for every second one.
  for (int i = 0; i < 20; ++i) {
    hub->Step();
    ASSERT_TRUE(RunJob());
    now += 5s;
    hub->Step();
    if (member.client->writing) TakeWrite(member);
  }
  ASSERT_GE(member.client->responses.size(), 3U);
  EXPECT_FALSE(member.client->last().caught_up());
  const auto checkpoint = PositionOf(member.client->last().checkpoint());
  EXPECT_GT(checkpoint, PositionOf(member.client->responses[0].checkpoint()));
  EXPECT_LT(checkpoint, log.VisibleHead().position);
}

TEST_F(EventSubscriptionTest, CostsNothingWhileTheLogRests) {
  WriteCommitGroups(10);
  const Member member = Subscribe({});
  Settle({&member});
  const int reads = log.recent_reads() + log.disk_reads();
  for (int i = 0; i < 1000; ++i) hub->Step();
  EXPECT_EQ(log.recent_reads() + log.disk_reads(), reads);
  EXPECT_EQ(hub->Stats().buffered_bytes, 0);
}

TEST_F(EventSubscriptionTest, HoldsTwoResponsesAtMostForASlowClient) {
  options.subscription.batch_events = 10;
  WriteCommitGroups(200);
  const Member member = Subscribe({});
  for (int i = 0; i < 500; ++i) {
    hub->Step();
    RunJob();
  }
  ASSERT_THAT(member.client->responses, SizeIs(1));
  EXPECT_THAT(jobs, IsEmpty()) << "it reads on although nobody takes anything";
  const int reads = log.recent_reads() + log.disk_reads();
  WriteCommitGroups(50);
  for (int i = 0; i < 100; ++i) hub->Step();
  EXPECT_EQ(log.recent_reads() + log.disk_reads(), reads);

  Settle({&member});
  EXPECT_THAT(member.client->Positions(), ElementsAreArray(Expected({}, 0)));
}

TEST_F(EventSubscriptionTest, SendsLessWhenManyClientsAreSlow) {
  options.subscription.buffered_bytes_max = 20'000;
  options.subscription.crowded_batch_bytes = 2'000;
  options.subscription.batch_bytes = 30'000;
  WriteCommitGroups(100);
  const Member first = Subscribe({});
  hub->Step();
  RunJob();
  hub->Step();
  ASSERT_TRUE(first.client->writing);
  ASSERT_GT(hub->Stats().buffered_bytes, 20'000);
  EXPECT_THAT(jobs, IsEmpty()) << "nothing is prepared ahead when crowded";

  const Member second = Subscribe({});
  hub->Step();
  RunJob();
  hub->Step();
  EXPECT_LT(second.client->bytes_max, 5'000U);
  Settle({&first, &second});
  EXPECT_THAT(second.client->Positions(), ElementsAreArray(Expected({}, 0)));
}

TEST_F(EventSubscriptionTest, StartsAtATime) {
  WriteCommitGroups(20);
  const auto events = log.Events();
  const auto nanos = [](const florin::v1::Event& event) {
    return event.time().seconds() * 1'000'000'000 + event.time().nanos();
  };
  for (const std::size_t pick : {std::size_t{0}, events.size() / 2}) {
    SubscriptionStart start;
    start.start_time = nanos(events[pick]);
    std::vector<std::int64_t> expected;
    for (const auto& event : events) {
      if (nanos(event) >= *start.start_time) {
        expected.push_back(event.position());
      }
    }
    const Member member = Subscribe(std::move(start));
    Settle({&member});
    EXPECT_THAT(member.client->Positions(), ElementsAreArray(expected));
  }
}

TEST_F(EventSubscriptionTest, WaitsForATimeThatHasNotCome) {
  WriteCommitGroups(5);
  SubscriptionStart start;
  start.start_time = 1'700'000'000'000'000'000 + 60'000'000'000;
  const std::int64_t from = *start.start_time;
  const Member member = Subscribe(std::move(start));
  Settle({&member});
  for (int i = 0; i < 100; ++i) {
    log.Write(5);
    Settle({&member});
  }
  std::vector<std::int64_t> expected;
  for (const auto& event : log.Events()) {
    if (event.time().seconds() * 1'000'000'000 + event.time().nanos() >= from) {
      expected.push_back(event.position());
    }
  }
  ASSERT_FALSE(expected.empty());
  ASSERT_GT(expected.front(), 100);
  EXPECT_THAT(member.client->Positions(), ElementsAreArray(expected));
}

TEST_F(EventSubscriptionTest, TriesAgainWhenTheReadersAreBusy) {
  options.subscription.live_lag = 10;
  WriteCommitGroups(20);
  readers_busy = true;
  const Member member = Subscribe({});
  Settle({&member});
  EXPECT_THAT(member.client->responses, IsEmpty());
  readers_busy = false;
  Settle({&member});
  EXPECT_THAT(member.client->responses, IsEmpty()) << "not before its time";
  now += 5ms;
  Settle({&member});
  EXPECT_THAT(member.client->Positions(), ElementsAreArray(Expected({}, 0)));
}

}  // namespace
}  // namespace florin::server
