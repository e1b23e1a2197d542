// Batches and the command stream over the wire.

#include <string>
#include <thread>

#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using Stub = v1::LedgerService::Stub;

class LedgerServiceBatchTest : public LedgerServiceFixture {
 protected:
  static void Add(v1::ExecuteBatchRequest* request, const v1::CreateTransactionRequest& create) {
    *request->add_commands()->mutable_create_transaction() = create;
  }
  static v1::ExecuteBatchResponse Execute(const v1::ExecuteBatchRequest& request) {
    v1::ExecuteBatchResponse response;
    EXPECT_EQ(Said(Call(&Stub::ExecuteBatch, request, &response)), "OK");
    return response;
  }
};

TEST_F(LedgerServiceBatchTest, EachItemStandsAlone) {
  Open("batch:a");
  v1::ExecuteBatchRequest request;
  Add(&request, TransferRequest("batch:1", "batch:a", "world", "1"));
  Add(&request, TransferRequest("batch:2", "world", "batch:a", "1"));
  Add(&request, TransferRequest("batch:3", "batch:a", "world", "1"));
  Add(&request, TransferRequest("batch:4", "batch:a", "world", "1e5"));
  Add(&request, TransferRequest("batch:2", "world", "batch:a", "1"));
  request.add_commands();
  const auto response = Execute(request);
  ASSERT_EQ(response.results_size(), 6);
  EXPECT_EQ(response.results(0).refusal().reason(), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(response.results(0).status(), v1::TRANSACTION_STATUS_REFUSED);
  EXPECT_GT(response.results(0).position(), 0);
  EXPECT_EQ(response.results(1).status(), v1::TRANSACTION_STATUS_POSTED);
  EXPECT_EQ(response.results(2).status(), v1::TRANSACTION_STATUS_POSTED);
  EXPECT_GT(response.results(2).position(), response.results(1).position());
  EXPECT_EQ(response.results(3).refusal().reason(), "AMOUNT_INVALID");
  EXPECT_EQ(response.results(3).refusal().metadata().at("field"), "postings[0].amount");
  EXPECT_EQ(response.results(3).status(), v1::TRANSACTION_STATUS_UNSPECIFIED);
  EXPECT_TRUE(response.results(4).replayed());
  EXPECT_EQ(response.results(4).position(), response.results(1).position());
  EXPECT_EQ(response.results(5).refusal().reason(), "FIELD_MISSING");
  const auto again = Execute(request);
  EXPECT_EQ(again.results(0).refusal().metadata().at("replayed"), "true");
}

TEST_F(LedgerServiceBatchTest, AtomicIsAllOrNothing) {
  Open("atomic:a");
  v1::ExecuteBatchRequest request;
  request.set_atomic(true);
  Add(&request, TransferRequest("atomic:1", "world", "atomic:a", "5"));
  Add(&request, TransferRequest("atomic:2", "atomic:a", "world", "6"));
  const auto refused = Execute(request);
  EXPECT_EQ(refused.results(0).refusal().reason(), "BATCH_REFUSED");
  EXPECT_EQ(refused.results(0).refusal().metadata().at("index"), "1");
  EXPECT_EQ(refused.results(1).refusal().reason(), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(Get("atomic:a").version(), 1);
  request.mutable_commands(1)->mutable_create_transaction()->set_transaction_id("atomic:3");
  request.mutable_commands(1)->mutable_create_transaction()->mutable_postings(0)->set_amount("5");
  const auto done = Execute(request);
  EXPECT_EQ(done.results(0).status(), v1::TRANSACTION_STATUS_POSTED);
  EXPECT_EQ(done.results(1).status(), v1::TRANSACTION_STATUS_POSTED);
  EXPECT_EQ(Get("atomic:a").balances().posted(), "0.00");
}

TEST_F(LedgerServiceBatchTest, ValidateOnlyTriesOneAfterAnother) {
  Open("try:a");
  v1::ExecuteBatchRequest request;
  request.set_validate_only(true);
  Add(&request, TransferRequest("try:1", "world", "try:a", "5"));
  Add(&request, TransferRequest("try:2", "try:a", "world", "5"));
  Add(&request, TransferRequest("try:3", "try:a", "world", "5"));
  const auto response = Execute(request);
  EXPECT_FALSE(response.results(1).has_refusal());
  EXPECT_EQ(response.results(2).refusal().reason(), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(Get("try:a").version(), 1);
  request.mutable_commands(0)->mutable_create_transaction()->set_validate_only(true);
  EXPECT_EQ(Execute(request).results(0).refusal().metadata().at("field"), "validate_only");
}

TEST_F(LedgerServiceBatchTest, MixesHoldsSettlesVoidsReversals) {
  Open("mix:a");
  v1::ExecuteBatchRequest request;
  Add(&request, TransferRequest("mix:1", "world", "mix:a", "5", "hold {}"));
  request.add_commands()->mutable_settle_transaction()->set_transaction_id("mix:1");
  Add(&request, TransferRequest("mix:2", "world", "mix:a", "5", "hold {}"));
  request.add_commands()->mutable_void_transaction()->set_transaction_id("mix:2");
  auto* const reverse = request.add_commands()->mutable_reverse_transaction();
  reverse->set_transaction_id("mix:3");
  reverse->set_reverses_transaction_id("mix:1");
  const auto response = Execute(request);
  for (const auto& result : response.results()) {
    EXPECT_FALSE(result.has_refusal()) << result.ShortDebugString();
  }
  EXPECT_EQ(response.results(3).status(), v1::TRANSACTION_STATUS_VOIDED);
  EXPECT_EQ(response.results(4).transaction_id(), "mix:3");
  EXPECT_EQ(Get("mix:a").balances().posted(), "0.00");
}

TEST_F(LedgerServiceBatchTest, LargestBatchPasses) {
  Open("large:a");
  v1::ExecuteBatchRequest request;
  for (int i = 0; i < 8192; ++i) {
    Add(&request, TransferRequest("large:" + std::to_string(i), "world", "large:a", "0.01"));
  }
  const auto response = Execute(request);
  ASSERT_EQ(response.results_size(), 8192);
  EXPECT_EQ(response.results(8191).transaction_id(), "large:8191");
  EXPECT_EQ(Get("large:a").balances().posted(), "81.92");
  Add(&request, TransferRequest("large:8192", "world", "large:a", "0.01"));
  v1::ExecuteBatchResponse refused;
  const grpc::Status status = Call(&Stub::ExecuteBatch, request, &refused);
  EXPECT_EQ(ReasonOf(status), "TOO_MANY_ITEMS");
  EXPECT_EQ(DetailsOf(status).metadata.at("limit"), "8192");
}

TEST_F(LedgerServiceBatchTest, StreamAnswersInOrder) {
  Open("stream:a");
  grpc::ClientContext context;
  auto stream = stub().ExecuteStream(&context);
  constexpr int kMessages = 200;
  constexpr int kCommands = 20;
  std::thread sender([&stream] {
    for (int i = 0; i < kMessages; ++i) {
      v1::ExecuteStreamRequest request;
      for (int j = 0; j < kCommands; ++j) {
        const int n = i * kCommands + j;
        // Every other one takes back what the one before brought, so that the
        // order shows in the answers.
        *request.add_commands()->mutable_create_transaction() =
            n % 2 == 0 ? TransferRequest("stream:" + std::to_string(n), "world", "stream:a", "1")
                       : TransferRequest("stream:" + std::to_string(n), "stream:a", "world", "1");
      }
      ASSERT_TRUE(stream->Write(request));
    }
    stream->WritesDone();
  });
  int next = 0;
  std::int64_t position = 0;
  v1::ExecuteStreamResponse response;
  while (stream->Read(&response)) {
    for (const auto& result : response.results()) {
      EXPECT_EQ(result.transaction_id(), "stream:" + std::to_string(next++));
      EXPECT_EQ(result.status(), v1::TRANSACTION_STATUS_POSTED);
      EXPECT_GT(result.position(), position);
      position = result.position();
    }
  }
  sender.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(next, kMessages * kCommands);
  EXPECT_EQ(Get("stream:a").balances().posted(), "0.00");
}

TEST_F(LedgerServiceBatchTest, StreamRefusesItemsAndEndsOnGarbage) {
  Open("ill:a");
  grpc::ClientContext context;
  auto stream = stub().ExecuteStream(&context);
  v1::ExecuteStreamRequest request;
  *request.add_commands()->mutable_create_transaction() =
      TransferRequest("ill:1", "world", "ill:a", "NaN");
  *request.add_commands()->mutable_create_transaction() =
      TransferRequest("ill:2", "world", "ill:a", "1");
  ASSERT_TRUE(stream->Write(request));
  v1::ExecuteStreamResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_EQ(response.results(0).refusal().reason(), "AMOUNT_INVALID");
  EXPECT_EQ(response.results(1).status(), v1::TRANSACTION_STATUS_POSTED);
  request.clear_commands();
  for (int i = 0; i < 8193; ++i) request.add_commands();
  ASSERT_TRUE(stream->Write(request));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(ReasonOf(stream->Finish()), "TOO_MANY_ITEMS");
}

}  // namespace
}  // namespace florin::test_support
