// GroupService's unary calls through gRPC, against groups that are a script.

#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "server/convert/event_checkpoint.h"
#include "tests/server/groups/group_calls_fixture.h"
#include "tests/server/rpc/status_details.h"

namespace florin::server {
namespace {

using domain::Reason;
using test_support::FieldOf;
using test_support::ReasonOf;

template <typename Request>
Request Parse(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

class GroupCallsTest : public testing::Test {
 protected:
  template <typename Request, typename Response>
  using Method = grpc::Status (v1::GroupService::Stub::*)(grpc::ClientContext*, const Request&,
                                                          Response*);

  template <typename Request, typename Response>
  grpc::Status Call(Method<Request, Response> method, const std::string& text, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return (server_.stub().*method)(&context, Parse<Request>(text), response);
  }

  grpc::Status Create(const std::string& text, v1::CreateGroupResponse* response) {
    return Call(&v1::GroupService::Stub::CreateGroup, text, response);
  }
  grpc::Status Reset(const std::string& text) {
    v1::ResetGroupResponse response;
    return Call(&v1::GroupService::Stub::ResetGroup, text, &response);
  }

  ScriptedGroups& groups() { return server_.groups(); }
  std::int64_t head() { return server_.log().VisibleHead().position; }

  GroupServer server_;
};

TEST_F(GroupCallsTest, ShowsAGroupWhole) {
  actors::GroupView& view = groups().view;
  view.group_id = "g";
  view.position = 7;
  view.head_position = 20;
  view.parked_count = 3;
  view.waiting_count = 4;
  view.expired_count = 1;
  view.member_count = 1;
  view.blocked = true;
  view.oldest_unacked_time = 5'000'000'001;
  view.members.push_back({"m", "somebody", 6'000'000'000, 2, 7'000'000'000, {"a", "b"}});
  v1::GetGroupResponse response;
  ASSERT_TRUE(Call(&v1::GroupService::Stub::GetGroup, "group_id: 'g'", &response).ok());
  const v1::Group expected = Parse<v1::Group>(
      "group_id: 'g' position: 7 head_position: 20 lag_count: 13 parked_count: 3 member_count: 1 "
      "oldest_unacked_time { seconds: 5 nanos: 1 } waiting_count: 4 expired_count: 1 "
      "blocked: true checkpoint: '" +
      EncodeCheckpoint("ledger-1", 7) +
      "' settings { filter {} ack_timeout { seconds: 30 } max_attempts: 10 "
      "min_backoff { nanos: 100000000 } max_backoff { seconds: 30 } max_in_flight: 256 "
      "order: GROUP_ORDER_STREAM max_parked_and_waiting: 100000 } "
      "members { member_name: 'm' principal: 'somebody' join_time { seconds: 6 } "
      "in_flight_count: 2 oldest_unacked_time { seconds: 7 } streams: 'a' streams: 'b' }");
  EXPECT_EQ(response.group().DebugString(), expected.DebugString());
}

TEST_F(GroupCallsTest, StartsWhereItIsTold) {
  v1::CreateGroupResponse response;
  ASSERT_TRUE(Create("group_id: 'g' end: true", &response).ok());
  EXPECT_EQ(groups().after, head());
  ASSERT_TRUE(Create("group_id: 'g' position: 5", &response).ok());
  EXPECT_EQ(groups().after, 4);
  // The first event at or after it, for each command's time and in between.
  for (const v1::Event& event : server_.log().Events()) {
    const std::int64_t time = event.time().seconds() * 1'000'000'000 + event.time().nanos();
    for (const std::int64_t at : {time, time - 1}) {
      ASSERT_TRUE(Reset("group_id: 'g' time { seconds: " + std::to_string(at / 1'000'000'000) +
                        " nanos: " + std::to_string(at % 1'000'000'000) + " }")
                      .ok());
      EXPECT_LT(groups().after, event.position());
      const auto before = server_.log().CommandEndAtOrBeforeTime(at - 1);
      EXPECT_EQ(groups().after, *before);
    }
  }
  const grpc::Status future = Reset("group_id: 'g' time { seconds: 9000000000 }");
  EXPECT_EQ(ReasonOf(future), "TIME_IN_FUTURE");
  EXPECT_EQ(FieldOf(future), "time");
  EXPECT_EQ(ReasonOf(Reset("group_id: 'g' position: " + std::to_string(head() + 2))),
            "POSITION_BEYOND_HEAD");
}

// Bug: the refusal of the start came first.
TEST_F(GroupCallsTest, WhatTheGroupsRefuseComesBeforeTheStart) {
  groups().refusal = {Reason::kGroupNotFound, "there is no group g", {{"group_id", "g"}}};
  v1::CreateGroupResponse response;
  for (const std::string start : {"position: 1000", "time { seconds: 9000000000 }"}) {
    EXPECT_EQ(ReasonOf(Create("group_id: 'g' " + start, &response)), "GROUP_NOT_FOUND") << start;
    EXPECT_EQ(ReasonOf(Reset("group_id: 'g' " + start)), "GROUP_NOT_FOUND") << start;
  }
  // What needs no state is malformed whatever the groups say.
  EXPECT_EQ(ReasonOf(Reset("group_id: 'g' after_checkpoint: 'x'")), "CHECKPOINT_INVALID");
}

TEST_F(GroupCallsTest, HandsOnWhatIsAsked) {
  v1::UpdateGroupResponse updated;
  ASSERT_TRUE(Call(&v1::GroupService::Stub::UpdateGroup,
                   "group_id: 'u' settings { max_attempts: 4 }", &updated)
                  .ok());
  EXPECT_EQ(groups().group_id, "u");
  EXPECT_EQ(groups().settings.max_attempts, 4);
  ASSERT_TRUE(Reset("group_id: 'r' beginning: true reason: 'why' discard_parked: true").ok());
  EXPECT_EQ(groups().reason, "why");
  EXPECT_TRUE(groups().discard_parked);
  v1::ReplayParkedEventsResponse replayed;
  ASSERT_TRUE(Call(&v1::GroupService::Stub::ReplayParkedEvents,
                   "group_id: 'p' event_ids: '3' reason: 'fixed'", &replayed)
                  .ok());
  EXPECT_EQ(replayed.replayed_count(), 3);
  EXPECT_EQ(groups().selection.positions, std::vector<std::int64_t>{3});
  v1::DiscardParkedEventsResponse discarded;
  ASSERT_TRUE(
      Call(&v1::GroupService::Stub::DiscardParkedEvents, "group_id: 'd' all: true", &discarded)
          .ok());
  EXPECT_EQ(discarded.discarded_count(), 3);
  EXPECT_TRUE(groups().selection.all);
  v1::DeleteGroupResponse deleted;
  ASSERT_TRUE(Call(&v1::GroupService::Stub::DeleteGroup, "group_id: 'x'", &deleted).ok());
  EXPECT_EQ(groups().group_id, "x");
}

TEST_F(GroupCallsTest, SaysWhatTheGroupsRefuse) {
  groups().refusal = {Reason::kGroupNotFound, "there is no group g", {{"group_id", "g"}}};
  v1::GetGroupResponse got;
  EXPECT_EQ(ReasonOf(Call(&v1::GroupService::Stub::GetGroup, "group_id: 'g'", &got)),
            "GROUP_NOT_FOUND");
  v1::ListGroupsResponse list;
  EXPECT_EQ(ReasonOf(Call(&v1::GroupService::Stub::ListGroups, "", &list)), "GROUP_NOT_FOUND");
  v1::DeleteGroupResponse deleted;
  EXPECT_EQ(ReasonOf(Call(&v1::GroupService::Stub::DeleteGroup, "group_id: 'g'", &deleted)),
            "GROUP_NOT_FOUND");
}

TEST_F(GroupCallsTest, ListsInPages) {
  const std::vector<v1::Event> events = server_.log().Events();
  for (std::int64_t i = 1; i <= 7; ++i) {
    actors::GroupView group;
    group.group_id = "g" + std::to_string(i);
    groups().groups.push_back(group);
    actors::ParkedEventView parked;
    parked.position = i;
    parked.event_bytes = events[static_cast<std::size_t>(i - 1)].SerializeAsString();
    parked.attempts = 3;
    parked.last_reason = "too bad";
    parked.park_time = 1'000'000'000;
    parked.member_name = "m";
    parked.principal = "somebody";
    parked.waiting_count = 2;
    groups().parked.push_back(parked);
    groups().actions.push_back(
        {i, actors::GroupActionKind::kReplayed, 2'000'000'000, "somebody", "", "fixed", i * 10, 2});
  }
  for (const int size : {1, 3, 7, 100}) {
    const std::string page = " page_size: " + std::to_string(size);
    std::vector<std::string> ids;
    std::vector<std::int64_t> positions;
    std::vector<std::int64_t> numbers;
    v1::ListGroupsResponse list;
    v1::ListParkedEventsResponse parked;
    v1::ListGroupActionsResponse actions;
    do {
      const std::string token = page + " page_token: '" + list.next_page_token() + "'";
      ASSERT_TRUE(Call(&v1::GroupService::Stub::ListGroups, token, &list).ok());
      for (const v1::Group& group : list.groups()) ids.push_back(group.group_id());
      EXPECT_LE(list.groups_size(), size);
    } while (!list.next_page_token().empty());
    do {
      const std::string token =
          "group_id: 'g'" + page + " page_token: '" + parked.next_page_token() + "'";
      ASSERT_TRUE(Call(&v1::GroupService::Stub::ListParkedEvents, token, &parked).ok());
      for (const auto& event : parked.events()) positions.push_back(event.event().position());
    } while (!parked.next_page_token().empty());
    do {
      const std::string token =
          "group_id: 'g'" + page + " page_token: '" + actions.next_page_token() + "'";
      ASSERT_TRUE(Call(&v1::GroupService::Stub::ListGroupActions, token, &actions).ok());
      for (const auto& action : actions.actions()) numbers.push_back(action.number());
    } while (!actions.next_page_token().empty());
    EXPECT_EQ(ids, (std::vector<std::string>{"g1", "g2", "g3", "g4", "g5", "g6", "g7"}));
    EXPECT_EQ(positions, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(numbers, positions);
    v1::ParkedEvent last = parked.events(parked.events_size() - 1);
    EXPECT_EQ(last.event().SerializeAsString(), events[6].SerializeAsString());
    last.clear_event();
    EXPECT_EQ(last.DebugString(),
              Parse<v1::ParkedEvent>("attempts: 3 last_reason: 'too bad' park_time { seconds: 1 } "
                                     "member_name: 'm' principal: 'somebody' waiting_count: 2")
                  .DebugString());
    EXPECT_EQ(actions.actions(actions.actions_size() - 1).DebugString(),
              Parse<v1::GroupAction>("number: 7 kind: GROUP_ACTION_KIND_REPLAYED "
                                     "time { seconds: 2 } principal: 'somebody' reason: 'fixed' "
                                     "position: 70 event_count: 2")
                  .DebugString());
  }
}

TEST_F(GroupCallsTest, RefusesATokenOfAnotherGroup) {
  for (std::int64_t i = 1; i <= 2; ++i) groups().actions.emplace_back().number = i;
  v1::ListGroupActionsResponse page;
  ASSERT_TRUE(
      Call(&v1::GroupService::Stub::ListGroupActions, "group_id: 'g' page_size: 1", &page).ok());
  const std::string token = " page_token: '" + page.next_page_token() + "'";
  EXPECT_EQ(
      ReasonOf(Call(&v1::GroupService::Stub::ListGroupActions, "group_id: 'h'" + token, &page)),
      "PAGE_TOKEN_INVALID");
  v1::ListParkedEventsResponse parked;
  EXPECT_EQ(
      ReasonOf(Call(&v1::GroupService::Stub::ListParkedEvents, "group_id: 'g'" + token, &parked)),
      "PAGE_TOKEN_INVALID");
}

}  // namespace
}  // namespace florin::server
