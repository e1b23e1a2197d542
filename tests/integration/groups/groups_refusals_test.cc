// Bad input to GroupService: each its own refusal, while others go on.

#include "tests/integration/groups/groups_fixture.h"

namespace florin::test_support {
namespace {

class GroupsRefusalsTest : public GroupsFixture {
 protected:
  void SetUp() override {
    OpenAccount("a");
    CreateGroup();
    member_ = Member("m");
    // It has joined: whatever is asked next comes after it.
    ASSERT_TRUE(member_->Read());
  }

  // Whatever was refused: the member gets what comes next.
  void TearDown() override {
    Deposit("a");
    const auto delivered = member_->Next();
    ASSERT_TRUE(delivered);
    EXPECT_EQ(delivered->event().stream(), Account("a"));
    member_->Acknowledge(delivered->delivery_id());
    EXPECT_TRUE(member_->WaitForDurable());
    EXPECT_EQ(Said(member_->Leave()), "OK");
  }

  template <typename Response, typename Method>
  std::string SaidOf(Method method, const std::string& text) {
    Response response;
    return CallGroups(method, text, &response);
  }
  std::string CreateSays(const std::string& text) {
    return SaidOf<v1::CreateGroupResponse>(&Groups::CreateGroup, text);
  }
  std::string ResetSays(const std::string& text) {
    return SaidOf<v1::ResetGroupResponse>(&Groups::ResetGroup, text);
  }
  std::string JoinSays(const v1::JoinGroup& join) {
    return Said(GroupMember(server().channel(), join).End());
  }

  std::unique_ptr<GroupMember> member_;
};

TEST_F(GroupsRefusalsTest, OfSettings) {
  const std::pair<const char*, const char*> table[] = {
      {"settings { filter { type_patterns: 'account..funds' } }",
       "FIELD_INVALID settings.filter.type_patterns[0]"},
      {"settings { filter { type_patterns: 'acc*' } }",
       "FIELD_INVALID settings.filter.type_patterns[0]"},
      {"settings { ack_timeout { nanos: 1 } }", "FIELD_INVALID settings.ack_timeout"},
      {"settings { ack_timeout { seconds: 99999 } }", "FIELD_INVALID settings.ack_timeout"},
      {"settings { min_backoff { nanos: 1 } }", "FIELD_INVALID settings.min_backoff"},
      {"settings { min_backoff { seconds: 9 } max_backoff { seconds: 8 } }",
       "FIELD_INVALID settings.max_backoff"},
      {"settings { event_ttl { nanos: 1 } }", "FIELD_INVALID settings.event_ttl"},
      {"settings { max_in_flight: 10001 }", "FIELD_INVALID settings.max_in_flight"},
      {"settings { order: 9 }", "FIELD_INVALID settings.order"},
      {"settings { max_parked_and_waiting: -1 }", "FIELD_INVALID settings.max_parked_and_waiting"},
  };
  for (const auto& [text, said] : table) {
    EXPECT_EQ(CreateSays("group_id: 'other' " + std::string(text)), said) << text;
    EXPECT_EQ(SaidOf<v1::UpdateGroupResponse>(&Groups::UpdateGroup, Named(text)), said) << text;
  }
  EXPECT_EQ(SaidOf<v1::UpdateGroupResponse>(&Groups::UpdateGroup, Named("")),
            "FIELD_MISSING settings");
  EXPECT_EQ(SaidOf<v1::GetGroupResponse>(&Groups::GetGroup, "group_id: 'other'"),
            "GROUP_NOT_FOUND");
}

TEST_F(GroupsRefusalsTest, OfStarts) {
  const std::pair<const char*, const char*> table[] = {
      {"beginning: false", "FIELD_INVALID beginning"},
      {"position: 0", "FIELD_INVALID position"},
      {"position: 1000000", "POSITION_BEYOND_HEAD position"},
      {"time { seconds: 9000000000 }", "TIME_IN_FUTURE time"},
      {"after_checkpoint: 'tomorrow'", "CHECKPOINT_INVALID after_checkpoint"},
      // Of another ledger.
      {"after_checkpoint: '01fd000bbda1a5038a00000000000000000000000607d8722c'",
       "CHECKPOINT_INVALID after_checkpoint"},
  };
  for (const auto& [text, said] : table) {
    EXPECT_EQ(CreateSays("group_id: 'other' " + std::string(text)), said) << text;
    EXPECT_EQ(ResetSays(Named(text)), said) << text;
  }
  EXPECT_EQ(ResetSays(Named("")), "FIELD_MISSING to");
}

// The id comes before what is compared with the log: a retry is answered whatever has happened.
TEST_F(GroupsRefusalsTest, OfStartsOnceTheGroupIsLookedFor) {
  for (const std::string start : {"position: 1000000", "time { seconds: 9000000000 }"}) {
    EXPECT_EQ(CreateSays(Named(SettingsOf("") + start)), "OK") << start;
    EXPECT_EQ(CreateSays(Named(SettingsOf("max_attempts: 3") + start)), "GROUP_EXISTS") << start;
    EXPECT_EQ(ResetSays("group_id: 'nobody' " + start), "GROUP_NOT_FOUND") << start;
  }
}

TEST_F(GroupsRefusalsTest, OfGroupsThatAreNotThere) {
  const std::string nobody = "group_id: 'nobody' ";
  EXPECT_EQ(SaidOf<v1::GetGroupResponse>(&Groups::GetGroup, nobody), "GROUP_NOT_FOUND");
  EXPECT_EQ(SaidOf<v1::UpdateGroupResponse>(&Groups::UpdateGroup, nobody + "settings {}"),
            "GROUP_NOT_FOUND");
  EXPECT_EQ(SaidOf<v1::DeleteGroupResponse>(&Groups::DeleteGroup, nobody), "GROUP_NOT_FOUND");
  EXPECT_EQ(ResetSays(nobody + "end: true"), "GROUP_NOT_FOUND");
  EXPECT_EQ(SaidOf<v1::ListParkedEventsResponse>(&Groups::ListParkedEvents, nobody),
            "GROUP_NOT_FOUND");
  EXPECT_EQ(SaidOf<v1::ListGroupActionsResponse>(&Groups::ListGroupActions, nobody),
            "GROUP_NOT_FOUND");
  EXPECT_EQ(
      SaidOf<v1::ReplayParkedEventsResponse>(&Groups::ReplayParkedEvents, nobody + "all: true"),
      "GROUP_NOT_FOUND");
  EXPECT_EQ(
      SaidOf<v1::DiscardParkedEventsResponse>(&Groups::DiscardParkedEvents, nobody + "all: true"),
      "GROUP_NOT_FOUND");
  EXPECT_EQ(JoinSays(GroupMember::JoinOf("nobody", "m")), "GROUP_NOT_FOUND");
  EXPECT_EQ(SaidOf<v1::GetGroupResponse>(&Groups::GetGroup, "group_id: 'a/b'"),
            "FIELD_INVALID group_id");
  EXPECT_EQ(SaidOf<v1::ListGroupsResponse>(&Groups::ListGroups, "page_token: '00'"),
            "PAGE_TOKEN_INVALID page_token");
}

TEST_F(GroupsRefusalsTest, OfParkedEvents) {
  const std::pair<const char*, const char*> table[] = {
      {"", "FIELD_MISSING event_ids"},
      {"all: true event_ids: '1'", "FIELD_INVALID all"},
      {"event_ids: '1' event_ids: 'not one'", "FIELD_INVALID event_ids[1]"},
  };
  for (const auto& [text, said] : table) {
    EXPECT_EQ(SaidOf<v1::ReplayParkedEventsResponse>(&Groups::ReplayParkedEvents, Named(text)),
              said)
        << text;
    EXPECT_EQ(SaidOf<v1::DiscardParkedEventsResponse>(&Groups::DiscardParkedEvents, Named(text)),
              said)
        << text;
  }
  // Of an event that is not parked there is nothing to do.
  EXPECT_EQ(
      Done<v1::ReplayParkedEventsResponse>(&Groups::ReplayParkedEvents, Named("event_ids: '1'"))
          .replayed_count(),
      0);
}

TEST_F(GroupsRefusalsTest, OfJoins) {
  EXPECT_EQ(JoinSays(GroupMember::JoinOf(name(), "m")), "MEMBER_EXISTS");
  EXPECT_EQ(JoinSays(GroupMember::JoinOf("", "n")), "FIELD_MISSING join.group_id");
  EXPECT_EQ(JoinSays(GroupMember::JoinOf(name(), "")), "FIELD_MISSING join.member_name");
  EXPECT_EQ(JoinSays(GroupMember::JoinOf(name(), "n n")), "FIELD_INVALID join.member_name");
  v1::JoinGroup join = GroupMember::JoinOf(name(), "n");
  join.set_max_in_flight(-1);
  EXPECT_EQ(JoinSays(join), "FIELD_INVALID join.max_in_flight");
  join = GroupMember::JoinOf(name(), "n");
  join.mutable_heartbeat_interval()->set_seconds(3601);
  EXPECT_EQ(JoinSays(join), "FIELD_INVALID join.heartbeat_interval");
}

TEST_F(GroupsRefusalsTest, OfAcknowledgements) {
  Deposit("a");
  const auto delivered = member_->Next();
  ASSERT_TRUE(delivered);
  const auto other = Member("other");
  // Of another member; of nobody.
  other->Acknowledge(delivered->delivery_id());
  other->Nack("nothing", v1::NACK_ACTION_PARK);
  other->Extend(std::string(100, 'x'));
  ASSERT_TRUE(other->WaitForDurable());
  EXPECT_EQ(other->refusals().at(delivered->delivery_id()), "DELIVERY_UNKNOWN");
  EXPECT_EQ(other->refusals().at("nothing"), "DELIVERY_UNKNOWN");
  EXPECT_EQ(other->refusals().at(std::string(64, 'x')), "DELIVERY_UNKNOWN");
  // Its own, twice.
  member_->Acknowledge(delivered->delivery_id());
  member_->Acknowledge(delivered->delivery_id());
  ASSERT_TRUE(member_->WaitForDurable());
  EXPECT_EQ(member_->refusals().at(delivered->delivery_id()), "DELIVERY_UNKNOWN");
  EXPECT_EQ(Said(other->Leave()), "OK");
}

TEST_F(GroupsRefusalsTest, OfMalformedMessages) {
  const auto other = Member("other");
  v1::Acknowledge nameless;
  nameless.add_nacks()->set_delivery_id("x");
  other->Send(nameless);
  EXPECT_EQ(Said(other->End()), "FIELD_MISSING acknowledge.nacks[0].action");
  const auto third = Member("other");
  v1::Acknowledge many;
  for (int i = 0; i < 8193; ++i) many.add_delivery_ids("x");
  third->Send(many);
  EXPECT_EQ(Said(third->End()), "TOO_MANY_ITEMS acknowledge");
}

}  // namespace
}  // namespace florin::test_support
