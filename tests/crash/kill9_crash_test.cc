// The server is killed with SIGKILL in the middle of load, at random moments,
// again and again on one directory. What clients saw acknowledged has to be
// there, once, in the same place; what they did not see may have happened or
// not.
//
// FLORIN_TEST_SEED repeats the commands and the moments, FLORIN_TEST_ROUNDS
// makes it longer.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "florin/v1/admin_service.grpc.pb.h"
#include "tests/crash/checks.h"
#include "tests/crash/load.h"
#include "tests/support/log_reader.h"
#include "tests/support/random_source.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::crash {
namespace {

constexpr std::int64_t kRounds = 10;
constexpr int kClients = 4;

class Kill9CrashTest : public testing::Test {
 protected:
  Kill9CrashTest() : seed_(test_support::SeedFromEnvironment()), random_(seed_) {
    std::cout << "seed " << seed_ << "\n";
  }

  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    stub_ = v1::LedgerService::NewStub(server_->channel());
    OpenAccounts(stub_.get());
  }

  // Kills the server under load; what the clients know comes back.
  std::vector<Sent> KillUnderLoad(std::int64_t round) {
    std::vector<std::unique_ptr<Load>> loads;
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
      const std::string name = std::to_string(round) + "." + std::to_string(i);
      const auto seed = static_cast<std::uint64_t>(random_.Between(1, 1'000'000'000));
      loads.push_back(std::make_unique<Load>(seed, name, server_->NewChannel()));
      threads.emplace_back([load = loads.back().get()] { load->RunUntilKilled(); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random_.Between(20, 500)));
    server_->Kill9();
    std::vector<Sent> sent;
    for (int i = 0; i < kClients; ++i) {
      threads[static_cast<std::size_t>(i)].join();
      const std::vector<Sent>& one = loads[static_cast<std::size_t>(i)]->sent();
      sent.insert(sent.end(), one.begin(), one.end());
    }
    return sent;
  }

  void Restart() {
    ASSERT_TRUE(server_->Restart());
    stub_ = v1::LedgerService::NewStub(server_->channel());
  }

  void CheckHead(const std::vector<Sent>& sent) {
    std::int64_t acknowledged = 0;
    for (const Sent& one : sent) {
      if (!one.response) continue;
      for (const auto& result : one.response->results())
        acknowledged = std::max(acknowledged, result.position());
    }
    grpc::ClientContext context;
    v1::GetStatusResponse response;
    const auto admin = v1::AdminService::NewStub(server_->channel());
    ASSERT_TRUE(admin->GetStatus(&context, {}, &response).ok());
    EXPECT_GE(response.head_position(), acknowledged);
  }

  void CheckEverything(const std::vector<Sent>& sent) {
    CheckHead(sent);
    if (HasFailure()) return;
    const std::vector<v1::CommitGroup> groups =
        test_support::ReadAndCheckCommitGroups(server_->channel());
    CheckPrefix(groups_, groups);
    CheckLog(stub_.get(), test_support::ReadLog(server_->channel()));
    CheckBooks(stub_.get());
    CheckUnknown(stub_.get(), sent);
    CheckAcknowledged(stub_.get(), sent);
    const std::vector<v1::Event> log = test_support::ReadLog(server_->channel());
    CheckLog(stub_.get(), log);
    CheckBooks(stub_.get());
    groups_ = test_support::ReadAndCheckCommitGroups(server_->channel());
    ASSERT_FALSE(groups_.empty());
    // Holds may have expired since the log was read.
    EXPECT_GE(groups_.back().last_position(), static_cast<std::int64_t>(log.size()));
  }

  std::uint64_t seed_;
  test_support::RandomSource random_;
  test_support::TemporaryDirectory directory_;
  std::unique_ptr<test_support::ServerProcess> server_;
  std::unique_ptr<v1::LedgerService::Stub> stub_;
  // As they were after the last round.
  std::vector<v1::CommitGroup> groups_;
};

TEST_F(Kill9CrashTest, KeepsWhatWasAcknowledged) {
  const std::int64_t rounds = test_support::NumberFromEnvironment("FLORIN_TEST_ROUNDS", kRounds);
  std::vector<Sent> all;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::vector<Sent> sent = KillUnderLoad(round);
    Restart();
    ASSERT_FALSE(HasFailure());
    CheckEverything(sent);
    ASSERT_FALSE(HasFailure()) << "round " << round << "\n" << server_->Log();
    std::size_t acknowledged = 0;
    for (const Sent& one : sent) acknowledged += one.response ? 1 : 0;
    std::cout << "round " << round << ": " << acknowledged << " of " << sent.size()
              << " messages acknowledged\n";
    // A few of each round, asked for again in the end, after many restarts.
    for (std::size_t i = 0; i < sent.size(); i += 10) all.push_back(sent[i]);
  }
  CheckAcknowledged(stub_.get(), all);
}

TEST_F(Kill9CrashTest, KilledWhileStartingItStartsAgain) {
  std::vector<Sent> sent = KillUnderLoad(0);
  for (int i = 0; i < 5; ++i) {
    server_->StartAndKill9(std::chrono::milliseconds(random_.Between(1, 60)));
  }
  Restart();
  ASSERT_FALSE(HasFailure());
  CheckEverything(sent);
}

TEST_F(Kill9CrashTest, TerminatedInLoadItFinishesWhatItAccepted) {
  Load load(seed_, "term", server_->NewChannel());
  std::thread thread([&load] { load.RunUntilKilled(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(random_.Between(50, 300)));
  EXPECT_EQ(server_->Terminate(), 0);
  thread.join();
  Restart();
  ASSERT_FALSE(HasFailure());
  CheckEverything(load.sent());
}

}  // namespace
}  // namespace florin::crash
