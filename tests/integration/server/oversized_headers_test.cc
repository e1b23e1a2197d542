// Goal: one call with headers above 8 KiB costs the others on its connection
// nothing but a new connection. gRPC cuts them all; the client takes them up again.

#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "clients/cpp/client.h"
#include "clients/cpp/command_stream.h"
#include "clients/cpp/event_subscription.h"
#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using client::Client;
using client::ClientError;
using client::EventSubscription;

class OversizedHeadersTest : public LedgerServiceFixture {
 protected:
  static grpc::Status CallWithHeaders(Client& client, std::size_t bytes) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    context.AddMetadata("x-large", std::string(bytes, 'x'));
    v1::GetAccountRequest request;
    request.set_account_id("world");
    v1::GetAccountResponse response;
    return client.ledger_stub().GetAccount(&context, request, &response);
  }
};

TEST_F(OversizedHeadersTest, ASubscriptionBesideGoesOn) {
  const auto client = Client::Connect(server().address());
  client::EventSubscriptionOptions options;
  ClientError cut;
  options.on_disconnect = [&](const ClientError& error, auto /*delay*/) { cut = error; };
  EventSubscription subscription(*client, {}, options);
  std::int64_t last = 0;
  const auto read_until = [&](std::int64_t position) {
    while (last < position) {
      const auto batch = subscription.Next();
      ASSERT_TRUE(batch.ok()) << batch.error().ToString();
      for (const auto& event : batch.value().events()) {
        ASSERT_EQ(event.position(), last + 1);
        last = event.position();
      }
    }
  };
  Open("headers:a");
  read_until(Transfer("headers:1", "world", "headers:a", "1").transaction().position());
  const grpc::Status status = CallWithHeaders(*client, 9000);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  // What tells it from the ledger's own refusals.
  EXPECT_TRUE(status.error_details().empty());
  read_until(Transfer("headers:2", "world", "headers:a", "1").transaction().position());
  EXPECT_EQ(cut.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(cut.message, testing::HasSubstr("metadata size"));
  EXPECT_TRUE(cut.reason.empty());
}

// What a command stream did, for a caller that only waits.
class Answers {
 public:
  void Add(const v1::TransactionResult& result) {
    const std::scoped_lock lock(mutex_);
    ++count_;
    posted_ += result.status() == v1::TRANSACTION_STATUS_POSTED ? 1 : 0;
    changed_.notify_all();
  }
  void End(const ClientError& error) {
    const std::scoped_lock lock(mutex_);
    end_ = error;
    changed_.notify_all();
  }
  void WaitFor(int count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return count_ >= count || end_; }));
    EXPECT_FALSE(end_) << end_->ToString();
    EXPECT_EQ(count_, count);
  }
  int posted() {
    const std::scoped_lock lock(mutex_);
    return posted_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  int posted_ = 0;
  std::optional<ClientError> end_;
};

TEST_F(OversizedHeadersTest, ACommandStreamBesideGoesOn) {
  const auto client = Client::Connect(server().address());
  Open("headers:b");
  Answers answers;
  client::CommandStreamOptions options;
  options.on_give_up = [&](const ClientError& error) { answers.End(error); };
  client::CommandStream stream(*client, options,
                               [&](const v1::TransactionCommand& /*command*/,
                                   const v1::TransactionResult& result) { answers.Add(result); });
  for (int i = 0; i < 5; ++i) {
    v1::ExecuteStreamRequest batch;
    *batch.add_commands()->mutable_create_transaction() =
        TransferRequest("headers:s" + std::to_string(i), "world", "headers:b", "1");
    ASSERT_TRUE(stream.Submit(std::move(batch)).ok());
    // The stream is there, on the one connection of its client.
    answers.WaitFor(i + 1);
    ASSERT_FALSE(HasFailure());
    grpc::ClientContext context;
    const auto beside = client->ledger_stub().ExecuteStream(&context);
    const grpc::Status status = CallWithHeaders(*client, 9000);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
    // A stream that nobody takes up again is cut, and so is the other.
    const grpc::Status cut = beside->Finish();
    EXPECT_EQ(cut.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << cut.error_message();
  }
  const auto finished = stream.Finish();
  ASSERT_TRUE(finished.ok()) << finished.error().ToString();
  EXPECT_EQ(answers.posted(), 5);
  EXPECT_EQ(Get("headers:b").balances().posted(), "5.00");
}

// Cut whether there was an answer or not, so with the patience for many cuts in a row.
TEST_F(OversizedHeadersTest, ACommandStreamCutBeforeItsAnswersGoesOn) {
  constexpr int kCuts = 20;
  const auto client = Client::Connect(server().address());
  Open("headers:c");
  Answers answers;
  client::CommandStreamOptions options;
  options.retry = client::PolicyFor(std::chrono::seconds(60));
  client::CommandStream stream(*client, options,
                               [&](const v1::TransactionCommand& /*command*/,
                                   const v1::TransactionResult& result) { answers.Add(result); });
  for (int i = 0; i < kCuts; ++i) {
    v1::ExecuteStreamRequest batch;
    *batch.add_commands()->mutable_create_transaction() =
        TransferRequest("headers:p" + std::to_string(i), "world", "headers:c", "1");
    ASSERT_TRUE(stream.Submit(std::move(batch)).ok());
    // Any other status: it met the connection that was cut before.
    grpc::Status status;
    for (int calls = 0; calls < 20 && status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED;
         ++calls) {
      status = CallWithHeaders(*client, 9000);
    }
    ASSERT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  }
  const auto finished = stream.Finish();
  ASSERT_TRUE(finished.ok()) << finished.error().ToString();
  EXPECT_EQ(answers.posted(), kCuts);
  EXPECT_EQ(Get("headers:c").balances().posted(), "20.00");
}

}  // namespace
}  // namespace florin::test_support
