// Shape checks of the commands on assets and accounts, and of the reads.

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "server/convert/accounts.h"
#include "server/convert/queries.h"

namespace florin::server {
namespace {

template <typename Request>
Request Parse(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

std::string Said(const domain::Refusal& refusal) {
  std::string field;
  for (const auto& [key, value] : refusal.metadata) {
    if (key == "field") field = value;
  }
  return std::string(domain::InfoOf(refusal.reason).name) + " " + field;
}

// "REASON field", or "" if the shape is good.
template <typename Request>
std::string Command(const std::string& text) {
  const auto result = ToCommand(Parse<Request>(text));
  return result.ok() ? "" : Said(result.refusal());
}

template <typename Request>
std::string Query(const std::string& text) {
  const auto result = ToQuery(Parse<Request>(text));
  return result.ok() ? "" : Said(result.refusal());
}

TEST(RegisterAssetShapeTest, ChecksFields) {
  const auto check = Command<v1::RegisterAssetRequest>;
  EXPECT_EQ(check("asset { code: 'EUR' scale: 2 name: 'Euro' }"), "");
  EXPECT_EQ(check("asset { code: 'A.B_C-9' scale: 18 }"), "");
  EXPECT_EQ(check(""), "FIELD_MISSING asset.code");
  EXPECT_EQ(check("asset { code: 'eur' }"), "FIELD_INVALID asset.code");
  EXPECT_EQ(check("asset { code: '12345678901234567' }"), "FIELD_INVALID asset.code");
  EXPECT_EQ(check("asset { code: 'EUR' scale: 19 }"), "FIELD_INVALID asset.scale");
  EXPECT_EQ(check("asset { code: 'EUR' scale: -1 }"), "FIELD_INVALID asset.scale");
  EXPECT_EQ(check("asset { code: 'EUR' name: '" + std::string(129, 'x') + "' }"),
            "FIELD_INVALID asset.name");
}

TEST(OpenAccountShapeTest, ChecksFields) {
  const auto check = [](const std::string& rest) {
    return Command<v1::OpenAccountRequest>("asset: 'EUR' type: 1 " + rest);
  };
  EXPECT_EQ(check("account_id: 'a'"), "");
  EXPECT_EQ(check(""), "FIELD_MISSING account_id");
  EXPECT_EQ(check("account_id: 'payment/7'"), "FIELD_INVALID account_id");
  EXPECT_EQ(check("account_id: '" + std::string(129, 'x') + "'"), "FIELD_INVALID account_id");
  EXPECT_EQ(check("account_id: 'a' owner_id: '" + std::string(129, 'x') + "'"),
            "FIELD_INVALID owner_id");
  EXPECT_EQ(check("account_id: 'a' limits { overdraft_limit: '-1' }"),
            "AMOUNT_INVALID limits.overdraft_limit");
  EXPECT_EQ(check("account_id: 'a' limits { max_balance: '1e9' }"),
            "AMOUNT_INVALID limits.max_balance");
  EXPECT_EQ(check("account_id: 'a' limits { overdraft_limit: '0' "
                  "max_balance: '0' }"),
            "");
  EXPECT_EQ(check("account_id: 'a' limits { overdraft_limit: '1' "
                  "unlimited_overdraft: true }"),
            "FIELD_INVALID limits");
  EXPECT_EQ(check("account_id: 'a' metadata { key: 'K' value: 'v' }"), "FIELD_INVALID metadata");
}

TEST(OpenAccountShapeTest, ChecksAssetAndType) {
  const auto check = Command<v1::OpenAccountRequest>;
  EXPECT_EQ(check("account_id: 'a' type: 1"), "FIELD_MISSING asset");
  EXPECT_EQ(check("account_id: 'a' asset: 'EUR'"), "FIELD_MISSING type");
  EXPECT_EQ(check("account_id: 'a' asset: 'e' type: 1"), "FIELD_INVALID asset");
  v1::OpenAccountRequest request;
  request.set_account_id("a");
  request.set_asset("EUR");
  request.set_type(static_cast<v1::AccountType>(99));
  EXPECT_EQ(Said(ToCommand(request).refusal()), "FIELD_INVALID type");
}

domain::ChangeAccount Update(const std::string& text) {
  const auto result = ToCommand(Parse<v1::UpdateAccountRequest>("account_id: 'a' " + text));
  EXPECT_TRUE(result.ok()) << text;
  return result.ok() ? std::get<domain::ChangeAccount>(*result) : domain::ChangeAccount{};
}

TEST(UpdateAccountShapeTest, MaskOrFilledInFieldsSayWhatChanges) {
  EXPECT_EQ(Update("").update_mask, 0);
  EXPECT_EQ(Update("limits { }").update_mask, 0);
  EXPECT_EQ(Update("limits { overdraft_limit: '1' }").update_mask, domain::kUpdateOverdraftLimit);
  EXPECT_EQ(Update("limits { unlimited_overdraft: true }").update_mask,
            domain::kUpdateUnlimitedOverdraft);
  EXPECT_EQ(Update("owner_id: 'o' metadata { key: 'k' value: 'v' }").update_mask,
            domain::kUpdateOwner | domain::kUpdateMetadata);
  EXPECT_EQ(Update("update_mask { paths: 'limits' }").update_mask,
            domain::kUpdateOverdraftLimit | domain::kUpdateUnlimitedOverdraft |
                domain::kUpdateMaxBalance);
  EXPECT_EQ(Update("owner_id: 'o' update_mask { paths: 'limits.max_balance' "
                   "paths: 'metadata' }")
                .update_mask,
            domain::kUpdateMaxBalance | domain::kUpdateMetadata);
}

TEST(UpdateAccountShapeTest, ChecksFields) {
  const auto check = Command<v1::UpdateAccountRequest>;
  EXPECT_EQ(check(""), "FIELD_MISSING account_id");
  EXPECT_EQ(check("account_id: 'a' expected_version: -1"), "FIELD_INVALID expected_version");
  EXPECT_EQ(check("account_id: 'a' request_id: 'a/b'"), "FIELD_INVALID request_id");
  EXPECT_EQ(check("account_id: 'a' update_mask { paths: 'asset' }"), "FIELD_INVALID update_mask");
}

TEST(ChangeAccountShapeTest, ChecksFields) {
  EXPECT_EQ(
      Command<v1::SuspendAccountRequest>("account_id: 'a' reason: '" + std::string(513, 'x') + "'"),
      "FIELD_INVALID reason");
  EXPECT_EQ(Command<v1::ReactivateAccountRequest>(""), "FIELD_MISSING account_id");
  EXPECT_EQ(Command<v1::CloseAccountRequest>("account_id: 'a b'"), "FIELD_INVALID account_id");
  v1::SuspendAccountRequest request;
  request.set_account_id("a");
  request.set_scope(static_cast<v1::SuspendScope>(9));
  EXPECT_EQ(Said(ToCommand(request).refusal()), "FIELD_INVALID scope");
  request.clear_scope();
  EXPECT_EQ(std::get<domain::ChangeAccount>(*ToCommand(request)).scope,
            domain::SuspendScope::kBoth);
}

TEST(QueryShapeTest, ChecksFields) {
  EXPECT_EQ(Query<v1::GetAccountRequest>(""), "FIELD_MISSING account_id");
  EXPECT_EQ(Query<v1::GetTransactionRequest>("transaction_id: 'payment/7/x'"), "");
  EXPECT_EQ(Query<v1::GetTransactionRequest>("transaction_id: 'a b'"),
            "FIELD_INVALID transaction_id");
  EXPECT_EQ(Query<v1::ListAssetsRequest>("page_size: -1"), "FIELD_INVALID page_size");
  EXPECT_EQ(Query<v1::ListAccountsRequest>("account_id_prefix: 'a b'"),
            "FIELD_INVALID account_id_prefix");
  EXPECT_EQ(Query<v1::ListTransactionsRequest>("statuses: 0"), "FIELD_INVALID statuses[0]");
  EXPECT_EQ(Query<v1::ListTransactionsRequest>("start_commit_time { nanos: -1 }"),
            "FIELD_INVALID start_commit_time");
  EXPECT_EQ(Query<v1::GetBalanceRequest>("account_id: 'a' version: 0"), "FIELD_INVALID version");
  EXPECT_EQ(Query<v1::GetBalanceRequest>("account_id: 'a' position: -1"), "FIELD_INVALID position");
  EXPECT_EQ(Query<v1::BatchGetBalancesRequest>("account_ids: ''"), "FIELD_MISSING account_ids[0]");
  EXPECT_EQ(Query<v1::GetTrialBalanceRequest>("asset: 'x'"), "FIELD_INVALID asset");
}

TEST(QueryShapeTest, CountsAccountIds) {
  v1::BatchGetBalancesRequest request;
  for (int i = 0; i < 8192; ++i) request.add_account_ids("a");
  EXPECT_TRUE(ToQuery(request).ok());
  request.add_account_ids("a");
  EXPECT_EQ(Said(ToQuery(request).refusal()), "TOO_MANY_ITEMS account_ids");
}

TEST(QueryShapeTest, PageSizes) {
  const auto size = [](int asked) {
    v1::ListAssetsRequest request;
    request.set_page_size(asked);
    return ToQuery(request)->size;
  };
  EXPECT_EQ(size(0), 100);
  EXPECT_EQ(size(1), 1);
  EXPECT_EQ(size(1000), 1000);
  EXPECT_EQ(size(100'000), 1000);
}

}  // namespace
}  // namespace florin::server
