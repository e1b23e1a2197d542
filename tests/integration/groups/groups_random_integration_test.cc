// Members that come, go, break off, forget and park at random, while others
// write: order within each stream, nothing lost, nothing durable again.

#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "tests/integration/events/events_world.h"
#include "tests/support/group_team.h"
#include "tests/support/server_process.h"
#include "tests/support/team_group.h"
#include "tests/support/temporary_directory.h"

namespace florin::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test_support::GroupRecord;
using test_support::GroupTeam;
using test_support::ServerProcess;
using test_support::TeamGroup;

class GroupsRandomIntegrationTest : public testing::Test {
 protected:
  void SetUp() override {
    seed_ = test_support::SeedFromEnvironment();
    std::cout << "seed " << seed_ << " (FLORIN_TEST_SEED gives it again)\n";
    server_ = ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    world_ = std::make_unique<EventsWorld>(server_->channel());
    world_->Open();
    ASSERT_TRUE(TeamGroup::Create(server_->channel(), milliseconds(300)));
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
    while (!stop) {
      EXPECT_TRUE(TeamGroup::Replay(server_->channel()));
      std::this_thread::sleep_for(milliseconds(100));
    }
  }

  void Check(const GroupRecord& record) {
    const auto events = EventService::NewStub(server_->channel());
    florin::v1::ReadEventsRequest read;
    read.mutable_filter()->add_type_patterns(TeamGroup::kTypes);
    read.set_page_size(1000);
    TeamGroup::ExpectKept(record, ReadAllEvents(events.get(), read), seed_);
  }

  std::uint64_t seed_ = 0;
  test_support::TemporaryDirectory directory_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<EventsWorld> world_;
};

TEST_F(GroupsRandomIntegrationTest, KeepsOrderAndLosesNothing) {
  GroupRecord record;
  for (const int members : {2, 8, 4}) {
    GroupTeam team(TeamGroup::kName, members, seed_ + static_cast<std::uint64_t>(members) * 100,
                   &record);
    team.Use(server_->channel());
    std::atomic<bool> stop{false};
    std::thread operator_thread([&] { ReplayUntil(stop); });
    WriteFor(seconds(4), "w" + std::to_string(members));
    stop = true;
    operator_thread.join();
    team.Stop();
  }
  GroupTeam drain(TeamGroup::kName, 0, seed_, &record);
  ASSERT_TRUE(drain.Drain(server_->channel()));
  Check(record);
  EXPECT_EQ(server_->Terminate(), 0);
}

}  // namespace
}  // namespace florin::integration
