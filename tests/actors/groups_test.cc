// Goal: groups through their actors, the writer's thread and the store: what is answered is
// stored, members hear of what they should, a group that crashes comes back. Method: the ledger's
// real actor system, a log in memory, real time; nothing sleeps, everything is awaited.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>

#include "actors/groups_core.h"
#include "actors/ledger.h"
#include "storage/store.h"
#include "tests/actors/scripted_log.h"
#include "tests/support/temporary_directory.h"

namespace florin::actors {
namespace {

using domain::GroupSettings;
using domain::Reason;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::chrono::seconds kPatience(30);

/// A member that acknowledges nothing by itself.
class Inbox final : public MemberSink {
 public:
  void Write(DeliveryBatch batch) override {
    std::shared_ptr<GroupMembership> membership;
    {
      const std::lock_guard lock(mutex_);
      for (Delivery& delivery : batch.deliveries) deliveries_.push_back(std::move(delivery));
      for (AcknowledgeRefusal& refusal : batch.refusals) refusals_.push_back(std::move(refusal));
      durable_ = batch.durable_acknowledge_count;
      membership = membership_;
      changed_.notify_all();
      if (membership == nullptr) ++writes_open_;
    }
    if (membership != nullptr) membership->WriteDone();
  }
  void End(const domain::Refusal& refusal) override {
    const std::lock_guard lock(mutex_);
    ended_ = refusal.reason;
    changed_.notify_all();
  }
  void Joined(std::shared_ptr<GroupMembership> membership) {
    int open = 0;
    {
      const std::lock_guard lock(mutex_);
      membership_ = membership;
      open = std::exchange(writes_open_, 0);
    }
    for (; open > 0; --open) membership->WriteDone();
  }
  /// The next one; without a delivery_id if none comes.
  Delivery Next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return taken_ < deliveries_.size(); }))
      return {};
    return deliveries_[taken_++];
  }
  bool AwaitDurable(std::int64_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this, count] { return durable_ >= count; });
  }
  Reason AwaitEnd() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return ended_ != Reason::kNone; });
    return ended_;
  }
  Reason AwaitRefusal() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return !refusals_.empty(); });
    return refusals_.empty() ? Reason::kNone : refusals_[0].refusal.reason;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::shared_ptr<GroupMembership> membership_;
  std::vector<Delivery> deliveries_;
  std::size_t taken_ = 0;
  std::vector<AcknowledgeRefusal> refusals_;
  std::int64_t durable_ = 0;
  int writes_open_ = 0;
  Reason ended_ = Reason::kNone;
};

StartFinder From(std::int64_t after) {
  return [after](const FoundStart& found) { found(after); };
}

/// Of a start that is not in the log.
StartFinder Nowhere() {
  return [](const FoundStart& found) {
    found(domain::Refusal{Reason::kPositionBeyondHead, "the log is shorter", {}});
  };
}

class GroupsTest : public ::testing::Test {
 protected:
  GroupsTest() { Start(); }
  ~GroupsTest() override { Stop(); }

  void Start() {
    storage::StoreOptions store_options;
    store_options.directory = directory_.path();
    auto store = storage::Store::Open(store_options);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(*store);
    ledger_ = Ledger::Start(store_.get(), {});
    storage::GroupStore* group_store = memory_ ? memory_.get() : &store_->groups();
    auto groups = Groups::Start(ledger_.get(), group_store, &log_, options_);
    ASSERT_TRUE(groups.ok()) << groups.refusal().message;
    groups_ = std::move(*groups);
  }
  void Stop() {
    if (groups_ != nullptr) groups_->Stop();
    groups_.reset();
    if (ledger_ != nullptr) ledger_->Stop();
    ledger_.reset();
    store_.reset();
  }

  /// Waits for what `call` hands to its callback.
  template <typename T, typename Call>
  domain::Result<T> Await(const Call& call) {
    auto promise = std::make_shared<std::promise<domain::Result<T>>>();
    auto future = promise->get_future();
    call([promise](domain::Result<T> result) { promise->set_value(std::move(result)); });
    if (future.wait_for(kPatience) != std::future_status::ready)
      return domain::Refusal{Reason::kNone, "no answer", {}};
    return future.get();
  }
  domain::Result<GroupView> Create(const std::string& id, const GroupSettings& settings = {}) {
    return Await<GroupView>([&](auto done) { groups_->Create(id, settings, From(0), "op", done); });
  }
  domain::Result<GroupView> Get(const std::string& id) {
    return Await<GroupView>([&](auto done) { groups_->Get(id, done); });
  }
  domain::Status Delete(const std::string& id) {
    return Await<domain::Ok>([&](auto done) { groups_->Delete(id, "op", done); });
  }
  std::vector<std::string> List(const std::string& after, std::size_t limit) {
    auto views =
        Await<std::vector<GroupView>>([&](auto done) { groups_->List(after, limit, done); });
    std::vector<std::string> ids;
    for (const GroupView& view : *views) ids.push_back(view.group_id);
    return ids;
  }
  std::shared_ptr<GroupMembership> Join(const std::string& id, const std::string& name,
                                        const std::shared_ptr<Inbox>& inbox,
                                        bool take_over = false) {
    JoinRequest request;
    request.member_name = name;
    request.principal = "who";
    request.take_over = take_over;
    auto joined = Await<std::shared_ptr<GroupMembership>>(
        [&](auto done) { groups_->Join(id, request, inbox, done); });
    if (!joined.ok()) {
      refused_ = joined.refusal().reason;
      return nullptr;
    }
    inbox->Joined(*joined);
    return *joined;
  }
  void Leave(const std::shared_ptr<GroupMembership>& membership) {
    std::promise<void> left;
    membership->Leave({}, [&left] { left.set_value(); });
    ASSERT_EQ(left.get_future().wait_for(kPatience), std::future_status::ready);
  }

  test_support::TemporaryDirectory directory_;
  std::shared_ptr<storage::MemoryGroupStore> memory_;
  ScriptedLog log_;
  GroupsOptions options_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Groups> groups_;
  Reason refused_ = Reason::kNone;
};

TEST_F(GroupsTest, CreatesShowsListsAndDeletes) {
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
TEST_F(GroupsTest, LooksForTheGroupBeforeItsStart) {
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
TEST_F(GroupsTest, AStartThatIsNotFoundIsToldSo) {
  const auto created = Await<GroupView>([&](auto done) {
    groups_->Create(
        "g", {}, [](const FoundStart&) {}, "op", done);
  });
  EXPECT_EQ(created.refusal().reason, Reason::kStorageUnavailable);
}

// Between the look for the group and its start another call may have made it.
TEST_F(GroupsTest, WhoIsSlowerToFindItsStartGetsTheGroupOfTheFaster) {
  log_.Append("a");
  const auto slow = [this](const FoundStart& found) {
    ASSERT_TRUE(Create("g").ok());
    found(1);
  };
  const auto created =
      Await<GroupView>([&](auto done) { groups_->Create("g", {}, slow, "op", done); });
  EXPECT_EQ(created->position, 0);
}

TEST_F(GroupsTest, TooManyGroupsAreRefused) {
  Stop();
  options_.groups_max = 1;
  Start();
  EXPECT_TRUE(Create("a").ok());
  EXPECT_EQ(Create("b").refusal().reason, Reason::kOverloaded);
  EXPECT_TRUE(Create("a").ok());
}

TEST_F(GroupsTest, DeliversHistoryAndWhatComesLiveAndKeepsWhatIsAcknowledged) {
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  auto inbox = std::make_shared<Inbox>();
  auto member = Join("g", "m", inbox);
  ASSERT_NE(member, nullptr);
  const Delivery first = inbox->Next();
  EXPECT_EQ(first.position, 1);
  log_.Append("b");
  const Delivery second = inbox->Next();
  EXPECT_EQ(second.position, 2);
  member->Acknowledge({{first.delivery_id}, {}, {}});
  EXPECT_TRUE(inbox->AwaitDurable(1));
  Stop();
  EXPECT_EQ(inbox->AwaitEnd(), Reason::kShuttingDown);
  Start();
  EXPECT_EQ(Get("g")->position, 1);
  inbox = std::make_shared<Inbox>();
  member = Join("g", "m", inbox);
  const Delivery again = inbox->Next();
  EXPECT_EQ(again.position, 2);
  EXPECT_EQ(again.attempt, 1);
  EXPECT_NE(again.delivery_id, second.delivery_id);
  member->Acknowledge({{second.delivery_id}, {}, {}});
  EXPECT_EQ(inbox->AwaitRefusal(), Reason::kDeliveryUnknown);
}

TEST_F(GroupsTest, MovesOnWhenAMemberLeavesOrIsTakenOver) {
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  const auto one = std::make_shared<Inbox>();
  const auto first = Join("g", "m", one);
  EXPECT_EQ(one->Next().attempt, 1);
  const auto two = std::make_shared<Inbox>();
  EXPECT_EQ(Join("g", "m", two), nullptr);
  EXPECT_EQ(refused_, Reason::kMemberExists);
  const auto second = Join("g", "m", two, true);
  EXPECT_EQ(one->AwaitEnd(), Reason::kMemberExists);
  EXPECT_EQ(two->Next().attempt, 2);
  const auto three = std::make_shared<Inbox>();
  const auto third = Join("g", "other", three);
  Leave(second);
  EXPECT_EQ(three->Next().attempt, 3);
  Leave(first);
  EXPECT_EQ(Get("g")->member_count, 1);
}

TEST_F(GroupsTest, ParksReplaysAndRemembersWhoDidWhat) {
  log_.Append("a");
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  member->Acknowledge({{}, {{inbox->Next().delivery_id, NackAction::kPark, "poison"}}, {}});
  ASSERT_TRUE(inbox->AwaitDurable(1));
  const auto parked = Await<std::vector<ParkedEventView>>(
      [&](auto done) { groups_->ListParked("g", 0, 10, done); });
  ASSERT_EQ(parked->size(), 1U);
  EXPECT_EQ(parked->front().event_bytes, ScriptedLog::BytesOf("a", 1));
  EXPECT_EQ(parked->front().waiting_count, 1);
  const auto replayed = Await<std::int64_t>([&](auto done) {
    groups_->Replay("g", {true, {}}, "fixed", "op", done);
  });
  EXPECT_EQ(*replayed, 1);
  const Delivery again = inbox->Next();
  EXPECT_EQ(again.position, 1);
  EXPECT_EQ(again.attempt, 1);
  const auto reset = Await<GroupView>(
      [&](auto done) { groups_->Reset("g", From(1), "skip it", false, "op", done); });
  EXPECT_EQ(reset->position, 1);
  EXPECT_EQ(inbox->Next().position, 2);
  const auto actions = Await<std::vector<GroupActionView>>(
      [&](auto done) { groups_->ListActions("g", 0, 10, done); });
  std::vector<GroupActionKind> kinds;
  for (const GroupActionView& action : *actions) kinds.push_back(action.kind);
  EXPECT_THAT(kinds, ElementsAre(GroupActionKind::kCreated, GroupActionKind::kParked,
                                 GroupActionKind::kReplayed, GroupActionKind::kReset));
  EXPECT_EQ((*actions)[1].member_name, "m");
  EXPECT_EQ((*actions)[1].principal, "who");
  EXPECT_EQ((*actions)[2].reason, "fixed");
  EXPECT_EQ(Get("missing").refusal().reason, Reason::kGroupNotFound);
}

TEST_F(GroupsTest, DeletingEndsMembers) {
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  EXPECT_TRUE(Delete("g").ok());
  EXPECT_EQ(inbox->AwaitEnd(), Reason::kGroupNotFound);
  Leave(member);
}

TEST_F(GroupsTest, AGroupThatCrashesIsReadBackAndItsMembersJoinAgain) {
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

TEST_F(GroupsTest, AStoreThatFailsEndsMembersAndIsStillShown) {
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

TEST_F(GroupsTest, AGroupThatKnowsMoreThanTheLogIsNotStarted) {
  log_.Append("a");
  ASSERT_TRUE(
      Await<GroupView>([&](auto done) { groups_->Create("g", {}, From(2), "op", done); }).ok());
  groups_->Stop();
  const auto again = Groups::Start(ledger_.get(), &store_->groups(), &log_, options_);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.refusal().reason, Reason::kDataCorrupt);
  EXPECT_THAT(again.refusal().message, ::testing::HasSubstr("groups/ is younger than journal/"));
}

TEST_F(GroupsTest, EndAllEndsMembersAndThoseToCome) {
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  groups_->EndAll();
  EXPECT_EQ(inbox->AwaitEnd(), Reason::kShuttingDown);
  EXPECT_EQ(Join("g", "m", inbox), nullptr);
  EXPECT_EQ(refused_, Reason::kShuttingDown);
  groups_->Stop();
  EXPECT_EQ(Get("g").refusal().reason, Reason::kShuttingDown);
}

TEST_F(GroupsTest, CountsWhatItDoes) {
  log_.Append("a");
  ASSERT_TRUE(Create("g").ok());
  const auto inbox = std::make_shared<Inbox>();
  const auto member = Join("g", "m", inbox);
  const Delivery delivery = inbox->Next();
  EXPECT_EQ(groups_->Stats().members, 1);
  member->Acknowledge({{delivery.delivery_id}, {}, {}});
  ASSERT_TRUE(inbox->AwaitDurable(1));
  const GroupsStats stats = groups_->Stats();
  EXPECT_EQ(stats.groups, 1);
  EXPECT_EQ(stats.in_flight_events, 0);
  EXPECT_EQ(stats.delivered_total, 1);
  EXPECT_EQ(stats.acknowledged_total, 1);
  EXPECT_GE(stats.flushes_total, 2);
}

TEST_F(GroupsTest, TellsTheAgeOfWhatNobodyReads) {
  log_.Append("a", "x", 42);
  ASSERT_TRUE(Create("g").ok());
  EXPECT_EQ(Get("g")->oldest_unacked_time, 42);
  EXPECT_EQ(Get("g")->head_position, 1);
}

}  // namespace
}  // namespace florin::actors
