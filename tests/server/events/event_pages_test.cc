// Pages of ReadEvents and ReadCommitGroups against a plain filter over the
// whole log, for random logs and queries; then their edges.

#include <gmock/gmock.h>
#include <google/protobuf/arena.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "server/events/pages.h"
#include "storage/format/record_codec.h"
#include "tests/server/events/event_log.h"

namespace florin::server {
namespace {

using domain::Reason;
using florin::v1::Event;
using testing::ElementsAreArray;
using testing::IsEmpty;

std::int64_t Nanos(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000'000 + time.nanos();
}

/// What a query selects, without pages.
std::vector<std::int64_t> Select(const std::vector<Event>& events, const EventQuery& query) {
  std::vector<std::int64_t> positions;
  for (const Event& event : events) {
    const std::int64_t first = query.start_version > 0 ? query.start_version : query.start_position;
    const std::int64_t place = query.start_version > 0 ? event.version() : event.position();
    if (first > 0 && (query.descending ? place > first : place < first)) {
      continue;
    }
    const std::int64_t time = Nanos(event.time());
    if ((query.stream.empty() || event.stream() == query.stream) &&
        (!query.start_time || time >= *query.start_time) &&
        (!query.end_time || time < *query.end_time) &&
        query.filter.Matches(event.stream(), event.type())) {
      positions.push_back(event.position());
    }
  }
  if (query.descending) std::reverse(positions.begin(), positions.end());
  return positions;
}

class EventPagesTest : public testing::Test {
 protected:
  EventLog log{7, 4};
  PageLimits limits;
  int calls = 0;
  google::protobuf::Arena arena;

  florin::v1::ReadEventsResponse* NewResponse() {
    return google::protobuf::Arena::CreateMessage<florin::v1::ReadEventsResponse>(&arena);
  }

  Reason ReasonOf(const EventQuery& query) {
    const auto refusal = ReadEventsPage(&log, query, limits, NewResponse());
    return refusal ? refusal->reason : Reason::kNone;
  }

  /// Every page; `between` runs after each.
  std::vector<std::int64_t> ReadAll(
      EventQuery query, const std::function<void()>& between = [] {}) {
    std::vector<std::int64_t> positions;
    for (calls = 1;; ++calls) {
      auto* const response = NewResponse();
      const auto refusal = ReadEventsPage(&log, query, limits, response);
      EXPECT_FALSE(refusal) << refusal->message;
      if (refusal) return positions;
      EXPECT_LE(response->events_size(), query.page_size);
      EXPECT_EQ(response->head_position(), log.VisibleHead().position);
      for (const Event& event : response->events()) {
        positions.push_back(event.position());
      }
      if (response->next_page_token().empty()) return positions;
      query.page_token = response->next_page_token();
      between();
    }
  }
};

EventQuery RandomQuery(std::mt19937_64* random, const std::vector<Event>& events) {
  const auto below = [random](std::uint64_t bound) { return (*random)() % bound; };
  const auto& any = [&]() -> const Event& { return events[below(events.size())]; };
  EventQuery query;
  query.page_size = 1 + static_cast<int>(below(40));
  query.descending = below(2) == 0;
  if (below(2) == 0) query.stream = any().stream();
  if (below(3) == 0) {
    query.start_position = any().position();
  } else if (!query.stream.empty() && below(2) == 0) {
    for (const Event* event = &any();; event = &any()) {
      if (event->stream() != query.stream) continue;
      query.start_version = event->version();
      break;
    }
  }
  if (below(3) == 0) query.start_time = Nanos(any().time());
  if (below(3) == 0) query.end_time = Nanos(any().time());
  domain::EventFilterSpec spec;
  if (below(4) == 0) spec.stream_prefixes = {"bank:"};
  if (below(4) == 0) spec.streams = {any().stream()};
  if (below(4) == 0) spec.type_patterns = {"account.funds.*"};
  query.filter = std::move(*domain::EventFilter::Compile(spec));
  query.digest = 99;
  return query;
}

TEST_F(EventPagesTest, EqualAPlainFilterOfTheLog) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 60; ++i) log.Write(static_cast<int>(1 + random() % 20));
  const auto events = log.Events();
  for (int i = 0; i < 150; ++i) {
    const EventQuery query = RandomQuery(&random, events);
    limits.scanned_bytes = random() % 4 == 0 ? 500 : 4U << 20;
    limits.scanned_versions = random() % 4 == 0 ? 1 : 2'000;
    limits.response_bytes = random() % 4 == 0 ? 1'000 : 1U << 20;
    ASSERT_THAT(ReadAll(query), ElementsAreArray(Select(events, query))) << "query " << i;
  }
}

TEST_F(EventPagesTest, NeitherSkipNorRepeatWhileTheLogGrows) {
  for (const bool descending : {false, true}) {
    for (const char* stream : {"", "bank:0"}) {
      for (int i = 0; i < 10; ++i) log.Write(10);
      EventQuery query;
      query.stream = stream;
      query.descending = descending;
      query.page_size = 7;
      const auto expected = Select(log.Events(), query);
      EXPECT_THAT(ReadAll(query, [this] { log.Write(1); }), ElementsAreArray(expected));
      EXPECT_GT(calls, 2);
    }
  }
}

TEST_F(EventPagesTest, EndWithoutATokenWhenNothingIsLeft) {
  log.Write(20);
  EventQuery query;
  query.page_size = static_cast<int>(log.Events().size());
  ReadAll(query);
  EXPECT_EQ(calls, 1);
}

TEST_F(EventPagesTest, BoundTheWorkOfASparseFilter) {
  for (int i = 0; i < 100; ++i) log.Write(20);
  EventQuery query;
  query.page_size = 10;
  query.filter = std::move(*domain::EventFilter::Compile({{"nobody:"}, {}, {}}));
  limits.scanned_bytes = 10'000;
  for (const bool descending : {false, true}) {
    query.descending = descending;
    const int before = log.disk_reads();
    EXPECT_THAT(ReadAll(query), IsEmpty());
    EXPECT_GT(calls, 3);
    EXPECT_GE(log.disk_reads() - before, calls);
  }
}

TEST_F(EventPagesTest, AreEmptyWhereNothingIs) {
  EventQuery query;
  query.page_size = 10;
  EXPECT_THAT(ReadAll(query), IsEmpty());
  query.descending = true;
  EXPECT_THAT(ReadAll(query), IsEmpty());
  log.Write(5);
  query.stream = "no:such:stream";
  EXPECT_THAT(ReadAll(query), IsEmpty());
  query.start_version = 3;
  EXPECT_THAT(ReadAll(query), IsEmpty());
  query.stream = "bank:0";
  query.start_version = 0;
  query.filter = std::move(*domain::EventFilter::Compile({{}, {}, {"bank:2"}}));
  EXPECT_THAT(ReadAll(query), IsEmpty());
}

TEST_F(EventPagesTest, RefusePlacesBeyondTheHead) {
  log.Write(10);
  EventQuery query;
  query.page_size = 10;
  query.start_position = log.VisibleHead().position;
  EXPECT_EQ(ReasonOf(query), Reason::kNone);
  ++query.start_position;
  EXPECT_EQ(ReasonOf(query), Reason::kPositionBeyondHead);
  query.start_position = 0;
  query.stream = "bank:0";
  query.start_version = *log.StreamVersion("bank:0");
  EXPECT_EQ(ReasonOf(query), Reason::kNone);
  ++query.start_version;
  EXPECT_EQ(ReasonOf(query), Reason::kVersionBeyondHead);
}

TEST_F(EventPagesTest, RefuseATokenOfAnotherQuery) {
  log.Write(20);
  EventQuery query;
  query.page_size = 3;
  query.digest = 1;
  auto* const response = NewResponse();
  ASSERT_FALSE(ReadEventsPage(&log, query, limits, response));
  query.page_token = response->next_page_token();
  EXPECT_EQ(ReasonOf(query), Reason::kNone);
  query.digest = 2;
  EXPECT_EQ(ReasonOf(query), Reason::kPageTokenInvalid);
  query.digest = 1;
  query.page_token += "00";
  EXPECT_EQ(ReasonOf(query), Reason::kPageTokenInvalid);
}

TEST_F(EventPagesTest, RefuseWhatIsCorrupt) {
  for (int i = 0; i < 10; ++i) log.Write(10);
  log.Corrupt(log.VisibleHead().position / 2);
  EventQuery query;
  query.page_size = 1000;
  EXPECT_EQ(ReasonOf(query), Reason::kDataCorrupt);
  query.descending = true;
  EXPECT_EQ(ReasonOf(query), Reason::kDataCorrupt);
}

TEST_F(EventPagesTest, GiveCommitGroupsAsTheyAreStored) {
  for (int i = 0; i < 25; ++i) log.Write(5);
  const std::int64_t head = log.VisibleHead().position;
  const storage::Hash head_hash = log.VisibleHead().hash;
  limits.response_bytes = 2'000;
  CommitGroupQuery query;
  query.page_size = 4;
  std::string previous(32, '\0');
  std::int64_t next = 1;
  int pages = 0;
  do {
    florin::v1::ReadCommitGroupsResponse response;
    const auto refusal = ReadCommitGroupsPage(&log, query, limits, &response);
    ASSERT_FALSE(refusal) << refusal->message;
    EXPECT_EQ(response.ledger_id(), "ledger-1");
    EXPECT_LE(response.commit_groups_size(), 4);
    for (const auto& commit_group : response.commit_groups()) {
      EXPECT_EQ(commit_group.first_position(), next);
      EXPECT_EQ(commit_group.previous_hash(), previous);
      storage::Hash hash{};
      std::copy(previous.begin(), previous.end(), hash.begin());
      hash = storage::ChainHash(hash, commit_group.records());
      EXPECT_EQ(commit_group.hash(), std::string(hash.begin(), hash.end()));
      EXPECT_EQ(commit_group.format_version(), 1);
      previous = commit_group.hash();
      next = commit_group.last_position() + 1;
    }
    query.page_token = response.next_page_token();
    // What comes later is not part of this list.
    log.Write(1);
    ++pages;
  } while (!query.page_token.empty());
  EXPECT_EQ(next, head + 1);
  EXPECT_EQ(previous, std::string(head_hash.begin(), head_hash.end()));
  EXPECT_GT(pages, 6);
}

TEST_F(EventPagesTest, StartCommitGroupsAtTheOneThatHoldsThePosition) {
  for (int i = 0; i < 5; ++i) log.Write(5);
  CommitGroupQuery query;
  query.page_size = 1;
  query.start_position = log.VisibleHead().position;
  florin::v1::ReadCommitGroupsResponse response;
  ASSERT_FALSE(ReadCommitGroupsPage(&log, query, limits, &response));
  ASSERT_EQ(response.commit_groups_size(), 1);
  EXPECT_EQ(response.commit_groups(0).last_position(), query.start_position);
  EXPECT_THAT(response.next_page_token(), IsEmpty());

  ++query.start_position;
  const auto refusal = ReadCommitGroupsPage(&log, query, limits, &response);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, Reason::kPositionBeyondHead);
}

}  // namespace
}  // namespace florin::server
