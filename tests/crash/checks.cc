#include "tests/crash/checks.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <map>

namespace florin::crash {
namespace {

v1::ExecuteBatchResponse SendAgain(v1::LedgerService::Stub* stub,
                                   const v1::ExecuteBatchRequest& request) {
  grpc::ClientContext context;
  v1::ExecuteBatchResponse response;
  const grpc::Status status = stub->ExecuteBatch(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.results_size(), request.commands_size());
  return response;
}

void ExpectReplay(const v1::TransactionResult& first, const v1::TransactionResult& again) {
  EXPECT_TRUE(again.replayed()) << first.ShortDebugString() << "\nnow " << again.ShortDebugString();
  EXPECT_EQ(again.status(), first.status()) << first.ShortDebugString();
  EXPECT_EQ(again.position(), first.position()) << first.ShortDebugString();
  EXPECT_EQ(again.refusal().reason(), first.refusal().reason()) << first.ShortDebugString();
}

bool Exists(v1::LedgerService::Stub* stub, const std::string& transaction_id) {
  grpc::ClientContext context;
  v1::GetTransactionRequest request;
  request.set_transaction_id(transaction_id);
  v1::GetTransactionResponse response;
  const grpc::Status status = stub->GetTransaction(&context, request, &response);
  EXPECT_TRUE(status.ok() || status.error_code() == grpc::NOT_FOUND) << status.error_message();
  return status.ok();
}

void CheckAllOrNothing(v1::LedgerService::Stub* stub, const v1::ExecuteBatchRequest& request) {
  int there = 0;
  for (const v1::TransactionCommand& command : request.commands()) {
    there += Exists(stub, command.create_transaction().transaction_id()) ? 1 : 0;
  }
  EXPECT_TRUE(there == 0 || there == request.commands_size())
      << there << " of " << request.commands_size() << " items of an atomic batch are there";
}

bool IsMade(const v1::Event& event) {
  return event.type() == "transaction.posted" || event.type() == "transaction.pending" ||
         event.type() == "transaction.refused";
}

}  // namespace

void CheckAcknowledged(v1::LedgerService::Stub* stub, const std::vector<Sent>& sent) {
  for (const Sent& one : sent) {
    if (!one.response) continue;
    const v1::ExecuteBatchResponse again = SendAgain(stub, one.request);
    for (int i = 0; i < again.results_size(); ++i) {
      EXPECT_GT(one.response->results(i).position(), 0)
          << one.response->results(i).ShortDebugString();
      ExpectReplay(one.response->results(i), again.results(i));
    }
    if (testing::Test::HasFailure()) return;
  }
}

void CheckUnknown(v1::LedgerService::Stub* stub, const std::vector<Sent>& sent) {
  for (const Sent& one : sent) {
    if (one.response) continue;
    if (one.request.atomic()) CheckAllOrNothing(stub, one.request);
    const v1::ExecuteBatchResponse first = SendAgain(stub, one.request);
    const v1::ExecuteBatchResponse second = SendAgain(stub, one.request);
    for (int i = 0; i < second.results_size(); ++i)
      ExpectReplay(first.results(i), second.results(i));
  }
}

void CheckLog(v1::LedgerService::Stub* stub, const std::vector<v1::Event>& log) {
  std::map<std::string, std::int64_t> versions;
  std::map<std::string, std::string> posted;
  for (const v1::Event& event : log) {
    ASSERT_EQ(event.version(), ++versions[event.stream()]) << event.ShortDebugString();
    if (event.has_funds_moved()) posted[event.stream()] = event.funds_moved().balance_after();
    // A settled hold is posted at version 2; whatever else makes a transaction
    // is its stream's first event.
    const bool settled = event.type() == "transaction.posted" && event.version() == 2;
    if (IsMade(event) && !settled) {
      ASSERT_EQ(event.version(), 1) << event.ShortDebugString();
    }
  }
  // As of the end of this log: holds go on expiring meanwhile.
  for (int i = -1; i < kAccounts; ++i) {
    grpc::ClientContext context;
    v1::GetBalanceRequest request;
    request.set_account_id(i < 0 ? "world" : AccountName(i));
    request.set_position(static_cast<std::int64_t>(log.size()));
    v1::GetBalanceResponse response;
    const grpc::Status status = stub->GetBalance(&context, request, &response);
    ASSERT_TRUE(status.ok()) << request.account_id() << ": " << status.error_message();
    EXPECT_EQ(response.version(), versions[request.account_id()]) << request.account_id();
    const auto last = posted.find(request.account_id());
    EXPECT_EQ(response.balances().posted(), last == posted.end() ? "0.00" : last->second)
        << request.account_id();
  }
}

void CheckBooks(v1::LedgerService::Stub* stub) {
  grpc::ClientContext context;
  v1::GetTrialBalanceResponse response;
  const grpc::Status status = stub->GetTrialBalance(&context, {}, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.lines_size(), 1);
  const v1::TrialBalanceLine& line = response.lines(0);
  EXPECT_EQ(line.debits_posted(), line.credits_posted());
  EXPECT_EQ(line.debits_pending(), line.credits_pending());
  EXPECT_EQ(line.account_count(), kAccounts + 1);
}

void CheckPrefix(const std::vector<v1::CommitGroup>& before,
                 const std::vector<v1::CommitGroup>& after) {
  ASSERT_GE(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(after[i].hash(), before[i].hash())
        << "the group at position " << before[i].first_position();
    ASSERT_EQ(after[i].first_position(), before[i].first_position());
  }
}

}  // namespace florin::crash
