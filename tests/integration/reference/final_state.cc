#include "tests/integration/reference/final_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/amount.h"
#include "domain/total.h"
#include "florin/v1/ledger_service.grpc.pb.h"
#include "tests/integration/reference/expected.h"
#include "tests/integration/reference/wire.h"

namespace florin::integration {
namespace {

constexpr int kPageSize = 1000;
using Stub = v1::LedgerService::Stub;

void CheckAccounts(Stub* stub, const reference::ReferenceLedger& ledger) {
  v1::ListAccountsRequest request;
  request.set_page_size(kPageSize);
  std::size_t count = 0;
  do {
    grpc::ClientContext context;
    v1::ListAccountsResponse response;
    const grpc::Status status = stub->ListAccounts(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const v1::Account& account : response.accounts()) {
      const reference::Account* expected = ledger.FindAccount(account.account_id());
      ASSERT_NE(expected, nullptr) << account.account_id();
      EXPECT_EQ(Difference(ToWire(*expected), account), "") << account.account_id();
      ++count;
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(count, ledger.accounts().size());
}

using Ids = std::vector<std::string>;

/// Ids of the transactions that moved or held money of each account, in the
/// order in which they were made.
std::map<std::string, Ids> ExpectedLists(const reference::ReferenceLedger& ledger,
                                         const Ids& order) {
  std::map<std::string, Ids> lists;
  for (const std::string& id : order) {
    const reference::TransactionPtr transaction = ledger.FindTransaction(id);
    if (transaction->status == domain::TransactionStatus::kRefused) continue;
    Ids named;
    for (const reference::StoredPosting& posting : transaction->postings) {
      named.push_back(posting.debit_account_id);
      named.push_back(posting.credit_account_id);
    }
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    for (const std::string& account_id : named) lists[account_id].push_back(id);
  }
  return lists;
}

Ids List(Stub* stub, const std::string& account_id, const reference::ReferenceLedger& ledger) {
  Ids ids;
  v1::ListTransactionsRequest request;
  request.set_account_id(account_id);
  request.set_ascending(true);
  request.set_page_size(kPageSize);
  do {
    grpc::ClientContext context;
    v1::ListTransactionsResponse response;
    const grpc::Status status = stub->ListTransactions(&context, request, &response);
    if (!status.ok()) {
      ADD_FAILURE() << "ListTransactions: " << status.error_message();
      return ids;
    }
    for (const v1::Transaction& transaction : response.transactions()) {
      ids.push_back(transaction.transaction_id());
      const reference::TransactionPtr expected =
          ledger.FindTransaction(transaction.transaction_id());
      if (expected == nullptr) {
        ADD_FAILURE() << "unknown to the reference: " << transaction.transaction_id();
        continue;
      }
      EXPECT_EQ(Difference(ToWire(*expected), transaction), "") << transaction.transaction_id();
      if (testing::Test::HasFailure()) return ids;
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return ids;
}

void CheckTransactions(Stub* stub, const reference::ReferenceLedger& ledger, const Ids& order) {
  std::map<std::string, Ids> lists = ExpectedLists(ledger, order);
  for (const auto& [account_id, account] : ledger.accounts()) {
    EXPECT_EQ(List(stub, account_id, ledger), lists[account_id]) << account_id;
    if (testing::Test::HasFailure()) return;
  }
}

void CheckEachRefused(Stub* stub, const reference::ReferenceLedger& ledger) {
  for (const auto& [id, transaction] : ledger.transactions()) {
    if (transaction->status != domain::TransactionStatus::kRefused) continue;
    grpc::ClientContext context;
    v1::GetTransactionRequest request;
    request.set_transaction_id(id);
    v1::GetTransactionResponse response;
    const grpc::Status status = stub->GetTransaction(&context, request, &response);
    ASSERT_TRUE(status.ok()) << id << ": " << status.error_message();
    ASSERT_EQ(Difference(ToWire(*transaction), response.transaction()), "") << id;
  }
}

/// What the accounts of an asset add up to, which may be more than fits an amount.
v1::TrialBalanceLine TrialBalance(const reference::ReferenceLedger& ledger,
                                  const std::string& asset) {
  domain::Total debits_posted;
  domain::Total debits_pending;
  std::int64_t count = 0;
  for (const auto& [id, account] : ledger.accounts()) {
    if (account.asset != asset) continue;
    ++count;
    debits_posted.Add(account.balances.debits_posted);
    debits_pending.Add(account.balances.debits_pending);
  }
  const int scale = ledger.FindAsset(asset)->scale;
  v1::TrialBalanceLine line;
  line.set_asset(asset);
  // Books balance: the same on both sides.
  line.set_debits_posted(debits_posted.Format(scale));
  line.set_credits_posted(line.debits_posted());
  line.set_debits_pending(debits_pending.Format(scale));
  line.set_credits_pending(line.debits_pending());
  line.set_account_count(count);
  return line;
}

void CheckTrialBalance(Stub* stub, const reference::ReferenceLedger& ledger,
                       const std::string& asset) {
  grpc::ClientContext context;
  v1::GetTrialBalanceRequest request;
  request.set_asset(asset);
  v1::GetTrialBalanceResponse response;
  const grpc::Status status = stub->GetTrialBalance(&context, request, &response);
  ASSERT_TRUE(status.ok()) << asset << ": " << status.error_message();
  ASSERT_EQ(response.lines_size(), 1) << asset;
  EXPECT_EQ(response.lines(0).ShortDebugString(), TrialBalance(ledger, asset).ShortDebugString());
  EXPECT_EQ(response.position(), ledger.head());
}

}  // namespace

void CheckFinalState(const std::shared_ptr<grpc::Channel>& channel,
                     const reference::ReferenceLedger& ledger,
                     const std::vector<std::string>& order) {
  const auto stub = v1::LedgerService::NewStub(channel);
  CheckAccounts(stub.get(), ledger);
  CheckTransactions(stub.get(), ledger, order);
  CheckEachRefused(stub.get(), ledger);
  for (const char* asset : {"EUR", "JPY", "BTC", "BIG"})
    CheckTrialBalance(stub.get(), ledger, asset);
}

}  // namespace florin::integration
