// Assets and accounts over the wire.

#include <string>

#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using Stub = v1::LedgerService::Stub;

class LedgerServiceAccountsTest : public LedgerServiceFixture {
 protected:
  template <typename Request, typename Response>
  static std::string Change(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                         Response*),
                            const std::string& text, v1::Account* account = nullptr,
                            bool* replayed = nullptr) {
    Response response;
    std::string said = Said(Call(method, FromText<Request>(text), &response));
    if (account != nullptr) *account = response.account();
    if (replayed != nullptr) *replayed = response.replayed();
    return said;
  }
};

TEST_F(LedgerServiceAccountsTest, RegistersAnAssetOnce) {
  const auto request =
      FromText<v1::RegisterAssetRequest>("asset { code: 'ETH' scale: 18 name: 'Ether' }");
  v1::RegisterAssetResponse first;
  ASSERT_EQ(Said(Call(&Stub::RegisterAsset, request, &first)), "OK");
  EXPECT_EQ(first.asset().scale(), 18);
  EXPECT_GT(first.position(), 0);
  EXPECT_FALSE(first.replayed());
  v1::RegisterAssetResponse again;
  ASSERT_EQ(Said(Call(&Stub::RegisterAsset, request, &again)), "OK");
  EXPECT_TRUE(again.replayed());
  v1::RegisterAssetResponse other;
  EXPECT_EQ(ReasonOf(Call(
                &Stub::RegisterAsset,
                FromText<v1::RegisterAssetRequest>("asset { code: 'ETH' scale: 8 name: 'Ether' }"),
                &other)),
            "ASSET_EXISTS");
}

TEST_F(LedgerServiceAccountsTest, OpensAnAccountOnce) {
  const std::string text =
      "account_id: 'open:1' asset: 'EUR' type: 2 "
      "limits { overdraft_limit: '5' max_balance: '100.5' } "
      "metadata { key: 'k' value: 'v' }";
  v1::Account account;
  ASSERT_EQ(Change(&Stub::OpenAccount, text + " owner_id: 'o'", &account), "OK");
  EXPECT_EQ(account.status(), v1::ACCOUNT_STATUS_ACTIVE);
  EXPECT_EQ(account.limits().overdraft_limit(), "5.00");
  EXPECT_EQ(account.limits().max_balance(), "100.50");
  EXPECT_EQ(account.balances().posted(), "0.00");
  EXPECT_EQ(account.version(), 1);
  EXPECT_EQ(account.metadata().at("k"), "v");
  bool replayed = false;
  EXPECT_EQ(Change(&Stub::OpenAccount, text + " owner_id: 'o'", &account, &replayed), "OK");
  EXPECT_TRUE(replayed);
  EXPECT_EQ(Change(&Stub::OpenAccount, text + " owner_id: 'p'"), "ACCOUNT_EXISTS owner_id");
  EXPECT_EQ(Change(&Stub::OpenAccount, "account_id: 'open:2' asset: 'NONE' type: 2"),
            "ASSET_NOT_FOUND");
}

TEST_F(LedgerServiceAccountsTest, UpdatesSuspendsReactivatesCloses) {
  Open("life:1");
  v1::Account account;
  ASSERT_EQ(Change(&Stub::UpdateAccount,
                   "account_id: 'life:1' limits { max_balance: '10' } "
                   "owner_id: 'me' expected_version: 1",
                   &account),
            "OK");
  EXPECT_EQ(account.limits().max_balance(), "10.00");
  EXPECT_EQ(account.owner_id(), "me");
  EXPECT_EQ(account.version(), 2);
  EXPECT_EQ(Change(&Stub::UpdateAccount, "account_id: 'life:1' owner_id: 'x' expected_version: 1"),
            "VERSION_CONFLICT");
  ASSERT_EQ(
      Change(&Stub::SuspendAccount, "account_id: 'life:1' scope: SUSPEND_SCOPE_CREDITS", &account),
      "OK");
  EXPECT_EQ(account.status(), v1::ACCOUNT_STATUS_SUSPENDED);
  EXPECT_EQ(account.suspend_scope(), v1::SUSPEND_SCOPE_CREDITS);
  EXPECT_EQ(TryTransfer("life:t1", "world", "life:1", "1"), "ACCOUNT_SUSPENDED");
  ASSERT_EQ(Change(&Stub::ReactivateAccount, "account_id: 'life:1'", &account), "OK");
  EXPECT_EQ(account.status(), v1::ACCOUNT_STATUS_ACTIVE);
  EXPECT_EQ(TryTransfer("life:t2", "world", "life:1", "11"), "BALANCE_LIMIT_EXCEEDED");
  Transfer("life:t3", "world", "life:1", "10");
  EXPECT_EQ(Change(&Stub::CloseAccount, "account_id: 'life:1'"), "BALANCE_NOT_ZERO");
  Transfer("life:t4", "life:1", "world", "10");
  ASSERT_EQ(Change(&Stub::CloseAccount, "account_id: 'life:1'", &account), "OK");
  EXPECT_EQ(account.status(), v1::ACCOUNT_STATUS_CLOSED);
  bool replayed = false;
  EXPECT_EQ(Change(&Stub::CloseAccount, "account_id: 'life:1'", &account, &replayed), "OK");
  EXPECT_TRUE(replayed);
  EXPECT_EQ(TryTransfer("life:t5", "world", "life:1", "1"), "ACCOUNT_CLOSED");
  EXPECT_EQ(Change(&Stub::SuspendAccount, "account_id: 'none'"), "ACCOUNT_NOT_FOUND");
}

TEST_F(LedgerServiceAccountsTest, RequestIdAnswersWithTheFirstOutcome) {
  Open("request:1");
  const std::string suspend = "account_id: 'request:1' reason: 'audit' request_id: 'r1'";
  v1::Account account;
  bool replayed = true;
  ASSERT_EQ(Change(&Stub::SuspendAccount, suspend, &account, &replayed), "OK");
  EXPECT_FALSE(replayed);
  ASSERT_EQ(Change(&Stub::SuspendAccount, suspend, &account, &replayed), "OK");
  EXPECT_TRUE(replayed);
  EXPECT_EQ(
      Change(&Stub::SuspendAccount, "account_id: 'request:1' reason: 'other' request_id: 'r1'"),
      "ID_REUSED reason");
}

TEST_F(LedgerServiceAccountsTest, BatchOpensEachByItself) {
  const auto request = FromText<v1::BatchOpenAccountsRequest>(
      "requests { account_id: 'batch:1' asset: 'EUR' type: 2 } "
      "requests { account_id: 'batch 2' asset: 'EUR' type: 2 } "
      "requests { account_id: 'batch:3' asset: 'NONE' type: 2 } "
      "requests { account_id: 'batch:1' asset: 'EUR' type: 2 } "
      "requests { account_id: 'batch:1' asset: 'EUR' type: 1 }");
  v1::BatchOpenAccountsResponse response;
  ASSERT_EQ(Said(Call(&Stub::BatchOpenAccounts, request, &response)), "OK");
  ASSERT_EQ(response.results_size(), 5);
  EXPECT_EQ(response.results(0).account().account_id(), "batch:1");
  EXPECT_FALSE(response.results(0).replayed());
  EXPECT_EQ(response.results(1).refusal().reason(), "FIELD_INVALID");
  EXPECT_EQ(response.results(2).refusal().reason(), "ASSET_NOT_FOUND");
  EXPECT_TRUE(response.results(3).replayed());
  EXPECT_EQ(response.results(4).refusal().reason(), "ACCOUNT_EXISTS");
  EXPECT_EQ(response.results(4).refusal().code(), 6);
}

}  // namespace
}  // namespace florin::test_support
