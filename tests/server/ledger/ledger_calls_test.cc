// LedgerService over real gRPC, with a ledger whose answers the test gives:
// what the real one does seldom, or not on demand.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "florin/v1/ledger_service.grpc.pb.h"
#include "florin/v1/payment_service.grpc.pb.h"
#include "server/ledger/ledger_service.h"
#include "server/rpc/unknown_methods.h"
#include "tests/server/events/event_log.h"
#include "tests/server/ledger/scripted_ledger.h"
#include "tests/server/rpc/status_details.h"

namespace florin::server {
namespace {

using actors::Batch;
using domain::Reason;
using domain::Refusal;
using test_support::DetailsOf;
using test_support::ReasonOf;
using testing::HasSubstr;

class LedgerCallsTest : public testing::Test {
 protected:
  LedgerCallsTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.SetMaxReceiveMessageSize(16 << 20);
    builder.RegisterService(&service_);
    builder.RegisterCallbackGenericService(&unknown_);
    server_ = builder.BuildAndStart();
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials());
    stub_ = v1::LedgerService::NewStub(channel_);
  }
  ~LedgerCallsTest() override {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
    server_->Wait();
  }

  static v1::CreateTransactionRequest Create(const std::string& id) {
    v1::CreateTransactionRequest request;
    request.set_transaction_id(id);
    v1::Posting* const posting = request.add_postings();
    posting->set_debit_account_id("a");
    posting->set_credit_account_id("b");
    posting->set_amount("1");
    return request;
  }

  grpc::Status CallCreate(v1::CreateTransactionResponse* response) {
    grpc::ClientContext context;
    return stub_->CreateTransaction(&context, Create("t1"), response);
  }

  void RefuseAll(const Refusal& refusal) {
    ledger_.set_answer([refusal](Batch& batch) { return RefusedOutcomes(batch, refusal); });
  }

  EventLog log_{1, 10};
  ScriptedLedger ledger_{&log_};
  Metrics metrics_{"test"};
  ServiceHost host_{&ledger_, &metrics_};
  LedgerService service_{&host_};
  UnknownMethods unknown_{&host_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::LedgerService::Stub> stub_;
};

TEST_F(LedgerCallsTest, OverloadSaysWhenToRetry) {
  RefuseAll({Reason::kOverloaded, "full", {}});
  v1::CreateTransactionResponse response;
  const grpc::Status status = CallCreate(&response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "OVERLOADED");
  EXPECT_GT(DetailsOf(status).retry_seconds.value_or(0), 0);
}

TEST_F(LedgerCallsTest, ReplayedRefusalIsMarked) {
  ledger_.set_answer([](Batch& batch) {
    auto outcomes = RefusedOutcomes(batch, {Reason::kInsufficientFunds, "too little", {}});
    outcomes[0].replayed = true;
    return outcomes;
  });
  v1::CreateTransactionResponse response;
  const grpc::Status status = CallCreate(&response);
  EXPECT_EQ(ReasonOf(status), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(DetailsOf(status).metadata.at("replayed"), "true");
}

TEST_F(LedgerCallsTest, WhatAHandlerThrowsIsInternalAndTheServerLives) {
  ledger_.set_answer([](Batch&) -> std::vector<actors::TransactionOutcome> {
    throw std::runtime_error("planted");
  });
  v1::CreateTransactionResponse response;
  EXPECT_EQ(CallCreate(&response).error_code(), grpc::StatusCode::INTERNAL);
  ledger_.set_answer([](Batch& batch) { return PostedOutcomes(batch); });
  EXPECT_TRUE(CallCreate(&response).ok());
  EXPECT_EQ(response.transaction().transaction_id(), "t1");
}

TEST_F(LedgerCallsTest, ValidateOnlyReachesTheLedger) {
  bool validate_only = false;
  ledger_.set_answer([&validate_only](Batch& batch) {
    validate_only = batch.validate_only;
    return PostedOutcomes(batch);
  });
  grpc::ClientContext context;
  v1::CreateTransactionRequest request = Create("t1");
  request.set_validate_only(true);
  v1::CreateTransactionResponse response;
  EXPECT_TRUE(stub_->CreateTransaction(&context, request, &response).ok());
  EXPECT_TRUE(validate_only);
}

v1::ExecuteBatchRequest BatchOf(int items, const v1::CreateTransactionRequest& create) {
  v1::ExecuteBatchRequest request;
  for (int i = 0; i < items; ++i) {
    auto* const item = request.add_commands()->mutable_create_transaction();
    *item = create;
    item->set_transaction_id("t" + std::to_string(i));
  }
  return request;
}

TEST_F(LedgerCallsTest, BatchThatNobodyTookIsRefusedAsAWhole) {
  RefuseAll({Reason::kShuttingDown, "stopping", {}});
  grpc::ClientContext context;
  v1::ExecuteBatchResponse response;
  const grpc::Status status = stub_->ExecuteBatch(&context, BatchOf(3, Create("t")), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
}

TEST_F(LedgerCallsTest, BusinessRefusalsOfAWholeBatchStandInItsResults) {
  RefuseAll({Reason::kAccountClosed, "closed", {{"account_id", "a"}}});
  grpc::ClientContext context;
  v1::ExecuteBatchResponse response;
  ASSERT_TRUE(stub_->ExecuteBatch(&context, BatchOf(2, Create("t")), &response).ok());
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_EQ(response.results(1).transaction_id(), "t1");
  EXPECT_EQ(response.results(1).refusal().reason(), "ACCOUNT_CLOSED");
  EXPECT_EQ(response.results(1).refusal().code(), 9);
  EXPECT_EQ(response.results(1).refusal().metadata().at("account_id"), "a");
}

// The channel receives 4 MiB, gRPC's default.
TEST_F(LedgerCallsTest, LargestBatchOfRefusalsFitsAClientsDefaultLimit) {
  RefuseAll({Reason::kInsufficientFunds,
             std::string(500, 'm'),
             {{"account_id", std::string(128, 'a')},
              {"amount", std::string(40, '9')},
              {"available", std::string(40, '9')}}});
  grpc::ClientContext context;
  v1::ExecuteBatchResponse response;
  const grpc::Status status = stub_->ExecuteBatch(&context, BatchOf(8192, Create("t")), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results_size(), 8192);
  EXPECT_EQ(response.results(8191).refusal().reason(), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(response.results(8191).refusal().metadata().at("account_id"), std::string(128, 'a'));
}

TEST_F(LedgerCallsTest, LargeAccountsFitAClientsDefaultLimit) {
  v1::BatchOpenAccountsRequest request;
  for (int i = 0; i < 3000; ++i) {
    auto* const item = request.add_requests();
    item->set_account_id("account:" + std::to_string(i));
    item->set_asset("EUR");
    item->set_type(v1::ACCOUNT_TYPE_ASSET);
    for (int j = 0; j < 7; ++j) {
      (*item->mutable_metadata())[std::to_string(j)] = std::string(500, 'x');
    }
  }
  grpc::ClientContext context;
  v1::BatchOpenAccountsResponse response;
  const grpc::Status status = stub_->BatchOpenAccounts(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results_size(), 3000);
  EXPECT_EQ(response.results(2999).account().account_id(), "account:2999");
}

TEST_F(LedgerCallsTest, OpensTheGoodAccountsOfABatch) {
  v1::BatchOpenAccountsRequest request;
  for (const char* const id : {"a", "b b", "c"}) {
    auto* const item = request.add_requests();
    item->set_account_id(id);
    item->set_asset("EUR");
    item->set_type(v1::ACCOUNT_TYPE_ASSET);
  }
  grpc::ClientContext context;
  v1::BatchOpenAccountsResponse response;
  ASSERT_TRUE(stub_->BatchOpenAccounts(&context, request, &response).ok());
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).account().account_id(), "a");
  EXPECT_EQ(response.results(1).refusal().reason(), "FIELD_INVALID");
  EXPECT_EQ(response.results(2).account().account_id(), "c");
}

TEST_F(LedgerCallsTest, FullReadersRefuse) {
  ledger_.set_readers_full(true);
  grpc::ClientContext context;
  v1::ListAssetsResponse response;
  const grpc::Status status = stub_->ListAssets(&context, v1::ListAssetsRequest(), &response);
  EXPECT_EQ(ReasonOf(status), "OVERLOADED");
}

TEST_F(LedgerCallsTest, DrainingRefusesNewCallsAndWaitsForOldOnes) {
  v1::CreateTransactionResponse response;
  grpc::Status status;
  std::thread caller([&] { status = CallCreate(&response); });
  ledger_.WaitFor(1);
  host_.StartDraining();
  EXPECT_FALSE(host_.WaitUntilIdle(std::chrono::milliseconds(20)));
  grpc::ClientContext context;
  v1::CreateTransactionResponse refused;
  EXPECT_EQ(ReasonOf(stub_->CreateTransaction(&context, Create("t2"), &refused)), "SHUTTING_DOWN");
  auto waiting = ledger_.Take();
  waiting.done(PostedOutcomes(waiting.batch));
  caller.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(host_.WaitUntilIdle(std::chrono::seconds(10)));
}

TEST_F(LedgerCallsTest, AnAnswerAfterTheClientIsGoneIsDropped) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  v1::CreateTransactionResponse response;
  EXPECT_EQ(stub_->CreateTransaction(&context, Create("t1"), &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  auto waiting = ledger_.Take();
  waiting.done(PostedOutcomes(waiting.batch));
  host_.StartDraining();
  EXPECT_TRUE(host_.WaitUntilIdle(std::chrono::seconds(10)));
}

TEST_F(LedgerCallsTest, UnknownMethodsAreNamed) {
  grpc::ClientContext context;
  v1::GetPaymentResponse response;
  const grpc::Status status = v1::PaymentService::NewStub(channel_)->GetPayment(
      &context, v1::GetPaymentRequest(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), HasSubstr("GetPayment"));
}

using Stream = grpc::ClientReaderWriter<v1::ExecuteStreamRequest, v1::ExecuteStreamResponse>;

void Send(Stream* stream, const std::vector<std::string>& ids) {
  v1::ExecuteStreamRequest request;
  for (const std::string& id : ids) {
    auto* const create = request.add_commands()->mutable_create_transaction();
    create->set_transaction_id(id);
    v1::Posting* const posting = create->add_postings();
    posting->set_debit_account_id("a");
    posting->set_credit_account_id("b");
    posting->set_amount("1");
  }
  EXPECT_TRUE(stream->Write(request));
}

// Reads until `count` results are there, or the stream ends.
std::vector<std::string> Receive(Stream* stream, std::size_t count) {
  std::vector<std::string> ids;
  v1::ExecuteStreamResponse response;
  while (ids.size() < count && stream->Read(&response)) {
    for (const auto& result : response.results()) {
      ids.push_back(result.transaction_id());
    }
  }
  return ids;
}

TEST_F(LedgerCallsTest, StreamAnswersInOrderThoughTheLedgerDoesNot) {
  grpc::ClientContext context;
  auto stream = stub_->ExecuteStream(&context);
  Send(stream.get(), {"t1", "t2"});
  Send(stream.get(), {});
  Send(stream.get(), {"t3"});
  ledger_.WaitFor(2);
  auto second = ledger_.Take(true);
  auto first = ledger_.Take();
  second.done(PostedOutcomes(second.batch));
  first.done(PostedOutcomes(first.batch));
  EXPECT_EQ(Receive(stream.get(), 3), (std::vector<std::string>{"t1", "t2", "t3"}));
  stream->WritesDone();
  EXPECT_TRUE(Receive(stream.get(), 1).empty());
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(LedgerCallsTest, StreamAnswersWhatItTookBeforeAHalfClose) {
  grpc::ClientContext context;
  auto stream = stub_->ExecuteStream(&context);
  Send(stream.get(), {"t1"});
  stream->WritesDone();
  auto waiting = ledger_.Take();
  waiting.done(PostedOutcomes(waiting.batch));
  EXPECT_EQ(Receive(stream.get(), 1), std::vector<std::string>{"t1"});
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(LedgerCallsTest, StopAnswersWhatAStreamTookThenEndsIt) {
  grpc::ClientContext context;
  auto stream = stub_->ExecuteStream(&context);
  Send(stream.get(), {"t1"});
  auto waiting = ledger_.Take();
  host_.StartDraining();
  waiting.done(PostedOutcomes(waiting.batch));
  EXPECT_EQ(Receive(stream.get(), 1), std::vector<std::string>{"t1"});
  EXPECT_TRUE(Receive(stream.get(), 1).empty());
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
  EXPECT_TRUE(host_.WaitUntilIdle(std::chrono::seconds(10)));
}

TEST_F(LedgerCallsTest, StreamEndsOnAMessageThatIsTooLarge) {
  ledger_.set_answer([](Batch& batch) { return PostedOutcomes(batch); });
  grpc::ClientContext context;
  auto stream = stub_->ExecuteStream(&context);
  v1::ExecuteStreamRequest request;
  for (int i = 0; i < 8193; ++i) request.add_commands();
  EXPECT_TRUE(stream->Write(request));
  EXPECT_TRUE(Receive(stream.get(), 1).empty());
  EXPECT_EQ(ReasonOf(stream->Finish()), "TOO_MANY_ITEMS");
}

TEST_F(LedgerCallsTest, StreamThatIsCancelledLeavesNothingBehind) {
  {
    grpc::ClientContext context;
    auto stream = stub_->ExecuteStream(&context);
    Send(stream.get(), {"t1"});
    ledger_.WaitFor(1);
    context.TryCancel();
    stream->Finish();
  }
  auto waiting = ledger_.Take();
  waiting.done(PostedOutcomes(waiting.batch));
  host_.StartDraining();
  EXPECT_TRUE(host_.WaitUntilIdle(std::chrono::seconds(10)));
}

// A client that sends and never reads is held back: the ledger sees a bounded
// number of its commands, however many it would send.
TEST_F(LedgerCallsTest, StreamHoldsBackAClientThatDoesNotRead) {
  std::atomic<int> commands{0};
  ledger_.set_answer([&commands](Batch& batch) {
    commands += static_cast<int>(batch.items.size());
    return RefusedOutcomes(batch, {Reason::kAccountClosed, std::string(400, 'm'), {}});
  });
  grpc::ClientContext context;
  auto stream = stub_->ExecuteStream(&context);
  std::thread sender([&stream] {
    v1::ExecuteStreamRequest request;
    for (int i = 0; i < 4096; ++i) {
      request.add_commands()->mutable_void_transaction()->set_transaction_id("t" +
                                                                             std::to_string(i));
    }
    while (stream->Write(request)) {
    }
  });
  int before = -1;
  // Until nothing more is taken for a while.
  while (before != commands) {
    before = commands;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  EXPECT_GE(commands, 16'384);
  // What may be unanswered, what gRPC's flow control has let through, one
  // message on its way.
  EXPECT_LE(commands, 60'000);
  context.TryCancel();
  sender.join();
  stream->Finish();
}

}  // namespace
}  // namespace florin::server
