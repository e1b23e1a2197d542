// Bad input to GroupService: each its own refusal, naming the field.

#include "server/groups/group_requests.h"

#include <string>
#include <vector>

#include "server/convert/group_settings.h"
#include "tests/server/events/request_cases.h"

namespace florin::server {
namespace {

using domain::Reason;

constexpr LogEnds kLog{"ledger-1", 100};
constexpr std::int64_t kSecond = 1'000'000'000;

auto Create(const std::string& text) {
  return ToGroupCreation(Parse<v1::CreateGroupRequest>(text), kLog);
}
auto Reset(const std::string& text) {
  return ToGroupReset(Parse<v1::ResetGroupRequest>(text), kLog);
}
auto Replay(const std::string& text) {
  return ToParkedChange(Parse<v1::ReplayParkedEventsRequest>(text));
}
auto Join(const std::string& text) { return ToGroupJoin(Parse<v1::JoinGroup>(text)); }
auto Acknowledge(const std::string& text) { return ToAcknowledge(Parse<v1::Acknowledge>(text)); }

TEST(GroupRequestsTest, RefusesBadSettings) {
  const std::vector<BadRequest> table = {
      {"ack_timeout {}", Reason::kFieldInvalid, "settings.ack_timeout"},
      {"ack_timeout { nanos: 99999999 }", Reason::kFieldInvalid, "settings.ack_timeout"},
      {"ack_timeout { seconds: 43201 }", Reason::kFieldInvalid, "settings.ack_timeout"},
      {"ack_timeout { seconds: -1 }", Reason::kFieldInvalid, "settings.ack_timeout"},
      {"min_backoff { nanos: 999999 }", Reason::kFieldInvalid, "settings.min_backoff"},
      {"min_backoff { seconds: 3601 }", Reason::kFieldInvalid, "settings.min_backoff"},
      {"max_backoff { seconds: 3601 }", Reason::kFieldInvalid, "settings.max_backoff"},
      {"min_backoff { seconds: 2 } max_backoff { seconds: 1 }", Reason::kFieldInvalid,
       "settings.max_backoff"},
      {"event_ttl { nanos: 999999999 }", Reason::kFieldInvalid, "settings.event_ttl"},
      {"event_ttl { seconds: 315576001 }", Reason::kFieldInvalid, "settings.event_ttl"},
      {"max_in_flight: -1", Reason::kFieldInvalid, "settings.max_in_flight"},
      {"max_in_flight: 10001", Reason::kFieldInvalid, "settings.max_in_flight"},
      {"max_parked_and_waiting: -1", Reason::kFieldInvalid, "settings.max_parked_and_waiting"},
      {"max_parked_and_waiting: 1000001", Reason::kFieldInvalid, "settings.max_parked_and_waiting"},
      {"order: 7", Reason::kFieldInvalid, "settings.order"},
      {"filter { type_patterns: 'account..funds' }", Reason::kFieldInvalid,
       "settings.filter.type_patterns[0]"},
      {"filter { streams: 'a' streams: '' }", Reason::kFieldInvalid, "settings.filter.streams[1]"},
  };
  for (const BadRequest& bad : table) {
    const std::string text = "group_id: 'g' settings { " + bad.text + " }";
    ExpectRefused(Create(text), bad.reason, bad.field, text);
    ExpectRefused(ToGroupUpdate(Parse<v1::UpdateGroupRequest>(text)), bad.reason, bad.field, text);
  }
  ExpectRefused(ToGroupUpdate(Parse<v1::UpdateGroupRequest>("group_id: 'g'")),
                Reason::kFieldMissing, "settings", "an update without settings");
}

// Bug: a duration of 0 was "above zero, below 100 years", and a heartbeat's value was not named.
TEST(GroupRequestsTest, SaysWhichDurationsAreAllowed) {
  const auto said = [](const std::string& text) { return Create(text).refusal().message; };
  EXPECT_EQ(said("group_id: 'g' settings { ack_timeout {} }"),
            "settings.ack_timeout is 0 s; it must be 0.1 s to 12 h");
  EXPECT_EQ(said("group_id: 'g' settings { min_backoff { seconds: -1 } }"),
            "settings.min_backoff is -1 s; it must be 1 ms to 1 h");
  EXPECT_EQ(said("group_id: 'g' settings { event_ttl { seconds: 1 nanos: -1 } }"),
            "settings.event_ttl is 1 s and -1 ns; it must be 1 s to 10 years");
  EXPECT_EQ(Join("group_id: 'g' member_name: 'm' heartbeat_interval { nanos: 50000000 }")
                .refusal()
                .message,
            "join.heartbeat_interval is 0.05 s; it must be 0.1 s to 1 h");
}

TEST(GroupRequestsTest, FillsInDefaults) {
  const domain::GroupSettings defaults;
  for (const char* text : {"group_id: 'g'", "group_id: 'g' settings {}"}) {
    const auto creation = Create(text);
    ASSERT_TRUE(creation.ok()) << text;
    const domain::GroupSettings& settings = creation->settings;
    EXPECT_EQ(settings.ack_timeout_ns, defaults.ack_timeout_ns);
    EXPECT_EQ(settings.max_attempts, defaults.max_attempts);
    EXPECT_EQ(settings.min_backoff_ns, defaults.min_backoff_ns);
    EXPECT_EQ(settings.max_backoff_ns, defaults.max_backoff_ns);
    EXPECT_EQ(settings.event_ttl_ns, std::nullopt);
    EXPECT_EQ(settings.max_in_flight, defaults.max_in_flight);
    EXPECT_EQ(settings.order, domain::GroupOrder::kStream);
    EXPECT_EQ(settings.max_parked_and_waiting, defaults.max_parked_and_waiting);
    EXPECT_EQ(creation->start.after, 0);
  }
}

TEST(GroupRequestsTest, TakesSettingsAtTheirBoundsAndGivesThemBack) {
  for (const std::string text :
       {"filter { stream_prefixes: 'a' type_patterns: '#' streams: 's' } "
        "ack_timeout { nanos: 100000000 } max_attempts: -1 min_backoff { nanos: 1000000 } "
        "max_backoff { nanos: 1000000 } event_ttl { seconds: 1 } max_in_flight: 1 "
        "order: GROUP_ORDER_NONE max_parked_and_waiting: 1",
        "filter {} ack_timeout { seconds: 43200 } max_attempts: 2147483647 "
        "min_backoff { seconds: 3600 } max_backoff { seconds: 3600 } "
        "event_ttl { seconds: 315576000 } max_in_flight: 10000 order: GROUP_ORDER_STREAM "
        "max_parked_and_waiting: 1000000"}) {
    const auto creation = Create("group_id: 'g' settings { " + text + " }");
    ASSERT_TRUE(creation.ok()) << text << creation.refusal().message;
    v1::GroupSettings back;
    ToProto(creation->settings, &back);
    EXPECT_EQ(back.DebugString(), Parse<v1::GroupSettings>(text).DebugString());
  }
}

TEST(GroupRequestsTest, LetsTheDefaultBackoffGiveWay) {
  const auto low = Create("group_id: 'g' settings { max_backoff { nanos: 50000000 } }");
  ASSERT_TRUE(low.ok());
  EXPECT_EQ(low->settings.min_backoff_ns, 50'000'000);
  const auto high = Create("group_id: 'g' settings { min_backoff { seconds: 60 } }");
  ASSERT_TRUE(high.ok());
  EXPECT_EQ(high->settings.max_backoff_ns, 60 * kSecond);
}

TEST(GroupRequestsTest, RefusesBadIds) {
  for (const std::string& text : {std::string("group_id: 'a/b'"), std::string("group_id: 'a b'"),
                                  "group_id: '" + std::string(65, 'g') + "'"}) {
    ExpectRefused(Create(text), Reason::kFieldInvalid, "group_id", text);
  }
  ExpectRefused(Create(""), Reason::kFieldMissing, "group_id", "create");
  ExpectRefused(ToGroupId(""), Reason::kFieldMissing, "group_id", "get");
  ExpectRefused(Reset("end: true"), Reason::kFieldMissing, "group_id", "reset");
  ExpectRefused(ToGroupQuery(v1::ListParkedEventsRequest()), Reason::kFieldMissing, "group_id",
                "parked");
  ExpectRefused(ToGroupQuery(v1::ListGroupActionsRequest()), Reason::kFieldMissing, "group_id",
                "actions");
  ExpectRefused(ToGroupQuery(Parse<v1::ListGroupsRequest>("page_size: -1")), Reason::kFieldInvalid,
                "page_size", "list");
}

TEST(GroupRequestsTest, RefusesBadStarts) {
  std::vector<BadRequest> table = BadStarts();
  table.push_back({"position: 0", Reason::kFieldInvalid, "position"});
  table.push_back({"position: -3", Reason::kFieldInvalid, "position"});
  for (const BadRequest& bad : table) {
    ExpectRefused(Create("group_id: 'g' " + bad.text), bad.reason, bad.field, bad.text);
    ExpectRefused(Reset("group_id: 'g' " + bad.text), bad.reason, bad.field, bad.text);
  }
  ExpectRefused(Reset("group_id: 'g'"), Reason::kFieldMissing, "to", "a reset to nowhere");
  ExpectRefused(Reset("group_id: 'g' end: true reason: '" + std::string(513, 'r') + "'"),
                Reason::kFieldInvalid, "reason", "a long reason");
}

TEST(GroupRequestsTest, ComparesStartsWithTheLogLast) {
  for (const char* text : {"position: 101", "end: true", "time { seconds: 5 }", ""}) {
    EXPECT_TRUE(CheckWithinLog(Create("group_id: 'g' " + std::string(text))->start, 100).ok());
  }
  const auto beyond = CheckWithinLog(Create("group_id: 'g' position: 102")->start, 100);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.refusal().reason, Reason::kPositionBeyondHead);
  EXPECT_EQ(FieldOf(beyond.refusal()), "position");
}

TEST(GroupRequestsTest, ReadsWhereToStart) {
  const std::vector<std::pair<std::string, std::int64_t>> table = {
      {"beginning: true", 0},
      {"end: true", 100},
      {"position: 1", 0},
      {"position: 101", 100},
      {"after_checkpoint: ''", 0},
      {"after_checkpoint: '" + EncodeCheckpoint("ledger-1", 42) + "'", 42},
  };
  for (const auto& [text, after] : table) {
    const auto creation = Create("group_id: 'g' " + text);
    const auto reset = Reset("group_id: 'g' " + text);
    ASSERT_TRUE(creation.ok() && reset.ok()) << text;
    EXPECT_EQ(creation->start.after, after) << text;
    EXPECT_EQ(reset->start.after, after) << text;
    EXPECT_FALSE(creation->start.time) << text;
  }
  EXPECT_EQ(Create("group_id: 'g' time { seconds: 5 nanos: 7 }")->start.time, 5 * kSecond + 7);
}

TEST(GroupRequestsTest, ReadsWhichParkedEvents) {
  ExpectRefused(Replay("group_id: 'g'"), Reason::kFieldMissing, "event_ids", "neither");
  ExpectRefused(Replay("group_id: 'g' event_ids: '1' all: true"), Reason::kFieldInvalid, "all",
                "both");
  ExpectRefused(Replay("group_id: 'g' event_ids: '1' event_ids: 'U'"), Reason::kFieldInvalid,
                "event_ids[1]", "not an event_id");
  ExpectRefused(Replay("all: true"), Reason::kFieldMissing, "group_id", "no group");
  v1::DiscardParkedEventsRequest many;
  many.set_group_id("g");
  for (int i = 0; i <= kGroupIdsMax; ++i) many.add_event_ids("1");
  ExpectRefused(ToParkedChange(many), Reason::kTooManyItems, "event_ids", "too many");

  const auto some = Replay("group_id: 'g' event_ids: '10' event_ids: '3' event_ids: '10'");
  ASSERT_TRUE(some.ok());
  EXPECT_FALSE(some->selection.all);
  EXPECT_EQ(some->selection.positions, (std::vector<std::int64_t>{3, 32}));
  const auto all = Replay("group_id: 'g' all: true reason: 'fixed'");
  ASSERT_TRUE(all.ok());
  EXPECT_TRUE(all->selection.all);
  EXPECT_EQ(all->reason, "fixed");
}

TEST(GroupRequestsTest, ReadsJoins) {
  const std::vector<BadRequest> table = {
      {"member_name: 'm'", Reason::kFieldMissing, "join.group_id"},
      {"group_id: 'g'", Reason::kFieldMissing, "join.member_name"},
      {"group_id: 'g' member_name: 'm m'", Reason::kFieldInvalid, "join.member_name"},
      {"group_id: 'g' member_name: 'm' max_in_flight: -1", Reason::kFieldInvalid,
       "join.max_in_flight"},
      {"group_id: 'g' member_name: 'm' max_in_flight: 10001", Reason::kFieldInvalid,
       "join.max_in_flight"},
      {"group_id: 'g' member_name: 'm' heartbeat_interval { nanos: 99999999 }",
       Reason::kFieldInvalid, "join.heartbeat_interval"},
  };
  for (const BadRequest& bad : table) {
    ExpectRefused(Join(bad.text), bad.reason, bad.field, bad.text);
  }
  const auto join = Join(
      "group_id: 'g' member_name: 'm' max_in_flight: 7 take_over: true "
      "heartbeat_interval { seconds: 2 }");
  ASSERT_TRUE(join.ok());
  EXPECT_EQ(join->group_id, "g");
  EXPECT_EQ(join->request.member_name, "m");
  EXPECT_EQ(join->request.max_in_flight, 7);
  EXPECT_EQ(join->request.heartbeat_ns, 2 * kSecond);
  EXPECT_TRUE(join->request.take_over);
  EXPECT_EQ(Join("group_id: 'g' member_name: 'm'")->request.heartbeat_ns, 10 * kSecond);
}

TEST(GroupRequestsTest, ReadsAcknowledgements) {
  ExpectRefused(Acknowledge("nacks { delivery_id: '1' }"), Reason::kFieldMissing,
                "acknowledge.nacks[0].action", "no action");
  ExpectRefused(Acknowledge("nacks { action: 2 } nacks { delivery_id: '1' action: 9 }"),
                Reason::kFieldInvalid, "acknowledge.nacks[1].action", "no such action");
  v1::Acknowledge many;
  for (int i = 0; i < kGroupIdsMax; ++i) many.add_delivery_ids("d");
  EXPECT_TRUE(ToAcknowledge(many).ok());
  many.add_extend_delivery_ids("d");
  ExpectRefused(ToAcknowledge(many), Reason::kTooManyItems, "acknowledge", "too many");

  const auto request = Acknowledge("delivery_ids: 'a' delivery_ids: '" + std::string(70, 'b') +
                                   "' extend_delivery_ids: 'c' "
                                   "nacks { delivery_id: 'd' action: NACK_ACTION_SKIP reason: '" +
                                   std::string(600, 'r') + "' }");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->delivery_ids, (std::vector<std::string>{"a", std::string(64, 'b')}));
  EXPECT_EQ(request->extend_delivery_ids, (std::vector<std::string>{"c"}));
  ASSERT_EQ(request->nacks.size(), 1U);
  EXPECT_EQ(request->nacks[0].action, actors::NackAction::kSkip);
  EXPECT_EQ(request->nacks[0].reason, std::string(512, 'r'));
}

}  // namespace
}  // namespace florin::server
