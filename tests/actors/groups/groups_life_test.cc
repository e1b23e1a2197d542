// Goal: how groups begin and end: creation, lists, deletion, a crash, a store that fails. Method:
// as in groups_test.cc.

#include <gmock/gmock.h>

#include "tests/actors/groups/groups_fixture.h"

namespace florin::actors {
namespace {

using domain::GroupSettings;
using domain::Reason;
using ::testing::ElementsAre;

using GroupsLifeTest = GroupsTest;

TEST_F(GroupsLifeTest, CreatesShowsListsAndDeletes) {
  EXPECT_EQ(Create("b")->group_id, "b");
  EXPECT_TRUE(Create("a").ok());
  EXPECT_TRUE(Create("b").ok());
  GroupSettings other;
  other.max_attempts = 3;
  EXPECT_EQ(Create("b", other).refusal().reason, Reason::kGroupExists);
  EXPECT_THAT(List("", 10), ElementsAre("a", "b"));
  EXPECT_THAT(List("a", 10), ElementsAre("b"));
  EXPECT_THAT(List("", 1), ElementsAre("a"));
  EXPECT_TRUE(Delete("b").ok());
  EXPECT_EQ(Delete("b").refusal().reason, Reason::kGroupNotFound);
  EXPECT_EQ(Get("b").refusal().reason, Reason::kGroupNotFound);
  EXPECT_TRUE(Create("b", other).ok());
  Stop();
  Start();
  EXPECT_THAT(List("", 10), ElementsAre("a", "b"));
  EXPECT_EQ(Get("b")->settings.max_attempts, 3);
}

// Bug: where to start was checked before the group was looked for, so a retry of what had been done
// could be refused.
TEST_F(GroupsLifeTest, LooksForTheGroupBeforeItsStart) {
  const auto create = [this](const std::string& id, const GroupSettings& settings) {
    const auto created =
        Await<GroupView>([&](auto done) { groups_->Create(id, settings, Nowhere(), "op", done); });
    return created.ok() ? Reason::kNone : created.refusal().reason;
  };
  const auto reset = [this](const std::string& id) {
    return Await<GroupView>(
               [&](auto done) { groups_->Reset(id, Nowhere(), "", false, "op", done); })
        .refusal()
        .reason;
  };
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  GroupSettings other;
  other.max_attempts = 3;
  EXPECT_EQ(create("g", {}), Reason::kNone);
  EXPECT_EQ(create("g", other), Reason::kGroupExists);
  EXPECT_EQ(create("h", {}), Reason::kPositionBeyondHead);
  EXPECT_EQ(Get("h").refusal().reason, Reason::kGroupNotFound);
  EXPECT_EQ(reset("h"), Reason::kGroupNotFound);
  EXPECT_EQ(reset("g"), Reason::kPositionBeyondHead);
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  member->Acknowledge({{}, {{inbox->Next().delivery_id, NackAction::kPark, "poison"}}, {}});
  ASSERT_TRUE(inbox->AwaitDurable(1));
  EXPECT_EQ(reset("g"), Reason::kParkedEventsLeft);
}

// A start that nobody finds (its reader failed) is answered all the same.
TEST_F(GroupsLifeTest, AStartThatIsNotFoundIsToldSo) {
  const auto created = Await<GroupView>([&](auto done) {
    groups_->Create(
        "g", {}, [](const FoundStart&) {}, "op", done);
  });
  EXPECT_EQ(created.refusal().reason, Reason::kStorageUnavailable);
}

// Between the look for the group and its start another call may have made it.
TEST_F(GroupsLifeTest, WhoIsSlowerToFindItsStartGetsTheGroupOfTheFaster) {
  log_.Append("a");
  const auto slow = [this](const FoundStart& found) {
    ASSERT_TRUE(Create("g").ok());
    found(1);
  };
  const auto created =
      Await<GroupView>([&](auto done) { groups_->Create("g", {}, slow, "op", done); });
  EXPECT_EQ(created->position, 0);
}

// Bug: a group that went while it was listed left its page short, which said that it was the last.
TEST_F(GroupsLifeTest, AListGoesOnBehindAGroupThatGoesMeanwhile) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Create(id).ok());
  // Busy until the list waits for it, then gone.
  std::promise<void> busy;
  std::promise<void> asked;
  groups_->Get("a", [&busy, &asked](const domain::Result<GroupView>&) {
    busy.set_value();
    asked.get_future().wait_for(kPatience);
  });
  ASSERT_EQ(busy.get_future().wait_for(kPatience), std::future_status::ready);
  dynamic_cast<GroupsCore*>(groups_.get())->CrashGroup("a");
  std::promise<std::vector<GroupView>> listed;
  groups_->List("", 2, [&listed](domain::Result<std::vector<GroupView>> views) {
    listed.set_value(std::move(*views));
  });
  asked.set_value();
  auto future = listed.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  const std::vector<GroupView> views = future.get();
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].group_id, "b");
  EXPECT_EQ(views[1].group_id, "c");
}

TEST_F(GroupsLifeTest, TooManyGroupsAreRefused) {
  Stop();
  options_.groups_max = 1;
  Start();
  EXPECT_TRUE(Create("a").ok());
  EXPECT_EQ(Create("b").refusal().reason, Reason::kOverloaded);
  EXPECT_TRUE(Create("a").ok());
}

TEST_F(GroupsLifeTest, DeletingEndsMembers) {
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  EXPECT_TRUE(Delete("g").ok());
  EXPECT_EQ(inbox->AwaitEnd(), Reason::kGroupNotFound);
  Leave(member);
}

TEST_F(GroupsLifeTest, AGroupThatCrashesIsReadBackAndItsMembersJoinAgain) {
  log_.Append("a");
  log_.Append("b");
  ASSERT_TRUE(Create("g").ok());
  auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  const Delivery first = inbox->Next();
  member->Acknowledge({{first.delivery_id}, {}, {}});
  ASSERT_TRUE(inbox->AwaitDurable(1));
  dynamic_cast<GroupsCore*>(groups_.get())->CrashGroup("g");
  EXPECT_EQ(inbox->AwaitEnd(), Reason::kStorageUnavailable);
  Leave(member);
  std::shared_ptr<GroupMembership> again;
  inbox = std::make_shared<Inbox>();
  // Until it is read back, callers are told to try again.
  while (again == nullptr) {
    again = Join("g", "m", inbox);
    if (again == nullptr) {
      ASSERT_EQ(refused_, Reason::kStorageUnavailable);
    }
  }
  const Delivery second = inbox->Next();
  EXPECT_NE(second.position, first.position);
  EXPECT_EQ(Get("g")->member_count, 1);
}

// Bug: a group that could not be read back once was gone until the next start of the server.
TEST_F(GroupsLifeTest, AGroupThatCouldNotBeReadBackIsTriedAgain) {
  Stop();
  memory_ = std::make_shared<storage::MemoryGroupStore>();
  Start();
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  memory_->FailLoads(2);
  dynamic_cast<GroupsCore*>(groups_.get())->CrashGroup("g");
  const auto inbox = std::make_shared<Inbox>();
  std::shared_ptr<GroupMembership> member;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  do {
    member = Join("g", "m", inbox);
  } while (member == nullptr && refused_ == Reason::kStorageUnavailable &&
           std::chrono::steady_clock::now() < until);
  ASSERT_NE(member, nullptr);
  EXPECT_EQ(inbox->Next().position, 1);
}

TEST_F(GroupsLifeTest, AStoreThatFailsEndsMembersAndIsStillShown) {
  Stop();
  memory_ = std::make_shared<storage::MemoryGroupStore>();
  Start();
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  const Delivery delivery = inbox->Next();
  memory_->Fail();
  member->Acknowledge({{delivery.delivery_id}, {}, {}});
  EXPECT_EQ(inbox->AwaitEnd(), Reason::kStorageUnavailable);
  EXPECT_TRUE(Get("g").ok());
  EXPECT_EQ(Join("g", "m", inbox), nullptr);
  EXPECT_EQ(refused_, Reason::kStorageUnavailable);
  EXPECT_EQ(Create("h").refusal().reason, Reason::kStorageUnavailable);
  // Asked again it is not taken for one that is there.
  EXPECT_EQ(Create("h").refusal().reason, Reason::kStorageUnavailable);
}

TEST_F(GroupsLifeTest, AGroupThatKnowsMoreThanTheLogIsNotStarted) {
  log_.Append("a");
  ASSERT_TRUE(
      Await<GroupView>([&](auto done) { groups_->Create("g", {}, From(2), "op", done); }).ok());
  groups_->Stop();
  const auto again = Groups::Start(ledger_.get(), &store_->groups(), &log_, options_);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.refusal().reason, Reason::kDataCorrupt);
  EXPECT_THAT(again.refusal().message, ::testing::HasSubstr("groups/ is newer than journal/"));
}

}  // namespace
}  // namespace florin::actors
