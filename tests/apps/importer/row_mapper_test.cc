#include "apps/importer/row_mapper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace florin::importer {
namespace {

using testing::HasSubstr;

constexpr char kProfile[] = R"(
[file]
decimal_separator = ","
[[asset]]
code = "EUR"
scale = 2
[accounts.cash]
id = "cash"
type = "ASSET"
unlimited_overdraft = true
[accounts.client]
id = "client:${account}"
owner = "owner-${account}"
type = "LIABILITY"
metadata = { branch = "${branch}" }
[accounts.fees]
id = "fees"
type = "REVENUE"
open = false
[transaction]
id = "t${id}"
amount = "${amount}"
effective_time = "${date}"
date_format = "%d.%m.%Y"
type = "common"
negative_amounts = "swap"
empty_date = "none"
metadata = { line = "${@line}", branch = "${branch}" }
[[rule]]
when = { kind = "drop" }
skip = true
[[rule]]
when = { kind = "in", branch = { not = ["9", "8"] } }
debit = "cash"
credit = "client"
type = "deposit"
[[rule]]
when = { kind = { prefix = ["fee", "charge"] } }
debit = "client"
credit = "fees"
id = "fee-${id}"
reference = "${kind}"
[[rule]]
when = { kind = { not_prefix = "?" }, branch = "7" }
debit = "client"
credit = "cash"
)";

class RowMapperTest : public testing::Test {
 protected:
  void SetUp() override {
    auto profile = ParseProfile(kProfile);
    ASSERT_TRUE(profile.ok()) << profile.error().message;
    profile_ = std::move(profile).value();
    ASSERT_FALSE(profile_.Bind(columns_));
    mapper_.emplace(profile_, columns_.size());
  }

  // id, account, amount, date, kind, branch
  MapResult Map(std::vector<std::string> fields) {
    return mapper_->Map(Row{.line = 5, .fields = std::move(fields), .problem = ""});
  }
  MappedRow Good(std::vector<std::string> fields) {
    auto result = Map(std::move(fields));
    EXPECT_TRUE(std::holds_alternative<MappedRow>(result));
    return std::holds_alternative<MappedRow>(result) ? std::get<MappedRow>(result) : MappedRow{};
  }
  RejectedRow Bad(std::vector<std::string> fields) {
    auto result = Map(std::move(fields));
    EXPECT_TRUE(std::holds_alternative<RejectedRow>(result));
    return std::holds_alternative<RejectedRow>(result) ? std::get<RejectedRow>(result)
                                                       : RejectedRow{};
  }

  const std::vector<std::string> columns_ = {"id", "account", "amount", "date", "kind", "branch"};
  Profile profile_;
  std::optional<RowMapper> mapper_;
};

TEST_F(RowMapperTest, FillsInATransaction) {
  const auto row = Good({"1", "77", "12,50", "02.01.1970", "in", "3"});
  const auto& transaction = row.transaction;
  EXPECT_EQ(transaction.transaction_id(), "t1");
  ASSERT_EQ(transaction.postings_size(), 1);
  EXPECT_EQ(transaction.postings(0).debit_account_id(), "cash");
  EXPECT_EQ(transaction.postings(0).credit_account_id(), "client:77");
  EXPECT_EQ(transaction.postings(0).amount(), "12.5");
  EXPECT_EQ(transaction.effective_time().seconds(), 86400);
  EXPECT_EQ(transaction.type(), "deposit");
  EXPECT_EQ(transaction.metadata().at("line"), "5");
  EXPECT_EQ(transaction.metadata().at("branch"), "3");
}

TEST_F(RowMapperTest, OpensEachAccountOnceWithItsSettings) {
  const auto first = Good({"1", "77", "1", "", "in", ""});
  ASSERT_EQ(first.new_accounts.size(), 2U);
  EXPECT_EQ(first.new_accounts[0].account_id(), "cash");
  EXPECT_TRUE(first.new_accounts[0].limits().unlimited_overdraft());
  const auto& client = first.new_accounts[1];
  EXPECT_EQ(client.account_id(), "client:77");
  EXPECT_EQ(client.owner_id(), "owner-77");
  EXPECT_EQ(client.asset(), "EUR");
  EXPECT_EQ(client.type(), v1::ACCOUNT_TYPE_LIABILITY);
  EXPECT_EQ(client.metadata().count("branch"), 0U) << "empty values stay out";
  EXPECT_TRUE(Good({"2", "77", "1", "", "in", ""}).new_accounts.empty());
  EXPECT_EQ(Good({"3", "78", "1", "", "in", ""}).new_accounts.size(), 1U);
  EXPECT_TRUE(Good({"4", "78", "1", "", "fee", ""}).new_accounts.empty())
      << "'open = false' leaves an account to others";
}

TEST_F(RowMapperTest, TheFirstRuleThatMatchesWins) {
  EXPECT_EQ(Good({"1", "7", "1", "", "in", "7"}).transaction.type(), "deposit");
  const auto fee = Good({"1", "7", "1", "", "charge-x", "7"}).transaction;
  EXPECT_EQ(fee.transaction_id(), "fee-1");
  EXPECT_EQ(fee.type(), "common");
  EXPECT_EQ(fee.reference(), "charge-x");
  EXPECT_EQ(fee.postings(0).credit_account_id(), "fees");
  const auto last = Good({"2", "7", "1", "", "else", "7"}).transaction;
  EXPECT_EQ(last.postings(0).credit_account_id(), "cash");
  EXPECT_TRUE(std::holds_alternative<SkippedRow>(Map({"1", "7", "nonsense", "", "drop", "7"})));
}

TEST_F(RowMapperTest, SwapsSidesBelowZero) {
  const auto row = Good({"1", "7", "-3", "", "in", ""}).transaction;
  EXPECT_EQ(row.postings(0).debit_account_id(), "client:7");
  EXPECT_EQ(row.postings(0).credit_account_id(), "cash");
  EXPECT_EQ(row.postings(0).amount(), "3");
}

TEST_F(RowMapperTest, SaysWhyARowCannotBe) {
  EXPECT_EQ(Bad({"1", "7"}).reason, "COLUMN_COUNT");
  EXPECT_THAT(Bad({"1", "7"}).message, HasSubstr("has 2 columns, not 6"));
  const auto no_rule = Bad({"1", "7", "1", "", "in", "9"});
  EXPECT_EQ(no_rule.reason, "NO_RULE");
  EXPECT_THAT(no_rule.message, HasSubstr("kind = 'in', branch = '9'"));
  EXPECT_EQ(Bad({"1", "7", "1.000", "", "in", ""}).reason, "BAD_AMOUNT");
  EXPECT_EQ(Bad({"1", "7", "1", "31.02.2026", "in", ""}).reason, "BAD_DATE");
  const auto broken = mapper_->Map(Row{.line = 1, .fields = {"x"}, .problem = "torn"});
  EXPECT_EQ(std::get<RejectedRow>(broken).reason, "BROKEN_ROW");
  EXPECT_EQ(std::get<RejectedRow>(broken).message, "torn");
}

TEST_F(RowMapperTest, RejectsAmountsBelowZeroUnlessToldOtherwise) {
  profile_.negative_amounts = NegativeAmounts::kReject;
  EXPECT_EQ(Bad({"1", "7", "-3", "", "in", ""}).reason, "BAD_AMOUNT");
}

TEST_F(RowMapperTest, RejectsARowWithoutAnId) {
  profile_.transaction.id = Template::Parse("${id}", 1).value();
  ASSERT_FALSE(profile_.Bind(columns_));
  EXPECT_EQ(Bad({"", "7", "3", "", "in", ""}).reason, "EMPTY_ID");
}

}  // namespace
}  // namespace florin::importer
