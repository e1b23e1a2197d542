// The server killed while members of a group work: order within each stream
// holds, nothing is lost, and what was said to be durable never comes again.

#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "tests/integration/events/events_world.h"
#include "tests/support/group_team.h"
#include "tests/support/random_source.h"
#include "tests/support/server_process.h"
#include "tests/support/team_group.h"
#include "tests/support/temporary_directory.h"

namespace florin::crash {
namespace {

using integration::EventsWorld;
using std::chrono::milliseconds;
using test_support::GroupRecord;
using test_support::GroupTeam;
using test_support::ServerProcess;
using test_support::TeamGroup;

constexpr std::int64_t kRounds = 4;
constexpr int kMembers = 4;

class GroupsCrashTest : public testing::Test {
 protected:
  GroupsCrashTest() : seed_(test_support::SeedFromEnvironment()), random_(seed_) {}

  void SetUp() override {
    std::cout << "seed " << seed_ << " (FLORIN_TEST_SEED gives it again)\n";
    server_ = ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    EventsWorld(server_->channel()).Open();
    ASSERT_TRUE(TeamGroup::Create(server_->channel(), milliseconds(500)));
  }

  // Writes, and replays what is parked, until the server is killed in the middle.
  void KillUnderLoad(std::int64_t round) {
    std::thread writer([this, round, channel = server_->NewChannel()] {
      EventsWorld world(channel);
      std::mt19937_64 random(seed_ + static_cast<std::uint64_t>(round));
      const std::string prefix = "r" + std::to_string(round);
      while (world.Write(&random, prefix, 1 + static_cast<int>(random() % 8)) != 0) {
        if (random() % 4 == 0) TeamGroup::Replay(channel);
        std::this_thread::sleep_for(milliseconds(random() % 80));
      }
    });
    std::this_thread::sleep_for(milliseconds(random_.Between(300, 2500)));
    server_->Kill9();
    writer.join();
  }

  std::vector<v1::Event> ReadFunds() {
    florin::v1::ReadEventsRequest read;
    read.mutable_filter()->add_type_patterns(TeamGroup::kTypes);
    read.set_page_size(1000);
    return integration::ReadAllEvents(v1::EventService::NewStub(server_->channel()).get(), read);
  }

  const std::uint64_t seed_;
  test_support::RandomSource random_;
  test_support::TemporaryDirectory directory_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(GroupsCrashTest, KeepsItsWordAcrossKills) {
  const std::int64_t rounds = test_support::NumberFromEnvironment("FLORIN_TEST_ROUNDS", kRounds);
  GroupRecord record;
  GroupTeam team(TeamGroup::kName, kMembers, seed_, &record);
  for (std::int64_t round = 0; round < rounds; ++round) {
    team.Use(server_->NewChannel());
    const std::int64_t before = record.counts().done_again;
    KillUnderLoad(round);
    team.Use(nullptr);
    ASSERT_TRUE(server_->Restart());
    const GroupRecord::Counts counts = record.counts();
    std::cout << "round " << round << ": " << counts.delivered << " deliveries so far, "
              << counts.done_again - before << " came again though done\n";
  }
  team.Stop();
  ASSERT_TRUE(team.Drain(server_->channel())) << server_->Log();
  TeamGroup::ExpectKept(record, ReadFunds(), seed_);
  EXPECT_EQ(server_->Terminate(), 0);
}

TEST_F(GroupsCrashTest, KilledWhileStartingItKeepsItsGroups) {
  GroupRecord record;
  {
    GroupTeam team(TeamGroup::kName, kMembers, seed_, &record);
    team.Use(server_->NewChannel());
    KillUnderLoad(0);
    team.Use(nullptr);
  }
  for (int i = 0; i < 5; ++i) server_->StartAndKill9(milliseconds(random_.Between(1, 60)));
  ASSERT_TRUE(server_->Restart());
  GroupTeam drain(TeamGroup::kName, 0, seed_, &record);
  ASSERT_TRUE(drain.Drain(server_->channel()));
  for (const std::string& problem : record.problems()) ADD_FAILURE() << problem;
  EXPECT_TRUE(record.Missing(ReadFunds()).empty());
}

}  // namespace
}  // namespace florin::crash
