// Reads over the wire: lists with their pages, balances as they stood, trial
// balance.

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using Stub = v1::LedgerService::Stub;

class LedgerServiceReadsTest : public LedgerServiceFixture {
 protected:
  static std::string Balance(const std::string& text, v1::GetBalanceResponse* response) {
    return Said(Call(&Stub::GetBalance, FromText<v1::GetBalanceRequest>(text), response));
  }
  static std::string Balances(const std::string& text, v1::BatchGetBalancesResponse* response) {
    return Said(
        Call(&Stub::BatchGetBalances, FromText<v1::BatchGetBalancesRequest>(text), response));
  }
};

TEST_F(LedgerServiceReadsTest, ReadsOfNothing) {
  v1::GetAccountResponse account;
  EXPECT_EQ(Said(Call(&Stub::GetAccount, FromText<v1::GetAccountRequest>("account_id: 'none'"),
                      &account)),
            "ACCOUNT_NOT_FOUND");
  v1::GetTransactionResponse transaction;
  EXPECT_EQ(Said(Call(&Stub::GetTransaction,
                      FromText<v1::GetTransactionRequest>("transaction_id: 'none'"), &transaction)),
            "TRANSACTION_NOT_FOUND");
  v1::GetBalanceResponse balance;
  EXPECT_EQ(Balance("account_id: 'none'", &balance), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(Balance("account_id: 'none' position: 1", &balance), "ACCOUNT_NOT_FOUND");
  v1::ListTransactionsResponse list;
  EXPECT_EQ(Said(Call(&Stub::ListTransactions,
                      FromText<v1::ListTransactionsRequest>("account_id: 'none'"), &list)),
            "ACCOUNT_NOT_FOUND");
  v1::GetTrialBalanceResponse trial;
  EXPECT_EQ(Said(Call(&Stub::GetTrialBalance, FromText<v1::GetTrialBalanceRequest>("asset: 'NONE'"),
                      &trial)),
            "ASSET_NOT_FOUND");
}

TEST_F(LedgerServiceReadsTest, BalanceAsItStood) {
  Open("asof:a");
  std::vector<v1::Transaction> made;
  for (int i = 1; i <= 5; ++i) {
    made.push_back(
        Transfer("asof:" + std::to_string(i), "world", "asof:a", std::to_string(i)).transaction());
  }
  const std::string account = "account_id: 'asof:a' ";
  v1::GetBalanceResponse balance;
  ASSERT_EQ(Balance(account, &balance), "OK");
  EXPECT_EQ(balance.balances().posted(), "15.00");
  EXPECT_EQ(balance.version(), 6);
  const char* const expected[] = {"1.00", "3.00", "6.00", "10.00", "15.00"};
  for (int i = 0; i < 5; ++i) {
    const auto& transaction = made[static_cast<std::size_t>(i)];
    ASSERT_EQ(Balance(account + "position: " + std::to_string(transaction.position()), &balance),
              "OK");
    EXPECT_EQ(balance.balances().posted(), expected[i]);
    EXPECT_EQ(balance.version(), i + 2);
    // One less: the command is not whole there, so it is not seen.
    ASSERT_EQ(
        Balance(account + "position: " + std::to_string(transaction.position() - 1), &balance),
        "OK");
    EXPECT_EQ(balance.version(), i + 1);
    ASSERT_EQ(Balance(account + "version: " + std::to_string(i + 2), &balance), "OK");
    EXPECT_EQ(balance.balances().posted(), expected[i]);
    ASSERT_EQ(
        Balance(account + "commit_time { " + transaction.commit_time().ShortDebugString() + " }",
                &balance),
        "OK");
    EXPECT_EQ(balance.balances().posted(), expected[i]);
  }
  EXPECT_EQ(Balance(account + "version: 7", &balance), "VERSION_BEYOND_HEAD");
  EXPECT_EQ(Balance(account + "position: 1000000000", &balance), "POSITION_BEYOND_HEAD");
  EXPECT_EQ(Balance(account + "commit_time { seconds: 9000000000 }", &balance),
            "TIME_IN_FUTURE commit_time");
  EXPECT_EQ(Balance(account + "position: 1", &balance), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(Balance(account + "commit_time { seconds: 1 }", &balance), "ACCOUNT_NOT_FOUND");
}

// The same question has the same answer, also where its time is hardly over and
// commands of that time are still on their way to the disk.
TEST_F(LedgerServiceReadsTest, BalanceAtATimeNeverChangesAfterwards) {
  Open("settled:a");
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  writers.reserve(4);
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([w, &stop] {
      for (int i = 0; !stop; ++i) {
        Transfer("settled:" + std::to_string(w) + ":" + std::to_string(i), "world", "settled:a",
                 "1");
      }
    });
  }
  v1::GetBalanceRequest request;
  request.set_account_id("settled:a");
  for (int i = 0; i < 200; ++i) {
    const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count();
    request.mutable_commit_time()->set_seconds(now / 1'000'000'000);
    request.mutable_commit_time()->set_nanos(static_cast<std::int32_t>(now % 1'000'000'000));
    v1::GetBalanceResponse first;
    v1::GetBalanceResponse again;
    EXPECT_EQ(Said(Call(&Stub::GetBalance, request, &first)), "OK");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(Said(Call(&Stub::GetBalance, request, &again)), "OK");
    EXPECT_EQ(first.version(), again.version());
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
}

TEST_F(LedgerServiceReadsTest, ManyBalancesAtOnePosition) {
  for (const char* const id : {"many:a", "many:b", "many:c"}) Open(id);
  const auto first = Transfer("many:1", "world", "many:a", "1").transaction();
  Transfer("many:2", "many:a", "many:b", "1");
  Open("many:d");
  v1::BatchGetBalancesResponse response;
  ASSERT_EQ(Balances("account_ids: ['many:b', 'many:a', 'many:b']", &response), "OK");
  ASSERT_EQ(response.account_balances_size(), 3);
  EXPECT_EQ(response.account_balances(0).account_id(), "many:b");
  EXPECT_EQ(response.account_balances(0).balances().posted(), "1.00");
  EXPECT_EQ(response.account_balances(1).balances().posted(), "0.00");
  EXPECT_TRUE(response.next_page_token().empty());
  const std::string then = "position: " + std::to_string(first.position()) + " ";
  ASSERT_EQ(Balances(then + "account_ids: ['many:a']", &response), "OK");
  EXPECT_EQ(response.account_balances(0).balances().posted(), "1.00");
  EXPECT_EQ(response.position(), first.position());
  EXPECT_EQ(Balances(then + "account_ids: ['many:d']", &response), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(Balances("account_ids: ['none']", &response), "ACCOUNT_NOT_FOUND");
  // Pages of a prefix stay at the first page's position.
  ASSERT_EQ(Balances("account_id_prefix: 'many:' page_size: 2", &response), "OK");
  ASSERT_EQ(response.account_balances_size(), 2);
  const auto position = response.position();
  Transfer("many:3", "world", "many:c", "9");
  ASSERT_EQ(Balances("account_id_prefix: 'many:' page_size: 2 page_token: '" +
                         response.next_page_token() + "'",
                     &response),
            "OK");
  EXPECT_EQ(response.position(), position);
  ASSERT_EQ(response.account_balances_size(), 2);
  EXPECT_EQ(response.account_balances(0).account_id(), "many:c");
  EXPECT_EQ(response.account_balances(0).balances().posted(), "0.00");
  EXPECT_EQ(response.account_balances(1).account_id(), "many:d");
}

TEST_F(LedgerServiceReadsTest, TrialBalanceBalances) {
  Open("trial:a");
  const auto first = Transfer("trial:1", "world", "trial:a", "2").transaction();
  Transfer("trial:2", "world", "trial:a", "3");
  v1::GetTrialBalanceResponse response;
  ASSERT_EQ(Said(Call(&Stub::GetTrialBalance, v1::GetTrialBalanceRequest(), &response)), "OK");
  ASSERT_FALSE(response.lines().empty());
  for (const auto& line : response.lines()) {
    EXPECT_EQ(line.debits_posted(), line.credits_posted()) << line.asset();
    EXPECT_EQ(line.debits_pending(), line.credits_pending()) << line.asset();
  }
  ASSERT_EQ(Said(Call(&Stub::GetTrialBalance,
                      FromText<v1::GetTrialBalanceRequest>(
                          "account_id_prefix: 'trial:' asset: 'EUR' position: " +
                          std::to_string(first.position())),
                      &response)),
            "OK");
  ASSERT_EQ(response.lines_size(), 1);
  EXPECT_EQ(response.lines(0).credits_posted(), "2.00");
  EXPECT_EQ(response.lines(0).account_count(), 1);
}

TEST_F(LedgerServiceReadsTest, ListsAccountsInPages) {
  for (int i = 0; i < 7; ++i) {
    Open("page:" + std::to_string(i), i % 2 == 0 ? "owner_id: 'even'" : "");
  }
  v1::ListAccountsRequest request;
  request.set_account_id_prefix("page:");
  request.set_page_size(3);
  std::vector<std::string> ids;
  v1::ListAccountsResponse response;
  do {
    request.set_page_token(response.next_page_token());
    ASSERT_EQ(Said(Call(&Stub::ListAccounts, request, &response)), "OK");
    EXPECT_LE(response.accounts_size(), 3);
    for (const auto& account : response.accounts()) {
      ids.push_back(account.account_id());
    }
  } while (!response.next_page_token().empty());
  EXPECT_EQ(ids, (std::vector<std::string>{"page:0", "page:1", "page:2", "page:3", "page:4",
                                           "page:5", "page:6"}));
  request.clear_page_token();
  request.set_owner_id("even");
  request.set_page_size(0);
  ASSERT_EQ(Said(Call(&Stub::ListAccounts, request, &response)), "OK");
  EXPECT_EQ(response.accounts_size(), 4);
}

TEST_F(LedgerServiceReadsTest, ListsTransactionsBothWays) {
  Open("list:a");
  for (int i = 1; i <= 5; ++i) {
    Transfer("list:" + std::to_string(i), "world", "list:a", "1");
  }
  EXPECT_EQ(TryTransfer("list:refused", "list:a", "world", "100"), "INSUFFICIENT_FUNDS");
  const auto list = [](const std::string& text) {
    std::string ids;
    auto request = FromText<v1::ListTransactionsRequest>("account_id: 'list:a' " + text);
    v1::ListTransactionsResponse response;
    do {
      request.set_page_token(response.next_page_token());
      EXPECT_EQ(Said(Call(&Stub::ListTransactions, request, &response)), "OK");
      for (const auto& transaction : response.transactions()) {
        ids += transaction.transaction_id().substr(5) + " ";
      }
    } while (!response.next_page_token().empty());
    return ids;
  };
  EXPECT_EQ(list(""), "5 4 3 2 1 ");
  EXPECT_EQ(list("page_size: 2"), "5 4 3 2 1 ");
  EXPECT_EQ(list("ascending: true page_size: 5"), "1 2 3 4 5 ");
  EXPECT_EQ(list("statuses: TRANSACTION_STATUS_REFUSED"), "refused ");
  EXPECT_EQ(list("start_commit_time { seconds: 1 } end_commit_time { seconds: "
                 "2 }"),
            "");
}

TEST_F(LedgerServiceReadsTest, WhatCameAfterTheFirstPageIsNotOnLaterOnes) {
  Open("stable:a");
  for (int i = 1; i <= 3; ++i) {
    Transfer("stable:" + std::to_string(i), "world", "stable:a", "1");
  }
  auto request =
      FromText<v1::ListTransactionsRequest>("account_id: 'stable:a' ascending: true page_size: 2");
  v1::ListTransactionsResponse response;
  ASSERT_EQ(Said(Call(&Stub::ListTransactions, request, &response)), "OK");
  Transfer("stable:4", "world", "stable:a", "1");
  request.set_page_token(response.next_page_token());
  ASSERT_EQ(Said(Call(&Stub::ListTransactions, request, &response)), "OK");
  ASSERT_EQ(response.transactions_size(), 1);
  EXPECT_EQ(response.transactions(0).transaction_id(), "stable:3");
  EXPECT_TRUE(response.next_page_token().empty());
}

// Bug: a hold that ended between two pages of pending ones was on neither.
TEST_F(LedgerServiceReadsTest, PagesOfOneStatusAreAsOfTheFirst) {
  Open("as-of:a");
  for (int i = 1; i <= 6; ++i)
    Transfer("as-of:" + std::to_string(i), "world", "as-of:a", "1", i < 5 ? "hold { }" : "");
  const auto settle = [](const std::string& id) {
    v1::SettleTransactionRequest request;
    request.set_transaction_id(id);
    v1::SettleTransactionResponse response;
    EXPECT_EQ(Said(Call(&Stub::SettleTransaction, request, &response)), "OK");
  };
  const auto reverse = [](const std::string& id) {
    v1::ReverseTransactionRequest request;
    request.set_transaction_id(id + ":back");
    request.set_reverses_transaction_id(id);
    v1::ReverseTransactionResponse response;
    EXPECT_EQ(Said(Call(&Stub::ReverseTransaction, request, &response)), "OK");
  };
  settle("as-of:1");
  auto pending = FromText<v1::ListTransactionsRequest>(
      "account_id: 'as-of:a' page_size: 1 statuses: TRANSACTION_STATUS_PENDING");
  auto posted = FromText<v1::ListTransactionsRequest>(
      "account_id: 'as-of:a' page_size: 1 statuses: TRANSACTION_STATUS_POSTED");
  std::set<std::string> listed;
  const auto read_page = [&](v1::ListTransactionsRequest* request) {
    v1::ListTransactionsResponse response;
    ASSERT_EQ(Said(Call(&Stub::ListTransactions, *request, &response)), "OK");
    for (const v1::Transaction& transaction : response.transactions()) {
      EXPECT_TRUE(listed.insert(transaction.transaction_id()).second);
      EXPECT_EQ(transaction.status(), request->statuses(0));
      EXPECT_EQ(transaction.reversed_by_transaction_id(), "");
    }
    request->set_page_token(response.next_page_token());
  };
  read_page(&pending);
  read_page(&posted);
  // Those on later pages change: holds end, and what was settled is reversed.
  settle("as-of:2");
  settle("as-of:3");
  reverse("as-of:1");
  reverse("as-of:2");
  while (!pending.page_token().empty()) read_page(&pending);
  while (!posted.page_token().empty()) read_page(&posted);
  EXPECT_EQ(listed, (std::set<std::string>{"as-of:1", "as-of:2", "as-of:3", "as-of:4", "as-of:5",
                                           "as-of:6"}));
}

TEST_F(LedgerServiceReadsTest, PageTokenIsOfItsQueryAlone) {
  for (int i = 0; i < 3; ++i) Open("token:" + std::to_string(i));
  auto request = FromText<v1::ListAccountsRequest>("account_id_prefix: 'token:' page_size: 1");
  v1::ListAccountsResponse response;
  ASSERT_EQ(Said(Call(&Stub::ListAccounts, request, &response)), "OK");
  const std::string token = response.next_page_token();
  const auto with = [&token](const std::string& text) {
    auto other = FromText<v1::ListAccountsRequest>(text);
    other.set_page_token(token);
    v1::ListAccountsResponse ignored;
    return Said(Call(&Stub::ListAccounts, other, &ignored));
  };
  EXPECT_EQ(with("account_id_prefix: 'token:' page_size: 7"), "OK");
  EXPECT_EQ(with("account_id_prefix: 'token'"), "PAGE_TOKEN_INVALID page_token");
  EXPECT_EQ(with("account_id_prefix: 'token:' owner_id: 'x'"), "PAGE_TOKEN_INVALID page_token");
  auto assets = FromText<v1::ListAssetsRequest>("");
  assets.set_page_token(token);
  v1::ListAssetsResponse ignored;
  EXPECT_EQ(Said(Call(&Stub::ListAssets, assets, &ignored)), "PAGE_TOKEN_INVALID page_token");
  assets.set_page_token("garbage");
  EXPECT_EQ(Said(Call(&Stub::ListAssets, assets, &ignored)), "PAGE_TOKEN_INVALID page_token");
}

TEST_F(LedgerServiceReadsTest, ListsAssetsInPages) {
  auto request = FromText<v1::ListAssetsRequest>("page_size: 1");
  v1::ListAssetsResponse response;
  ASSERT_EQ(Said(Call(&Stub::ListAssets, request, &response)), "OK");
  ASSERT_EQ(response.assets_size(), 1);
  EXPECT_EQ(response.assets(0).code(), "EUR");
  request.set_page_token(response.next_page_token());
  ASSERT_EQ(Said(Call(&Stub::ListAssets, request, &response)), "OK");
  EXPECT_EQ(response.assets(0).code(), "SBI");
  EXPECT_TRUE(response.next_page_token().empty());
}

// Large transactions: a page is cut by bytes, so that a client's default limit
// of 4 MiB holds, and nothing is lost between pages.
TEST_F(LedgerServiceReadsTest, PagesOfLargeTransactionsStayBelow4MiB) {
  const std::string long_id = "large:" + std::string(120, 'x');
  Open(long_id);
  for (int i = 0; i < 30; ++i) {
    v1::CreateTransactionRequest request;
    request.set_transaction_id("large:" + std::to_string(i));
    for (int j = 0; j < 1000; ++j) {
      v1::Posting* const posting = request.add_postings();
      posting->set_debit_account_id("world");
      posting->set_credit_account_id(long_id);
      posting->set_amount("0.01");
    }
    v1::CreateTransactionResponse response;
    ASSERT_EQ(Said(Call(&Stub::CreateTransaction, request, &response)), "OK");
  }
  v1::ListTransactionsRequest request;
  request.set_account_id(long_id);
  request.set_page_size(1000);
  std::set<std::string> ids;
  int pages = 0;
  v1::ListTransactionsResponse response;
  do {
    request.set_page_token(response.next_page_token());
    ASSERT_EQ(Said(Call(&Stub::ListTransactions, request, &response)), "OK");
    EXPECT_LT(response.ByteSizeLong(), 4u << 20);
    for (const auto& transaction : response.transactions()) {
      ids.insert(transaction.transaction_id());
    }
    ++pages;
  } while (!response.next_page_token().empty());
  EXPECT_EQ(ids.size(), 30u);
  EXPECT_GT(pages, 1);
}

}  // namespace
}  // namespace florin::test_support
