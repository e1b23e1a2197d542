// Bad input to EventService: each its own refusal, naming the field.

#include "server/events/event_requests.h"

#include <set>
#include <string>
#include <vector>

#include "tests/server/events/request_cases.h"

namespace florin::server {
namespace {

using domain::Reason;

domain::Result<SubscriptionStart> Subscription(const std::string& text) {
  return ParseSubscription(Parse<florin::v1::SubscribeEventsRequest>(text), "ledger-1", 100);
}

domain::Result<EventQuery> Query(const std::string& text) {
  return ParseEventQuery(Parse<florin::v1::ReadEventsRequest>(text), "ledger-1");
}

TEST(EventRequestsTest, RefusesBadSubscriptions) {
  std::vector<BadRequest> table = BadStarts();
  for (const BadRequest& bad : std::vector<BadRequest>{
           {"max_batch_size: -1", Reason::kFieldInvalid, "max_batch_size"},
           {"heartbeat_interval {}", Reason::kFieldInvalid, "heartbeat_interval"},
           {"heartbeat_interval { seconds: -1 }", Reason::kFieldInvalid, "heartbeat_interval"},
           {"heartbeat_interval { nanos: 99999999 }", Reason::kFieldInvalid, "heartbeat_interval"},
           {"heartbeat_interval { seconds: 3601 }", Reason::kFieldInvalid, "heartbeat_interval"},
           {"filter { type_patterns: 'account..funds' }", Reason::kFieldInvalid,
            "filter.type_patterns[0]"},
           {"filter { type_patterns: '#' type_patterns: 'acc*' }", Reason::kFieldInvalid,
            "filter.type_patterns[1]"},
           {"filter { streams: '' }", Reason::kFieldInvalid, "filter.streams[0]"},
       }) {
    table.push_back(bad);
  }
  for (const BadRequest& bad : table) {
    ExpectRefused(Subscription(bad.text), bad.reason, bad.field, bad.text);
  }
}

TEST(EventRequestsTest, ReadsWhereToStart) {
  for (const char* text : {"", "after_checkpoint: ''", "beginning: true"}) {
    const auto start = Subscription(text);
    ASSERT_TRUE(start.ok()) << text;
    EXPECT_EQ(start->after, 0) << text;
    EXPECT_FALSE(start->start_time) << text;
    EXPECT_EQ(start->heartbeat, std::chrono::seconds(10)) << text;
  }
  EXPECT_EQ(Subscription("end: true")->after, 100);
  EXPECT_EQ(Subscription("time { seconds: 5 nanos: 7 }")->start_time, 5'000'000'007);
  EXPECT_EQ(Subscription("after_checkpoint: '" + EncodeCheckpoint("ledger-1", 100) + "'")->after,
            100);
  EXPECT_EQ(Subscription("heartbeat_interval { nanos: 100000000 }")->heartbeat,
            std::chrono::milliseconds(100));
  EXPECT_EQ(Subscription("heartbeat_interval { seconds: 3600 }")->heartbeat, std::chrono::hours(1));
  EXPECT_EQ(Subscription("max_batch_size: 7")->batch_events, 7);
}

TEST(EventRequestsTest, RefusesBadReads) {
  const std::vector<BadRequest> table = {
      {"start_position: -1", Reason::kFieldInvalid, "start_position"},
      {"stream: 'a' start_version: -1", Reason::kFieldInvalid, "start_version"},
      {"start_version: 1", Reason::kFieldInvalid, "start_version"},
      {"page_size: -1", Reason::kFieldInvalid, "page_size"},
      {"start_time { seconds: 10 } end_time { seconds: 9 }", Reason::kFieldInvalid, "end_time"},
      {"start_time { nanos: 1000000000 }", Reason::kFieldInvalid, "start_time"},
      {"end_time { seconds: 99999999999 }", Reason::kFieldInvalid, "end_time"},
      {"stream: '" + std::string(513, 's') + "'", Reason::kFieldInvalid, "stream"},
      {"filter { type_patterns: '' }", Reason::kFieldInvalid, "filter.type_patterns[0]"},
  };
  for (const BadRequest& bad : table) {
    ExpectRefused(Query(bad.text), bad.reason, bad.field, bad.text);
  }
}

TEST(EventRequestsTest, BindsTheDigestToTheWholeQueryButItsPage) {
  const std::vector<std::string> queries = {
      "",
      "stream: 'a'",
      "stream: 'a' start_version: 2",
      "start_position: 2",
      "descending: true",
      "start_time { seconds: 2 }",
      "end_time { seconds: 2 }",
      "filter { streams: 'a' }",
      "filter { streams: 'a' streams: 'b' }",
      "filter { stream_prefixes: 'a' }",
      "filter { type_patterns: 'a' }",
  };
  std::set<std::uint64_t> digests;
  for (const std::string& text : queries) {
    const auto query = Query(text + " page_size: 5 page_token: 'x'");
    ASSERT_TRUE(query.ok()) << text;
    EXPECT_TRUE(digests.insert(query->digest).second) << text;
    EXPECT_EQ(query->digest, Query(text)->digest) << text;
  }
}

TEST(EventRequestsTest, RefusesBadReadsOfCommitGroups) {
  const auto parse = [](const std::string& text) {
    return ParseCommitGroupQuery(Parse<florin::v1::ReadCommitGroupsRequest>(text), "ledger-1");
  };
  ASSERT_FALSE(parse("start_position: -1").ok());
  EXPECT_EQ(FieldOf(parse("start_position: -1").refusal()), "start_position");
  ASSERT_FALSE(parse("page_size: -1").ok());
  EXPECT_EQ(FieldOf(parse("page_size: -1").refusal()), "page_size");
  EXPECT_EQ(parse("page_size: 5000")->page_size, 1000);
}

}  // namespace
}  // namespace florin::server
