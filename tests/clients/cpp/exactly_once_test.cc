// Goal: whatever breaks between reading an event and having committed its effect,
// each event takes effect exactly once.
// Method: a store in memory that fails, or crashes, at each of its steps in turn,
// against a log whose commands come in parts and whose connections break.
#include "clients/cpp/exactly_once.h"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "tests/clients/fake_log.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ClientError Failure(const std::string& message) {
  ClientError error;
  error.code = grpc::StatusCode::INTERNAL;
  error.message = message;
  return error;
}

// Positions applied, in a database of two copies. Step number `fail_at` fails;
// with `late` after it was done, as a commit whose answer was lost.
class MemoryStore final : public EffectStore {
 public:
  Result<std::string> Load() override {
    return Step() ? Result<std::string>(checkpoint) : Failed();
  }
  DoneResult Begin() override {
    open = committed;
    return Do([] {});
  }
  DoneResult Apply(const v1::Event& event) {
    return Do([&] { open.push_back(event.position()); });
  }
  DoneResult Save(const std::string& from, const std::string& to) override {
    EXPECT_EQ(from, checkpoint);
    return Do([&] { open_checkpoint = to; });
  }
  DoneResult Commit() override {
    return Do([&] {
      committed = open;
      checkpoint = open_checkpoint;
      ++commits;
    });
  }
  void Rollback() override { open = committed; }

  std::vector<std::int64_t> committed;
  std::string checkpoint;
  std::vector<std::int64_t> open;
  std::string open_checkpoint;
  int commits = 0;
  int fail_at = -1;
  bool late = false;
  int steps = 0;

 private:
  bool Step() { return steps++ != fail_at; }
  static ClientError Failed() { return Failure("the disk is gone"); }

  template <typename Effect>
  DoneResult Do(Effect effect) {
    const bool fine = Step();
    if (fine || late) {
      effect();
    }
    return fine ? DoneResult(Done{}) : Failed();
  }
};

class ExactlyOnceTest : public testing::Test {
 protected:
  ExactlyOnceTest() {
    log_.command = 5;
    log_.batch = 2;
    log_.per_connection = 3;
    log_.head = 20;
  }

  static ClientOptions Impatient() {
    ClientOptions options;
    options.retry.initial_backoff = milliseconds(1);
    options.retry.max_backoff = milliseconds(2);
    return options;
  }
  static std::vector<std::int64_t> UpTo(std::int64_t last) {
    std::vector<std::int64_t> positions(static_cast<std::size_t>(last));
    std::iota(positions.begin(), positions.end(), 1);
    return positions;
  }
  std::unique_ptr<ExactlyOnceSubscription> Feed(bool until_caught_up = true) {
    return std::make_unique<ExactlyOnceSubscription>(
        *client_, v1::SubscribeEventsRequest(), store_,
        [this](const v1::Event& event) { return store_.Apply(event); },
        ExactlyOnceOptions{.subscription = {}, .until_caught_up = until_caught_up});
  }

  FakeLog log_;
  const FakeServer server_{{&log_}};
  const std::unique_ptr<Client> client_ = Client::Connect(server_.target(), Impatient());
  MemoryStore store_;
};

TEST_F(ExactlyOnceTest, AppliesEveryEventOverBrokenConnections) {
  EXPECT_TRUE(Feed()->Run().ok());
  EXPECT_EQ(store_.committed, UpTo(20));
  EXPECT_EQ(store_.checkpoint, "20/20");
}

TEST_F(ExactlyOnceTest, AFailureOfAnyStepRepeatsNothingAndLosesNothing) {
  ASSERT_TRUE(Feed()->Run().ok());
  const int steps = store_.steps;
  ASSERT_GT(steps, 20);
  for (const bool late : {false, true}) {
    for (int step = 0; step < steps; ++step) {
      store_ = MemoryStore();
      store_.fail_at = step;
      store_.late = late;
      const DoneResult failed = Feed()->Run();
      ASSERT_FALSE(failed.ok());
      EXPECT_EQ(failed.error().message, "the disk is gone");
      // A new process: it knows what the store knows.
      EXPECT_TRUE(Feed()->Run().ok());
      ASSERT_EQ(store_.committed, UpTo(20)) << "step " << step << (late ? ", late" : "");
      ASSERT_EQ(store_.checkpoint, "20/20");
    }
  }
}

TEST_F(ExactlyOnceTest, OneSubscriptionRunsAgainAfterAFailure) {
  const auto feed = Feed();
  store_.fail_at = 9;
  EXPECT_FALSE(feed->Run().ok());
  EXPECT_TRUE(feed->Run().ok());
  EXPECT_EQ(store_.committed, UpTo(20));
}

// The mark knows the parts of a command that the checkpoint is still before.
TEST_F(ExactlyOnceTest, ARestartInTheMiddleOfACutCommandRepeatsNoPart) {
  log_.per_connection = 100;
  ExactlyOnceSubscription first(*client_, {}, store_, [&](const v1::Event& event) -> DoneResult {
    return event.position() == 5 ? DoneResult(Failure("crash")) : store_.Apply(event);
  });
  EXPECT_FALSE(first.Run().ok());
  EXPECT_EQ(store_.committed, UpTo(4));
  EXPECT_EQ(store_.checkpoint, "4/0");
  EXPECT_TRUE(Feed()->Run().ok());
  EXPECT_EQ(store_.committed, UpTo(20));
  EXPECT_EQ(log_.starts, (std::vector<std::string>{"", "0"}));
}

TEST_F(ExactlyOnceTest, AnEventThatCannotBeAppliedEndsTheRunAndUndoesItsBatch) {
  ExactlyOnceSubscription feed(*client_, {}, store_, [&](const v1::Event& event) -> DoneResult {
    return event.position() == 12 ? DoneResult(Failure("no such shop")) : store_.Apply(event);
  });
  const DoneResult result = feed.Run();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "no such shop");
  // It came with 11, which the batch before had brought too.
  EXPECT_EQ(store_.committed, UpTo(11));
}

TEST_F(ExactlyOnceTest, WaitForMeansCommitted) {
  const auto feed = Feed(false);
  std::thread runner([&] {
    const DoneResult result = feed->Run();
    EXPECT_EQ(result.error().code, grpc::StatusCode::CANCELLED);
  });
  EXPECT_TRUE(feed->WaitFor(20, seconds(20)).ok());
  EXPECT_EQ(store_.committed, UpTo(20));
  const auto late = feed->WaitFor(21, milliseconds(1));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, grpc::StatusCode::DEADLINE_EXCEEDED);
  feed->Cancel();
  runner.join();
  EXPECT_FALSE(feed->Run().ok());
}

}  // namespace
}  // namespace florin::client
