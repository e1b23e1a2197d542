// The log as consumer groups read it, against the events as subscribers see them.

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "server/groups/feed.h"
#include "tests/server/events/event_log.h"

namespace florin::server {
namespace {

using actors::FeedEvent;
using domain::Reason;

constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

domain::EventFilter FilterOf(const domain::EventFilterSpec& spec) {
  auto filter = domain::EventFilter::Compile(spec);
  EXPECT_TRUE(filter.ok());
  return *filter;
}

class GroupFeedTest : public testing::TestWithParam<std::size_t> {
 protected:
  GroupFeedTest() {
    for (int i = 0; i < 30; ++i) log_.Write(1 + i % 7);
  }

  // Page by page to the head.
  std::vector<FeedEvent> ReadAll(const domain::EventFilter& filter, std::size_t events_max,
                                 std::size_t bytes_max) {
    std::vector<FeedEvent> events;
    std::int64_t after = 0;
    while (after < feed_.Head()) {
      auto page = feed_.Read(after, filter, events_max, bytes_max);
      EXPECT_TRUE(page.ok());
      if (!page.ok()) return events;
      EXPECT_GT(page->through, after);
      EXPECT_LE(page->events.size(), events_max);
      after = page->through;
      for (FeedEvent& event : page->events) events.push_back(std::move(event));
    }
    EXPECT_EQ(after, feed_.Head());
    return events;
  }

  static void ExpectSame(const FeedEvent& event, const v1::Event& expected) {
    EXPECT_EQ(event.position, expected.position());
    EXPECT_EQ(event.stream, expected.stream());
    EXPECT_EQ(event.bytes, expected.SerializeAsString());
    EXPECT_EQ(event.commit_time,
              expected.time().seconds() * 1'000'000'000 + expected.time().nanos());
  }

  EventLog log_{3, GetParam()};
  EventTail tail_{&log_, 1U << 16};
  TailGroupFeed feed_{&tail_, &log_};
};

TEST_P(GroupFeedTest, ReadsWhatMatchesWhateverThePage) {
  const std::vector<v1::Event> all = log_.Events();
  const domain::EventFilter filters[] = {FilterOf({}), FilterOf({{}, {"account.#"}, {}}),
                                         FilterOf({{"transaction/"}, {}, {}})};
  for (const domain::EventFilter& filter : filters) {
    std::vector<v1::Event> expected;
    for (const v1::Event& event : all) {
      if (filter.Matches(event.stream(), event.type())) expected.push_back(event);
    }
    ASSERT_FALSE(expected.empty());
    for (const std::size_t events_max : {1U, 3U, 1000U}) {
      for (const std::size_t bytes_max : {1U, 700U, 1U << 20}) {
        const std::vector<FeedEvent> events = ReadAll(filter, events_max, bytes_max);
        ASSERT_EQ(events.size(), expected.size()) << events_max << ", " << bytes_max;
        for (std::size_t i = 0; i < events.size(); ++i) ExpectSame(events[i], expected[i]);
      }
    }
  }
}

TEST_P(GroupFeedTest, GoesForwardWhereNothingMatches) {
  const auto page = feed_.Read(0, FilterOf({{}, {"nothing.at.all"}, {}}), 10, 1000);
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(page->events.empty());
  EXPECT_EQ(page->through, feed_.Head());
  const auto end = feed_.Read(feed_.Head(), domain::EventFilter(), 10, 1000);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end->through, feed_.Head());
}

TEST_P(GroupFeedTest, FetchesSingleEvents) {
  const std::vector<v1::Event> all = log_.Events();
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < all.size(); i += 1 + i % 5) positions.push_back(all[i].position());
  const auto fetched = feed_.Fetch(positions, kUnbounded);
  ASSERT_TRUE(fetched.ok());
  ASSERT_EQ(fetched->size(), positions.size());
  for (const FeedEvent& event : *fetched) {
    ExpectSame(event, all[static_cast<std::size_t>(event.position - 1)]);
  }
  // As many as fit, at least one.
  const auto first = feed_.Fetch(positions, 1);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), 1U);
  const auto two = feed_.Fetch(positions, fetched->front().bytes.size() + 1);
  EXPECT_EQ(two->size(), 2U);
  const auto beyond = feed_.Fetch({feed_.Head() + 1}, kUnbounded);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.refusal().reason, Reason::kDataCorrupt);
}

TEST_P(GroupFeedTest, KnowsWhenAnEventWasCommitted) {
  for (const v1::Event& event : log_.Events()) {
    const auto time = feed_.CommitTime(event.position());
    ASSERT_TRUE(time.ok());
    EXPECT_EQ(*time, event.time().seconds() * 1'000'000'000 + event.time().nanos());
  }
}

// In memory, and from disk.
INSTANTIATE_TEST_SUITE_P(Rings, GroupFeedTest, testing::Values(1000, 1));

TEST(GroupFeedCorruptTest, GivesWhatIsSoundBeforeADamage) {
  EventLog log(5, 1);
  for (int i = 0; i < 10; ++i) log.Write(5);
  EventTail tail(&log, 1U << 16);
  TailGroupFeed feed(&tail, &log);
  const std::int64_t damaged = feed.Head() / 2;
  log.Corrupt(damaged);
  const auto page = feed.Read(0, domain::EventFilter(), 1000, 1U << 20);
  ASSERT_TRUE(page.ok());
  EXPECT_LT(page->through, damaged);
  ASSERT_FALSE(page->events.empty());
  EXPECT_EQ(page->events.back().position, page->through);
  const auto next = feed.Read(page->through, domain::EventFilter(), 1000, 1U << 20);
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.refusal().reason, Reason::kDataCorrupt);
  EXPECT_FALSE(feed.CommitTime(damaged).ok());
}

TEST(GroupFeedListenTest, WakesOnEachPublish) {
  EventLog log(7, 10);
  EventTail tail(&log, 1U << 16);
  TailGroupFeed feed(&tail, &log);
  int wakes = 0;
  const std::uint64_t token = feed.Listen([&wakes] { ++wakes; });
  log.Write(1);
  log.Write(1);
  feed.Unlisten(token);
  log.Write(1);
  EXPECT_EQ(wakes, 2);
}

}  // namespace
}  // namespace florin::server
