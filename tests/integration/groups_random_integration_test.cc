// Members that come, go, break off, forget and park at random, while others
// write: order within each stream, nothing lost, nothing durable again.

#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "tests/integration/events_world.h"
#include "tests/support/group_team.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test_support::GroupRecord;
using test_support::GroupTeam;
using test_support::ServerProcess;

class GroupsRandomIntegrationTest : public testing::Test {
 protected:
  void SetUp() override {
    seed_ = test_support::SeedFromEnvironment();
    std::cout << "seed " << seed_ << " (FLORIN_TEST_SEED gives it again)\n";
    server_ = ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    world_ = std::make_unique<EventsWorld>(server_->channel());
    world_->Open();
    v1::CreateGroupRequest create;
    create.set_group_id("team");
    v1::GroupSettings* const settings = create.mutable_settings();
    settings->mutable_filter()->add_type_patterns("account.funds.*");
    settings->mutable_ack_timeout()->set_nanos(300'000'000);
    settings->mutable_min_backoff()->set_nanos(5'000'000);
    settings->mutable_max_backoff()->set_nanos(50'000'000);
    grpc::ClientContext context;
    v1::CreateGroupResponse created;
    const auto groups = v1::GroupService::NewStub(server_->channel());
    ASSERT_TRUE(groups->CreateGroup(&context, create, &created).ok());
  }

  // Writes for so long, at random, with pauses: a stream's events go one by one,
  // so that more than a few hundred a second could not be done with.
  void WriteFor(milliseconds time, const std::string& prefix) {
    std::mt19937_64 random(seed_);
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      if (world_->Write(&random, prefix, 1 + static_cast<int>(random() % 8)) == 0) return;
      std::this_thread::sleep_for(milliseconds(random() % 80));
    }
  }

  // Replays what is parked, now and then, until told to stop.
  void ReplayUntil(const std::atomic<bool>& stop) {
    const auto groups = v1::GroupService::NewStub(server_->channel());
    while (!stop) {
      grpc::ClientContext context;
      v1::ReplayParkedEventsRequest replay;
      replay.set_group_id("team");
      replay.set_all(true);
      v1::ReplayParkedEventsResponse replayed;
      EXPECT_TRUE(groups->ReplayParkedEvents(&context, replay, &replayed).ok());
      std::this_thread::sleep_for(milliseconds(100));
    }
  }

  void Check(const GroupRecord& record) {
    for (const std::string& problem : record.problems()) ADD_FAILURE() << problem;
    const auto events = EventService::NewStub(server_->channel());
    florin::v1::ReadEventsRequest read;
    read.mutable_filter()->add_type_patterns("account.funds.*");
    read.set_page_size(1000);
    const std::vector<Event> all = ReadAllEvents(events.get(), read);
    for (const auto& [stream, version] : record.Missing(all))
      ADD_FAILURE() << stream << "#" << version << " was lost";
    const GroupRecord::Counts counts = record.counts();
    std::cout << all.size() << " events, " << counts.delivered << " deliveries, "
              << counts.redelivered << " repeated, " << counts.done_again
              << " of them after an acknowledgement that came too late; seed " << seed_ << "\n";
    EXPECT_GT(counts.durable, 0);
  }

  std::uint64_t seed_ = 0;
  test_support::TemporaryDirectory directory_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<EventsWorld> world_;
};

TEST_F(GroupsRandomIntegrationTest, KeepsOrderAndLosesNothing) {
  GroupRecord record;
  for (const int members : {2, 8, 4}) {
    GroupTeam team("team", members, seed_ + static_cast<std::uint64_t>(members) * 100, &record);
    team.Use(server_->channel());
    std::atomic<bool> stop{false};
    std::thread operator_thread([&] { ReplayUntil(stop); });
    WriteFor(seconds(4), "w" + std::to_string(members));
    stop = true;
    operator_thread.join();
    team.Stop();
  }
  GroupTeam drain("team", 0, seed_, &record);
  ASSERT_TRUE(drain.Drain(server_->channel()));
  Check(record);
  EXPECT_EQ(server_->Terminate(), 0);
}

}  // namespace
}  // namespace florin::integration
