#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/cli/activity.h"
#include "apps/cli/watch_view.h"

namespace florin::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr std::int64_t kStart = 1'000'000;

void AddEvent(v1::SubscribeEventsResponse* batch, const std::string& stream, std::int64_t time_ms) {
  auto* event = batch->add_events();
  event->set_stream(stream);
  event->set_position(batch->events_size());
  event->mutable_time()->set_seconds(time_ms / 1000);
  event->mutable_time()->set_nanos(static_cast<int>(time_ms % 1000) * 1'000'000);
  if (stream.starts_with("transaction/")) {
    event->mutable_transaction_recorded();
  }
}

TEST(ActivityTest, NothingYetIsNothing) {
  Activity activity;
  activity.Add(v1::SubscribeEventsResponse(), kStart);
  const auto summary = activity.Ask(kStart, 3);
  EXPECT_EQ(summary.events_per_second, 0);
  EXPECT_EQ(summary.transactions_per_second, 0);
  EXPECT_EQ(summary.latency_median, -1);
  EXPECT_THAT(summary.top, IsEmpty());
}

TEST(ActivityTest, CountsTheLastSecondAndRanksTheLastTen) {
  Activity activity;
  v1::SubscribeEventsResponse first;
  for (const char* stream : {"a", "b", "b", "transaction/1"}) {
    AddEvent(&first, stream, kStart - 5);
  }
  activity.Add(first, kStart);
  v1::SubscribeEventsResponse second;
  for (const char* stream : {"c", "a", "a", "transaction/2"}) {
    AddEvent(&second, stream, kStart + 1990);
  }
  activity.Add(second, kStart + 2000);
  auto summary = activity.Ask(kStart + 2999, 2);
  EXPECT_EQ(summary.events_per_second, 4);
  EXPECT_EQ(summary.transactions_per_second, 1);
  EXPECT_EQ(summary.latency_median, 10);
  EXPECT_EQ(summary.latency_max, 10);
  EXPECT_EQ(summary.seen_position, 4);
  EXPECT_THAT(summary.top, ElementsAre(Pair("a", 3), Pair("b", 2)));
  summary = activity.Ask(kStart + 10'000, 5);
  EXPECT_EQ(summary.events_per_second, 0);
  EXPECT_THAT(summary.top, ElementsAre(Pair("a", 2), Pair("c", 1)));
}

TEST(ActivityTest, AServerWhoseClockIsAheadHasNoNegativeLatency) {
  Activity activity;
  v1::SubscribeEventsResponse batch;
  AddEvent(&batch, "a", kStart + 700);
  activity.Add(batch, kStart);
  EXPECT_EQ(activity.Ask(kStart, 1).latency_max, 0);
}

TEST(WatchViewTest, ScreenAndLineSayTheSame) {
  WatchState state;
  state.server = "here:1";
  state.status.set_head_position(1234);
  state.status.set_data_bytes(2048);
  state.activity.transactions_per_second = 17;
  state.activity.top = {{"a", 3}};
  std::ostringstream screen;
  PrintWatchScreen(screen, state);
  EXPECT_THAT(screen.str(), HasSubstr("server          here:1, ready\ntransactions/s  17\n"));
  EXPECT_THAT(screen.str(), HasSubstr("head position   1,234\n"));
  EXPECT_THAT(screen.str(), Not(HasSubstr("\x1b")));
  std::ostringstream line;
  PrintWatchLine(line, state);
  EXPECT_EQ(line.str(),
            "      17         0          -          -          1234           0         0     "
            "2.0 KiB  a\n");
  state.reachable = false;
  std::ostringstream json;
  PrintWatchJson(json, state);
  EXPECT_THAT(json.str(),
              HasSubstr("{\"reachable\":false,\"following\":true,\"transactions_per_second\":17,"));
  EXPECT_THAT(json.str(), HasSubstr("\"busiest\":[{\"account_id\":\"a\",\"events\":3}]}\n"));
}

// Bug: a sentence of the server that quotes by escapes was shown with its backslashes doubled.
TEST(WatchViewTest, AServersSentenceIsShownAsItIs) {
  WatchState state;
  state.server = "here:1";
  state.status.set_read_only(true);
  state.status.set_read_only_reason(R"(DISK_FULL: "a\nb" is full)");
  std::ostringstream screen;
  PrintWatchScreen(screen, state);
  EXPECT_THAT(screen.str(), HasSubstr(R"(here:1, read only: DISK_FULL: "a\nb" is full)"));
  state.following = false;
  state.reachable = true;
  std::ostringstream line;
  PrintWatchLine(line, state);
  EXPECT_THAT(line.str(), HasSubstr("(the stream of events is lost, trying again)"));
}

}  // namespace
}  // namespace florin::cli
