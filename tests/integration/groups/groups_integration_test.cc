// A consumer group's life: made, shown, changed, consumed from, deleted.

#include <algorithm>
#include <map>
#include <set>

#include "tests/integration/groups/groups_fixture.h"

namespace florin::test_support {
namespace {

class GroupsIntegrationTest : public GroupsFixture {};

TEST_F(GroupsIntegrationTest, IsMadeShownChangedListedAndDeleted) {
  const v1::Group made = CreateGroup("max_attempts: 3");
  EXPECT_EQ(made.group_id(), name());
  EXPECT_EQ(made.settings().max_attempts(), 3);
  EXPECT_EQ(made.settings().ack_timeout().seconds(), 30);
  EXPECT_EQ(made.settings().max_in_flight(), 256);
  EXPECT_EQ(made.settings().order(), v1::GROUP_ORDER_STREAM);
  EXPECT_EQ(made.settings().filter().type_patterns(0), "account.funds.*");
  EXPECT_EQ(made.position(), 0);
  EXPECT_EQ(made.lag_count(), made.head_position());
  // A retry, and another group of that name.
  CreateGroup("max_attempts: 3");
  v1::CreateGroupResponse other;
  EXPECT_EQ(CallGroups(&Groups::CreateGroup, Named(SettingsOf("max_attempts: 4")), &other),
            "GROUP_EXISTS");
  const v1::Group changed =
      Done<v1::UpdateGroupResponse>(&Groups::UpdateGroup, Named(SettingsOf("max_attempts: 4")))
          .group();
  EXPECT_EQ(changed.settings().max_attempts(), 4);
  EXPECT_EQ(GetGroup().settings().DebugString(), changed.settings().DebugString());
  const auto list = Done<v1::ListGroupsResponse>(&Groups::ListGroups, "");
  EXPECT_TRUE(std::any_of(list.groups().begin(), list.groups().end(),
                          [this](const v1::Group& group) { return group.group_id() == name(); }));

  const auto member = Member("m");
  EXPECT_TRUE(member->Read());
  Done<v1::DeleteGroupResponse>(&Groups::DeleteGroup, Named(""));
  EXPECT_EQ(Said(member->End()), "GROUP_NOT_FOUND");
  v1::GetGroupResponse gone;
  EXPECT_EQ(CallGroups(&Groups::GetGroup, Named(""), &gone), "GROUP_NOT_FOUND");
}

TEST_F(GroupsIntegrationTest, DeliversWhatMatchesUntilAcknowledged) {
  OpenAccount("a");
  OpenAccount("b");
  Deposit("a", 2);
  CreateGroup();
  const auto member = Member("m");
  std::map<std::string, std::vector<std::string>> seen;
  std::int64_t last = Deposit("b", 2);
  for (int i = 0; i < 4; ++i) {
    const auto delivered = member->Next();
    ASSERT_TRUE(delivered);
    EXPECT_LE(delivered->delivery_id().size(), 15U);
    seen[delivered->event().stream()].push_back(Told(*delivered));
    ASSERT_TRUE(member->Acknowledge(delivered->delivery_id()));
  }
  EXPECT_EQ(seen[Account("a")], (std::vector<std::string>{"a#2 attempt 1", "a#3 attempt 1"}));
  EXPECT_EQ(seen[Account("b")], (std::vector<std::string>{"b#2 attempt 1", "b#3 attempt 1"}));
  ASSERT_TRUE(member->WaitForDurable());
  EXPECT_EQ(Told(member->NextOrCaughtUp()), "nothing");
  EXPECT_GE(member->head_position(), last);
  // Read your writes: the group has passed the last transaction.
  const v1::Group group =
      WaitForGroup([&](const v1::Group& one) { return one.position() >= last; });
  EXPECT_EQ(group.lag_count(), group.head_position() - group.position());
  EXPECT_FALSE(group.has_oldest_unacked_time());
  EXPECT_EQ(Said(member->Leave()), "OK");
  EXPECT_EQ(member->durable(), 4);
  // Nothing comes again.
  EXPECT_EQ(Told(Member("m")->NextOrCaughtUp()), "nothing");
}

TEST_F(GroupsIntegrationTest, GivesTheNextOfAStreamOnceTheFirstIsDone) {
  OpenAccount("a");
  Deposit("a", 3);
  CreateGroup();
  const auto first = Member("first");
  const auto delivered = first->Next();
  ASSERT_TRUE(delivered);
  EXPECT_EQ(Told(*delivered), "a#2 attempt 1");
  const auto second = Member("second");
  EXPECT_EQ(Told(second->NextOrCaughtUp()), "nothing");
  const v1::Group group = GetGroup();
  ASSERT_EQ(group.members_size(), 2);
  EXPECT_EQ(group.member_count(), 2);
  EXPECT_EQ(group.members(0).member_name(), "first");
  EXPECT_EQ(group.members(0).in_flight_count(), 1);
  EXPECT_EQ(group.members(0).streams(0), Account("a"));
  EXPECT_TRUE(group.members(0).has_oldest_unacked_time());
  EXPECT_EQ(group.members(1).in_flight_count(), 0);
  EXPECT_TRUE(group.has_oldest_unacked_time());
  first->Acknowledge(delivered->delivery_id());
  // Whoever gets it now.
  const auto next = first->NextOrCaughtUp();
  EXPECT_EQ(Told(next ? next : second->Next()), "a#3 attempt 1");
}

TEST_F(GroupsIntegrationTest, StreamsOfWhoGoesMoveOn) {
  OpenAccount("a");
  Deposit("a", 2);
  CreateGroup();
  auto first = Member("first");
  ASSERT_EQ(Told(first->Next()), "a#2 attempt 1");
  first->Crash();
  const auto second = Member("second");
  const auto again = second->Next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->event().version(), 2);
  EXPECT_GE(again->attempt(), 1);
  second->Acknowledge(again->delivery_id());
  EXPECT_EQ(Told(second->Next()), "a#3 attempt 1");
}

TEST_F(GroupsIntegrationTest, SpreadsStreamsOverMembers) {
  constexpr int kMembers = 4;
  constexpr int kStreams = 40;
  CreateGroup("max_in_flight: 20", "end: true");
  std::vector<std::unique_ptr<GroupMember>> members;
  for (int i = 0; i < kMembers; ++i) {
    members.push_back(Member("m" + std::to_string(i)));
    ASSERT_TRUE(members.back()->Read());
  }
  for (int i = 0; i < kStreams; ++i) {
    OpenAccount(std::to_string(i));
    Deposit(std::to_string(i));
  }
  const v1::Group group = WaitForGroup([](const v1::Group& one) {
    std::int64_t in_flight = 0;
    for (const auto& member : one.members()) in_flight += member.in_flight_count();
    return in_flight == kStreams;
  });
  for (const auto& member : group.members()) {
    EXPECT_GE(member.in_flight_count(), 6) << group.DebugString();
    EXPECT_EQ(member.streams_size(), member.in_flight_count());
  }
}

TEST_F(GroupsIntegrationTest, StartsWhereItIsTold) {
  OpenAccount("a");
  Deposit("a", 2);
  const std::int64_t position = Deposit("a");
  const std::int64_t time = [&] {
    v1::GetTransactionRequest request;
    request.set_transaction_id(name() + "-3");
    v1::GetTransactionResponse response;
    EXPECT_EQ(Said(Call(&v1::LedgerService::Stub::GetTransaction, request, &response)), "OK");
    const auto& at = response.transaction().commit_time();
    return at.seconds() * 1'000'000'000 + at.nanos();
  }();
  const std::string at = "time { seconds: " + std::to_string(time / 1'000'000'000) +
                         " nanos: " + std::to_string(time % 1'000'000'000) + " }";
  CreateGroup();
  const auto starts_with = [this](const std::string& to, const std::string& first) {
    const v1::Group group =
        Done<v1::ResetGroupResponse>(&Groups::ResetGroup, Named(to + " reason: 'try'")).group();
    EXPECT_EQ(Told(Member("m")->NextOrCaughtUp()), first) << to;
    WaitForGroup([](const v1::Group& one) { return one.member_count() == 0; });
    return group.checkpoint();
  };
  starts_with("beginning: true", "a#2 attempt 1");
  starts_with("end: true", "nothing");
  starts_with(at, "a#4 attempt 1");
  // Of its three events the deposit is the second.
  const std::string checkpoint =
      starts_with("position: " + std::to_string(position - 1), "a#4 attempt 1");
  starts_with("position: " + std::to_string(position + 1), "nothing");
  starts_with("after_checkpoint: '" + checkpoint + "'", "a#4 attempt 1");
}

TEST_F(GroupsIntegrationTest, ATakeOverEndsTheOtherConnection) {
  OpenAccount("a");
  Deposit("a");
  CreateGroup();
  const auto first = Member("m");
  ASSERT_EQ(Told(first->Next()), "a#2 attempt 1");
  EXPECT_EQ(Said(Member("m")->End()), "MEMBER_EXISTS");
  v1::JoinGroup join = GroupMember::JoinOf(name(), "m");
  join.set_take_over(true);
  GroupMember second(server().channel(), join);
  const auto again = second.Next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->event().version(), 2);
  EXPECT_EQ(Said(first->End()), "MEMBER_EXISTS");
  EXPECT_EQ(GetGroup().member_count(), 1);
}

TEST_F(GroupsIntegrationTest, InAnyOrderNothingWaits) {
  OpenAccount("a");
  Deposit("a", 5);
  CreateGroup("order: GROUP_ORDER_NONE");
  const auto member = Member("m");
  std::vector<v1::DeliveredEvent> all;
  for (int i = 0; i < 5; ++i) {
    const auto delivered = member->Next();
    ASSERT_TRUE(delivered);
    all.push_back(*delivered);
  }
  member->Nack(all[0].delivery_id(), v1::NACK_ACTION_PARK, "no");
  for (int i = 4; i > 0; --i) member->Acknowledge(all[static_cast<std::size_t>(i)].delivery_id());
  ASSERT_TRUE(member->WaitForDurable());
  const v1::Group group = GetGroup();
  EXPECT_EQ(group.parked_count(), 1);
  EXPECT_EQ(group.waiting_count(), 0);
  const std::int64_t last = all[4].event().position();
  WaitForGroup([&](const v1::Group& one) { return one.position() >= last; });
}

// Bug: with all places taken, the successor of a member was OVERLOADED.
TEST_F(GroupsIntegrationTest, AtTheLimitAMemberCanBeReplaced) {
  const TemporaryDirectory directory;
  const auto own = ServerProcess::Start(directory.path() + "/data", {"--max-group-members", "1"});
  ASSERT_NE(own, nullptr);
  const auto groups = v1::GroupService::NewStub(own->channel());
  v1::CreateGroupRequest create;
  create.set_group_id("g");
  v1::CreateGroupResponse created;
  grpc::ClientContext context;
  ASSERT_EQ(Said(groups->CreateGroup(&context, create, &created)), "OK");
  GroupMember first(own->channel(), "g", "m");
  ASSERT_TRUE(first.Read());
  auto join = GroupMember::JoinOf("g", "m");
  join.set_take_over(true);
  GroupMember second(own->channel(), join);
  ASSERT_TRUE(second.Read());
  EXPECT_EQ(Said(first.End()), "MEMBER_EXISTS");
  join.set_member_name("n");
  EXPECT_EQ(Said(GroupMember(own->channel(), join).End()), "OVERLOADED");
  EXPECT_TRUE(second.Read());
}

TEST_F(GroupsIntegrationTest, StopsWithTheServerAndGoesOnWithIt) {
  TemporaryDirectory directory;
  auto own = ServerProcess::Start(directory.path() + "/data");
  ASSERT_NE(own, nullptr);
  auto groups = v1::GroupService::NewStub(own->channel());
  grpc::ClientContext create_context;
  v1::CreateGroupResponse created;
  ASSERT_TRUE(groups
                  ->CreateGroup(&create_context, FromText<v1::CreateGroupRequest>("group_id: 'g'"),
                                &created)
                  .ok());
  auto ledger = v1::LedgerService::NewStub(own->channel());
  for (const char* const code : {"EUR", "SBI"}) {
    grpc::ClientContext context;
    v1::RegisterAssetRequest asset;
    asset.mutable_asset()->set_code(code);
    v1::RegisterAssetResponse registered;
    ASSERT_TRUE(ledger->RegisterAsset(&context, asset, &registered).ok());
  }
  GroupMember member(own->channel(), "g", "m");
  const auto first = member.Next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->event().stream(), "asset/EUR");
  const auto second = member.Next();
  ASSERT_TRUE(second);
  member.Acknowledge(first->delivery_id());
  ASSERT_TRUE(member.WaitForDurable());
  EXPECT_EQ(own->Terminate(), 0);
  EXPECT_EQ(Said(member.End()), "SHUTTING_DOWN");
  ASSERT_TRUE(own->Restart());
  GroupMember again(own->channel(), "g", "m");
  const auto left = again.Next();
  ASSERT_TRUE(left);
  EXPECT_EQ(left->event().stream(), "asset/SBI");
  again.Acknowledge(left->delivery_id());
  ASSERT_TRUE(again.WaitForDurable());
  EXPECT_EQ(Told(again.NextOrCaughtUp()), "nothing");
}

}  // namespace
}  // namespace florin::test_support
