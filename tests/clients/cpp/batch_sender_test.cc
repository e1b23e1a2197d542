#include "clients/cpp/batch_sender.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "tests/clients/fake_server.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;

// Posts everything, but refuses each id in `refuse_first` once with OVERLOADED.
class BatchLedger final : public v1::LedgerService::Service {
 public:
  grpc::Status ExecuteBatch(grpc::ServerContext* /*context*/,
                            const v1::ExecuteBatchRequest* request,
                            v1::ExecuteBatchResponse* response) override {
    const int now = ++in_flight_;
    most_in_flight_ = std::max(most_in_flight_.load(), now);
    std::this_thread::sleep_for(milliseconds(5));
    {
      const std::scoped_lock lock(mutex_);
      for (const auto& command : request->commands()) {
        Answer(command.create_transaction().transaction_id(), response->add_results());
      }
    }
    --in_flight_;
    return grpc::Status::OK;
  }

  std::set<std::string> refuse_first;
  std::map<std::string, int> seen;
  [[nodiscard]] int most_in_flight() const { return most_in_flight_; }

 private:
  void Answer(const std::string& id, v1::TransactionResult* result) {
    result->set_transaction_id(id);
    if (++seen[id] == 1 && refuse_first.count(id) > 0) {
      result->mutable_refusal()->set_code(8);
      result->mutable_refusal()->set_reason("OVERLOADED");
      return;
    }
    result->set_status(v1::TRANSACTION_STATUS_POSTED);
  }

  std::mutex mutex_;
  std::atomic<int> in_flight_ = 0;
  std::atomic<int> most_in_flight_ = 0;
};

ClientOptions Impatient() {
  ClientOptions options;
  options.retry.initial_backoff = milliseconds(1);
  options.retry.max_backoff = milliseconds(5);
  return options;
}

v1::ExecuteBatchRequest Batch(int first, int count) {
  v1::ExecuteBatchRequest request;
  for (int i = first; i < first + count; ++i) {
    request.add_commands()->mutable_create_transaction()->set_transaction_id("t" +
                                                                             std::to_string(i));
  }
  return request;
}

TEST(BatchSenderTest, KeepsSeveralInFlightAndReportsEachOnce) {
  BatchLedger ledger;
  const FakeServer server({&ledger});
  const auto client = Client::Connect(server.target(), Impatient());
  std::set<std::string> posted;
  BatchSender sender(
      *client, {.max_in_flight = 3},
      [&](const v1::ExecuteBatchRequest& request, const Result<v1::ExecuteBatchResponse>& result) {
        ASSERT_TRUE(result.ok());
        ASSERT_EQ(result.value().results_size(), request.commands_size());
        for (const auto& item : result.value().results()) {
          EXPECT_TRUE(posted.insert(item.transaction_id()).second);
        }
      });
  for (int i = 0; i < 30; ++i) {
    sender.Submit(Batch(i * 10, 10));
  }
  sender.Finish();
  EXPECT_EQ(posted.size(), 300U);
  EXPECT_LE(ledger.most_in_flight(), 3);
  EXPECT_GE(ledger.most_in_flight(), 2);
}

TEST(BatchSenderTest, SendsAgainOnlyWhatWasRefusedForNow) {
  BatchLedger ledger;
  ledger.refuse_first = {"t2", "t4"};
  const FakeServer server({&ledger});
  const auto client = Client::Connect(server.target(), Impatient());
  const auto result = ExecuteBatchUntilDecided(*client, Batch(0, 6));
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result.value().results_size(), 6);
  for (int i = 0; i < 6; ++i) {
    const auto& item = result.value().results(i);
    EXPECT_EQ(item.transaction_id(), "t" + std::to_string(i));
    EXPECT_EQ(item.status(), v1::TRANSACTION_STATUS_POSTED);
  }
  EXPECT_EQ(ledger.seen["t1"], 1);
  EXPECT_EQ(ledger.seen["t2"], 2);
}

TEST(BatchSenderTest, ReportsABatchThatCouldNotBeSent) {
  std::string target;
  {
    BatchLedger ledger;
    target = FakeServer({&ledger}).target();
  }
  const auto client = Client::Connect(target, Impatient());
  int failures = 0;
  BatchSender sender(*client, {},
                     [&](const v1::ExecuteBatchRequest& /*request*/,
                         const Result<v1::ExecuteBatchResponse>& result) {
                       ASSERT_FALSE(result.ok());
                       EXPECT_EQ(result.error().code, grpc::StatusCode::UNAVAILABLE);
                       ++failures;
                     });
  sender.Submit(Batch(0, 1));
  sender.Finish();
  EXPECT_EQ(failures, 1);
}

}  // namespace
}  // namespace florin::client
