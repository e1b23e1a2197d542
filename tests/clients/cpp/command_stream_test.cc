// Goal: commands take effect once and in order however often the stream breaks.
// Method: a fake ledger that remembers ids, and breaks or refuses on a script.
#include "clients/cpp/command_stream.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/clients/fake_server.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;
using ServerStream = grpc::ServerReaderWriter<v1::ExecuteStreamResponse, v1::ExecuteStreamRequest>;

class StreamLedger final : public v1::LedgerService::Service {
 public:
  grpc::Status ExecuteStream(grpc::ServerContext* context, ServerStream* stream) override {
    const std::scoped_lock lock(mutex_);
    ++connections;
    v1::ExecuteStreamRequest request;
    while (stream->Read(&request)) {
      v1::ExecuteStreamResponse response;
      for (const auto& command : request.commands()) {
        if (break_after > 0 && --break_after == 0) {
          break_after = break_every;
          // Executed, but the answer never arrives: the worst moment.
          Execute(command.create_transaction().transaction_id());
          return broken;
        }
        Answer(command, response.add_results());
      }
      if (silent) {
        while (!context->IsCancelled()) {
          std::this_thread::sleep_for(milliseconds(1));
        }
        silent = false;
        return grpc::Status::CANCELLED;
      }
      // Not message by message: one answer at a time.
      for (const auto& result : response.results()) {
        v1::ExecuteStreamResponse single;
        *single.add_results() = result;
        stream->Write(single);
      }
      if (end_when_answered) {
        return broken;
      }
    }
    return grpc::Status::OK;
  }

  // Not while a stream is open: a stream holds the lock.
  [[nodiscard]] bool HasExecuted() {
    const std::scoped_lock lock(mutex_);
    return !executed.empty();
  }

  int connections = 0;
  int break_after = 0;
  int break_every = 0;
  bool silent = false;
  bool end_when_answered = false;
  grpc::Status broken{grpc::StatusCode::UNAVAILABLE, "broken"};
  std::set<std::string> refuse_first;
  std::vector<std::string> executed;  // in order of effect

 private:
  bool Execute(const std::string& id) {
    if (!known_.insert(id).second) {
      return false;
    }
    executed.push_back(id);
    return true;
  }

  void Answer(const v1::TransactionCommand& command, v1::TransactionResult* result) {
    const std::string& id = command.create_transaction().transaction_id();
    result->set_transaction_id(id);
    if (refuse_first.erase(id) > 0) {
      result->mutable_refusal()->set_code(14);
      result->mutable_refusal()->set_reason("SHUTTING_DOWN");
      return;
    }
    result->set_replayed(!Execute(id));
    result->set_status(v1::TRANSACTION_STATUS_POSTED);
  }

  std::mutex mutex_;
  std::set<std::string> known_;
};

class CommandStreamTest : public testing::Test {
 protected:
  void Open(CommandStreamOptions options = {}) {
    server_ = std::make_unique<FakeServer>(std::vector<grpc::Service*>{&ledger_});
    ClientOptions client_options;
    client_options.retry.initial_backoff = milliseconds(1);
    client_options.retry.max_backoff = milliseconds(2);
    client_ = Client::Connect(server_->target(), client_options);
    options.on_give_up = [this](const ClientError& error) {
      const std::scoped_lock lock(mutex_);
      EXPECT_FALSE(gave_up_) << "told twice";
      gave_up_ = error;
      changed_.notify_all();
    };
    stream_.emplace(
        *client_, options,
        [this](const v1::TransactionCommand& command, const v1::TransactionResult& result) {
          EXPECT_EQ(command.create_transaction().transaction_id(), result.transaction_id());
          EXPECT_FALSE(result.has_refusal());
          const std::scoped_lock lock(mutex_);
          answered_.push_back(result.transaction_id());
          changed_.notify_all();
        });
  }

  DoneResult Submit(int size) {
    v1::ExecuteStreamRequest request;
    for (int j = 0; j < size; ++j) {
      request.add_commands()->mutable_create_transaction()->set_transaction_id(
          "t" + std::to_string(sent_.size()));
      sent_.push_back("t" + std::to_string(sent_.size()));
    }
    return stream_->Submit(request);
  }

  DoneResult Send(int batches, int size, CommandStreamOptions options = {}) {
    Open(std::move(options));
    for (int i = 0; i < batches; ++i) {
      if (auto submitted = Submit(size); !submitted.ok()) {
        return submitted;
      }
    }
    return stream_->Finish();
  }

  // As a caller waits who has nothing to submit meanwhile.
  void WaitUntilAnsweredOrGivenUp() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20),
                                  [this] { return answered_.size() == sent_.size() || gave_up_; }));
  }

  bool AnsweredOrGivenUp() {
    const std::scoped_lock lock(mutex_);
    return !answered_.empty() || gave_up_;
  }

  StreamLedger ledger_;
  std::unique_ptr<FakeServer> server_;
  std::unique_ptr<Client> client_;
  std::vector<std::string> sent_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> answered_;   // guarded by mutex_
  std::optional<ClientError> gave_up_;  // guarded by mutex_
  std::optional<CommandStream> stream_;
};

TEST_F(CommandStreamTest, AnswersEveryCommandOnceAndInOrder) {
  ASSERT_TRUE(Send(50, 20, {.max_in_flight_commands = 100}).ok());
  EXPECT_EQ(ledger_.executed, sent_);
  EXPECT_EQ(answered_, sent_);
  EXPECT_EQ(ledger_.connections, 1);
}

TEST_F(CommandStreamTest, GoesOnBehindTheLastAnswerAfterEachBreak) {
  ledger_.break_after = 7;
  ledger_.break_every = 97;
  const auto done = Send(50, 20, {.max_in_flight_commands = 60});
  ASSERT_TRUE(done.ok()) << done.error().ToString();
  EXPECT_EQ(ledger_.executed, sent_);
  EXPECT_EQ(answered_, sent_);
  EXPECT_GT(ledger_.connections, 5);
}

TEST_F(CommandStreamTest, AsksAgainWhatWasRefusedForNow) {
  ledger_.refuse_first = {"t15", "t70"};
  ASSERT_TRUE(Send(10, 10).ok());
  EXPECT_EQ(answered_, sent_);
  EXPECT_EQ(ledger_.executed.size(), sent_.size());
}

TEST_F(CommandStreamTest, LeavesAConnectionThatFellSilent) {
  ledger_.silent = true;
  ASSERT_TRUE(Send(1, 3, {.stall_limit = milliseconds(500)}).ok());
  EXPECT_EQ(answered_, sent_);
  EXPECT_EQ(ledger_.connections, 2);
}

// What is sent meanwhile is no sign of life: each message put the end off.
TEST_F(CommandStreamTest, LeavesASilentConnectionThoughMoreIsSubmitted) {
  ledger_.silent = true;
  Open({.stall_limit = milliseconds(500)});
  for (int i = 0; i < 50 && !AnsweredOrGivenUp(); ++i) {
    ASSERT_TRUE(Submit(1).ok());
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_TRUE(AnsweredOrGivenUp());
  ASSERT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(answered_, sent_);
  EXPECT_GE(ledger_.connections, 2);
}

TEST_F(CommandStreamTest, WakesACallerAtTheBoundWhenItGivesUp) {
  ledger_.silent = true;
  Open({.max_in_flight_commands = 1,
        .stall_limit = milliseconds(100),
        .retry = RetryPolicy{.max_attempts = 1}});
  ASSERT_TRUE(Submit(1).ok());
  const auto blocked = Submit(1);
  ASSERT_FALSE(blocked.ok());
  EXPECT_EQ(blocked.error().message, "the server stopped answering the stream");
  EXPECT_TRUE(answered_.empty());
}

TEST_F(CommandStreamTest, GivesUpAtOnceWhatIsNotRetried) {
  ledger_.break_after = 1;
  ledger_.broken = {grpc::StatusCode::INVALID_ARGUMENT, "malformed"};
  const auto done = Send(1, 2);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, grpc::StatusCode::INVALID_ARGUMENT);
  WaitUntilAnsweredOrGivenUp();
  ASSERT_TRUE(gave_up_);
  EXPECT_EQ(gave_up_->message, "malformed");
  EXPECT_EQ(ledger_.connections, 1);
}

TEST_F(CommandStreamTest, GivesUpWhenNothingMovesAnyMore) {
  ledger_.break_after = 1;
  ledger_.break_every = 1;
  const auto done = Send(3, 2);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ledger_.connections, RetryPolicy{}.max_attempts);
}

// The connection was made anew within Submit and Finish only.
TEST_F(CommandStreamTest, AnswersACallerWhoOnlyWaitsAfterABreak) {
  ledger_.break_after = 2;
  ledger_.break_every = 2;
  Open();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Submit(1).ok());
    WaitUntilAnsweredOrGivenUp();
    ASSERT_EQ(answered_, sent_);
  }
  ASSERT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(ledger_.executed, sent_);
  EXPECT_GT(ledger_.connections, 5);
}

TEST_F(CommandStreamTest, TellsACallerWhoOnlyWaitsThatItGaveUp) {
  ledger_.break_after = 1;
  ledger_.break_every = 1;
  Open();
  ASSERT_TRUE(Submit(2).ok());
  WaitUntilAnsweredOrGivenUp();
  ASSERT_TRUE(gave_up_);
  EXPECT_EQ(gave_up_->message, "broken");
  const auto more = Submit(1);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().message, "broken");
  ASSERT_FALSE(stream_->Finish().ok());
}

// As gRPC does to a connection on which another call has headers too large.
TEST_F(CommandStreamTest, GoesOnAfterTheHeadersOfAnotherCall) {
  ledger_.broken = {grpc::StatusCode::RESOURCE_EXHAUSTED,
                    "received initial metadata size exceeds limit"};
  ledger_.break_after = 7;
  ledger_.break_every = 97;
  const auto done = Send(50, 20, {.max_in_flight_commands = 60});
  ASSERT_TRUE(done.ok()) << done.error().ToString();
  EXPECT_EQ(ledger_.executed, sent_);
  EXPECT_EQ(answered_, sent_);
}

// With nothing awaited the end of a connection is no failure.
TEST_F(CommandStreamTest, OpensAnotherAfterOneThatEndedWithAllAnswered) {
  ledger_.end_when_answered = true;
  ledger_.broken = {grpc::StatusCode::UNAVAILABLE, "ended"};
  Open({.retry = RetryPolicy{.max_attempts = 3, .initial_backoff = milliseconds(1)}});
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Submit(1).ok());
    WaitUntilAnsweredOrGivenUp();
  }
  ASSERT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(answered_, sent_);
}

TEST_F(CommandStreamTest, CanBeLeftWhileItWaitsToConnectAgain) {
  ledger_.break_after = 1;
  ledger_.break_every = 1;
  Open({.retry = RetryPolicy{.max_attempts = 1'000'000,
                             .initial_backoff = std::chrono::hours(1),
                             .max_backoff = std::chrono::hours(1)}});
  ASSERT_TRUE(Submit(1).ok());
  for (int i = 0; i < 20'000 && !ledger_.HasExecuted(); ++i) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  ASSERT_TRUE(ledger_.HasExecuted());
  // Time for the end of the connection to arrive; without it, there is no wait to leave.
  std::this_thread::sleep_for(milliseconds(50));
  stream_.reset();
  EXPECT_FALSE(gave_up_);
}

TEST_F(CommandStreamTest, OpensAnotherConnectionAfterFinish) {
  ASSERT_TRUE(Send(2, 2).ok());
  ASSERT_TRUE(stream_->Finish().ok());
  ASSERT_TRUE(Submit(2).ok());
  ASSERT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(answered_, sent_);
  EXPECT_EQ(ledger_.connections, 2);
}

TEST_F(CommandStreamTest, EndsWellWithoutACommand) {
  EXPECT_TRUE(Send(0, 0).ok());
  EXPECT_TRUE(Submit(0).ok());
  EXPECT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(ledger_.connections, 0);
}

}  // namespace
}  // namespace florin::client
