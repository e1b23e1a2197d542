// Goal: deadlines and retries over real gRPC, against a scripted service.
#include "clients/cpp/client.h"

#include <gtest/gtest.h>

#include <deque>
#include <mutex>
#include <thread>

#include "tests/clients/fake_server.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;

// Answers each call with the next status of a script, then OK.
class ScriptedLedger final : public v1::LedgerService::Service {
 public:
  explicit ScriptedLedger(std::deque<grpc::Status> script = {}) : script_(std::move(script)) {}

  grpc::Status CreateTransaction(grpc::ServerContext* /*context*/,
                                 const v1::CreateTransactionRequest* request,
                                 v1::CreateTransactionResponse* response) override {
    const std::scoped_lock lock(mutex_);
    ids_.push_back(request->transaction_id());
    if (auto status = Next(); !status.ok()) {
      return status;
    }
    response->mutable_transaction()->set_transaction_id(request->transaction_id());
    return grpc::Status::OK;
  }

  grpc::Status CloseAccount(grpc::ServerContext* /*context*/,
                            const v1::CloseAccountRequest* request,
                            v1::CloseAccountResponse* /*response*/) override {
    const std::scoped_lock lock(mutex_);
    ids_.push_back(request->account_id());
    return Next();
  }

  grpc::Status GetAccount(grpc::ServerContext* context, const v1::GetAccountRequest* /*request*/,
                          v1::GetAccountResponse* /*response*/) override {
    while (!context->IsCancelled()) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    return grpc::Status::CANCELLED;
  }

  std::vector<std::string> ids() {
    const std::scoped_lock lock(mutex_);
    return ids_;
  }

 private:
  grpc::Status Next() {
    if (script_.empty()) {
      return grpc::Status::OK;
    }
    grpc::Status status = script_.front();
    script_.pop_front();
    return status;
  }

  std::mutex mutex_;
  std::deque<grpc::Status> script_;
  std::vector<std::string> ids_;
};

grpc::Status ShuttingDown() {
  return LedgerStatus(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN", "bye");
}

ClientOptions Impatient() {
  ClientOptions options;
  options.deadline = milliseconds(5000);
  options.retry.initial_backoff = milliseconds(1);
  options.retry.max_backoff = milliseconds(5);
  return options;
}

v1::CreateTransactionRequest Transaction(const std::string& id) {
  v1::CreateTransactionRequest request;
  request.set_transaction_id(id);
  return request;
}

TEST(ClientTest, SendsTheSameIdAgainUntilTheServerIsBack) {
  ScriptedLedger ledger({ShuttingDown(), ShuttingDown()});
  const FakeServer server({&ledger});
  const auto client = Client::Connect(server.target(), Impatient());
  const auto result = client->CreateTransaction(Transaction("t1"));
  ASSERT_TRUE(result.ok()) << result.error().ToString();
  EXPECT_EQ(result.value().transaction().transaction_id(), "t1");
  EXPECT_EQ(ledger.ids(), (std::vector<std::string>{"t1", "t1", "t1"}));
}

TEST(ClientTest, AnswersARefusalAtOnce) {
  ScriptedLedger ledger({LedgerStatus(grpc::StatusCode::FAILED_PRECONDITION, "INSUFFICIENT_FUNDS",
                                      "not enough", {{"available", "1.00"}})});
  const FakeServer server({&ledger});
  const auto client = Client::Connect(server.target(), Impatient());
  const auto result = client->CreateTransaction(Transaction("t1"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason, "INSUFFICIENT_FUNDS");
  EXPECT_EQ(result.error().metadata.at("available"), "1.00");
  EXPECT_EQ(ledger.ids().size(), 1U);
}

TEST(ClientTest, DoesNotRepeatAChangeWithoutARequestId) {
  ScriptedLedger ledger({ShuttingDown(), ShuttingDown()});
  const FakeServer server({&ledger});
  const auto client = Client::Connect(server.target(), Impatient());
  v1::CloseAccountRequest request;
  request.set_account_id("a");
  EXPECT_EQ(client->CloseAccount(request).error().reason, "SHUTTING_DOWN");
  EXPECT_EQ(ledger.ids().size(), 1U);
  request.set_request_id("r1");
  EXPECT_TRUE(client->CloseAccount(request).ok());
  EXPECT_EQ(ledger.ids().size(), 3U);
}

TEST(ClientTest, HasADeadlineOnEveryCall) {
  ScriptedLedger ledger;
  const FakeServer server({&ledger});
  const auto client = Client::Connect(server.target(), Impatient());
  const auto before = std::chrono::steady_clock::now();
  const auto result = client->GetAccount({}, {.deadline = milliseconds(50)});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_LT(std::chrono::steady_clock::now() - before, milliseconds(4000));
}

TEST(ClientTest, SaysUnavailableWhenNobodyListens) {
  std::string target;
  {
    ScriptedLedger ledger;
    target = FakeServer({&ledger}).target();
  }
  const auto client = Client::Connect(target, Impatient());
  const auto result = client->CreateTransaction(Transaction("t1"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(result.error().reason, "");
}

}  // namespace
}  // namespace florin::client
