// Goal: the compliance feed's file holds every event of the ledger once, in order,
// whatever is killed while it is written.
// Method: the real server under writes, the real feed killed and stopped at random
// moments, the server killed too; then the file is compared with the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/integration/events/events_world.h"
#include "tests/support/child_program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::integration {
namespace {

using std::chrono::milliseconds;
using test_support::ChildProgram;
using testing::HasSubstr;

class ComplianceFeedTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
  }

  [[nodiscard]] std::string Path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  [[nodiscard]] std::unique_ptr<ChildProgram> Feed(bool once) const {
    std::vector<std::string> arguments = {FLORIN_COMPLIANCE_FEED, server_->address(),
                                          Path("feed.jsonl")};
    if (once) arguments.emplace_back("--once");
    return std::make_unique<ChildProgram>(arguments, Path("feed.out"));
  }

  // The file's positions and ids against the log's.
  void ExpectTheWholeLog() const {
    const auto stub = EventService::NewStub(server_->channel());
    const std::vector<Event> log = ReadAllEvents(stub.get());
    std::ifstream file(Path("feed.jsonl"));
    std::size_t count = 0;
    for (std::string line; std::getline(file, line); ++count) {
      ASSERT_LT(count, log.size());
      const auto event = nlohmann::json::parse(line);
      ASSERT_EQ(event.at("position"), std::to_string(log[count].position()));
      ASSERT_EQ(event.at("event_id"), log[count].event_id());
      ASSERT_EQ(event.at("type"), log[count].type());
    }
    EXPECT_EQ(count, log.size());
  }

  const test_support::TemporaryDirectory directory_;
  std::unique_ptr<test_support::ServerProcess> server_;
};

TEST_F(ComplianceFeedTest, HoldsEveryEventOnceOverKillsOfTheFeed) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937_64 random(seed);
  EventsWorld world(server_->channel());
  world.Open();
  std::atomic<bool> done = false;
  std::thread writer([&] {
    std::mt19937_64 writes(seed + 1);
    for (int i = 0; !done; ++i) {
      EXPECT_GT(world.Write(&writes, "w" + std::to_string(i), 50), 0);
    }
  });
  for (int round = 0; round < 12; ++round) {
    const auto feed = Feed(false);
    std::this_thread::sleep_for(milliseconds(20 + random() % 300));
    feed->Signal(round % 4 == 3 ? SIGTERM : SIGKILL);
    // One that is told to end before it listens is killed, as the others are.
    EXPECT_LE(feed->Wait(), 0) << feed->Errors();
  }
  done = true;
  writer.join();
  const auto last = Feed(true);
  EXPECT_EQ(last->Wait(), 0) << last->Errors();
  ExpectTheWholeLog();
}

TEST_F(ComplianceFeedTest, BeginsAgainWhereItEnded) {
  EventsWorld world(server_->channel());
  world.Open();
  std::mt19937_64 random(1);
  for (const char* prefix : {"a", "b"}) {
    ASSERT_GT(world.Write(&random, prefix, 100), 0);
    EXPECT_EQ(Feed(true)->Wait(), 0);
    ExpectTheWholeLog();
  }
  // A kill in the middle of a commit leaves a tail that does not count.
  std::ofstream(Path("feed.jsonl"), std::ios::app) << "{\"position\":\"half a li";
  EXPECT_EQ(Feed(true)->Wait(), 0);
  ExpectTheWholeLog();
}

TEST_F(ComplianceFeedTest, GoesOnOverARestartOfTheServer) {
  EventsWorld world(server_->channel());
  world.Open();
  std::mt19937_64 random(2);
  ASSERT_GT(world.Write(&random, "a", 500), 0);
  EXPECT_EQ(Feed(true)->Wait(), 0);
  server_->Kill9();
  // Without a server the feed gives up, as its first connection has failed; what
  // it has stays.
  EXPECT_EQ(Feed(false)->Wait(), 1);
  ASSERT_TRUE(server_->Restart());
  EventsWorld again(server_->channel());
  ASSERT_GT(again.Write(&random, "b", 500), 0);
  EXPECT_EQ(Feed(true)->Wait(), 0);
  ExpectTheWholeLog();
}

TEST_F(ComplianceFeedTest, RefusesAFileThatDoesNotFit) {
  EventsWorld world(server_->channel());
  world.Open();
  EXPECT_EQ(Feed(true)->Wait(), 0);
  std::filesystem::resize_file(Path("feed.jsonl"), 10);
  auto feed = Feed(true);
  EXPECT_EQ(feed->Wait(), 1);
  EXPECT_THAT(feed->Errors(), HasSubstr("has 10 bytes"));
  std::filesystem::remove(Path("feed.jsonl.checkpoint"));
  feed = Feed(true);
  EXPECT_EQ(feed->Wait(), 1);
  EXPECT_THAT(feed->Errors(), HasSubstr("feed.jsonl.checkpoint is missing"));
}

TEST_F(ComplianceFeedTest, OneFileHasOneFeed) {
  EventsWorld world(server_->channel());
  world.Open();
  const auto first = Feed(false);
  while (!std::filesystem::exists(Path("feed.jsonl.checkpoint"))) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  const auto second = Feed(true);
  EXPECT_EQ(second->Wait(), 1);
  EXPECT_THAT(second->Errors(), HasSubstr("is being written by another process"));
  first->Signal(SIGINT);
  EXPECT_EQ(first->Wait(), 0);
}

}  // namespace
}  // namespace florin::integration
