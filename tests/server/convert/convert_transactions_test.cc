// Shape checks of the transaction commands: each bad value has its reason and
// its field, and of several the first in the contract's order is answered.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "server/convert/transactions.h"

namespace florin::server {
namespace {

using domain::Reason;
using testing::HasSubstr;
using v1::CreateTransactionRequest;
using v1::SettleTransactionRequest;

CreateTransactionRequest GoodCreate() {
  CreateTransactionRequest request;
  request.set_transaction_id("t1");
  v1::Posting* const posting = request.add_postings();
  posting->set_debit_account_id("a");
  posting->set_credit_account_id("b");
  posting->set_amount("1.50");
  return request;
}

template <typename Request>
domain::Refusal RefusalOf(const Request& request) {
  const auto result = ToCommand(request);
  return result.ok() ? domain::Refusal{} : result.refusal();
}

std::string FieldOf(const domain::Refusal& refusal) {
  for (const auto& [key, value] : refusal.metadata) {
    if (key == "field") return value;
  }
  return "";
}

// What stands in the text form goes over a good request.
struct Case {
  std::string change;
  Reason reason;
  std::string field;
};

class CreateShapeTest : public testing::TestWithParam<Case> {};

TEST_P(CreateShapeTest, RefusesWithReasonAndField) {
  CreateTransactionRequest request = GoodCreate();
  CreateTransactionRequest change;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(GetParam().change, &change));
  if (change.postings_size() > 0) request.clear_postings();
  request.MergeFrom(change);
  const domain::Refusal refusal = RefusalOf(request);
  EXPECT_EQ(domain::InfoOf(refusal.reason).name, domain::InfoOf(GetParam().reason).name)
      << GetParam().change;
  EXPECT_EQ(FieldOf(refusal), GetParam().field) << GetParam().change;
}

std::string Posting(const std::string& debit, const std::string& credit,
                    const std::string& amount) {
  return "postings { debit_account_id: '" + debit + "' credit_account_id: '" + credit +
         "' amount: '" + amount + "' } ";
}

const std::string kGood = Posting("a", "b", "1");

INSTANTIATE_TEST_SUITE_P(
    Ids, CreateShapeTest,
    testing::Values(
        Case{"transaction_id: '" + std::string(64, 'x') + "'", Reason::kNone, ""},
        Case{"transaction_id: '" + std::string(65, 'x') + "'", Reason::kFieldInvalid,
             "transaction_id"},
        Case{"transaction_id: 'a b'", Reason::kFieldInvalid, "transaction_id"},
        Case{"transaction_id: 'payment/7'", Reason::kFieldInvalid, "transaction_id"},
        Case{"transaction_id: '\\303\\251'", Reason::kFieldInvalid, "transaction_id"},
        Case{Posting("", "b", "1"), Reason::kFieldMissing, "postings[0].debit_account_id"},
        Case{kGood + Posting("a", "", "1"), Reason::kFieldMissing, "postings[1].credit_account_id"},
        Case{Posting(std::string(128, 'x'), "b", "1"), Reason::kNone, ""},
        Case{Posting(std::string(129, 'x'), "b", "1"), Reason::kFieldInvalid,
             "postings[0].debit_account_id"},
        Case{Posting("a/b", "b", "1"), Reason::kFieldInvalid, "postings[0].debit_account_id"},
        Case{Posting("a", "a", "1"), Reason::kSameAccount, "postings[0].credit_account_id"}));

INSTANTIATE_TEST_SUITE_P(
    Amounts, CreateShapeTest,
    testing::Values(
        Case{Posting("a", "b", ""), Reason::kFieldMissing, "postings[0].amount"},
        Case{Posting("a", "b", "0"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "0.00"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "-1"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "1e5"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "NaN"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "Infinity"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "1."), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", ".5"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "1,5"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", " 1"), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "0x10"), Reason::kAmountInvalid, "postings[0].amount"},
        // 19 decimals, 40 digits, 2^127.
        Case{Posting("a", "b", "1.0000000000000000000"), Reason::kAmountInvalid,
             "postings[0].amount"},
        Case{Posting("a", "b", std::string(40, '1')), Reason::kAmountInvalid, "postings[0].amount"},
        Case{Posting("a", "b", "170141183460469231731687303715884105728"), Reason::kAmountInvalid,
             "postings[0].amount"},
        Case{Posting("a", "b", "170141183460469231731687303715884105727"), Reason::kNone, ""},
        Case{Posting("a", "b", "0.000000000000000001"), Reason::kNone, ""}));

INSTANTIATE_TEST_SUITE_P(
    Texts, CreateShapeTest,
    testing::Values(
        Case{"type: '" + std::string(128, 'x') + "'", Reason::kNone, ""},
        Case{"type: '" + std::string(129, 'x') + "'", Reason::kFieldInvalid, "type"},
        Case{"reference: '" + std::string(129, 'x') + "'", Reason::kFieldInvalid, "reference"},
        Case{"description: '" + std::string(512, 'x') + "'", Reason::kNone, ""},
        Case{"description: '" + std::string(513, 'x') + "'", Reason::kFieldInvalid, "description"},
        Case{"correlation_id: '" + std::string(129, 'x') + "'", Reason::kFieldInvalid,
             "correlation_id"},
        Case{"causation_id: '" + std::string(129, 'x') + "'", Reason::kFieldInvalid,
             "causation_id"},
        Case{"metadata { key: 'ok.key_1-x' value: 'v' }", Reason::kNone, ""},
        Case{"metadata { key: 'Upper' value: 'v' }", Reason::kFieldInvalid, "metadata"},
        Case{"metadata { key: '' value: 'v' }", Reason::kFieldInvalid, "metadata"},
        Case{"metadata { key: '" + std::string(65, 'k') + "' value: 'v' }", Reason::kFieldInvalid,
             "metadata"},
        Case{"metadata { key: 'k' value: '" + std::string(513, 'v') + "' }", Reason::kFieldInvalid,
             "metadata"}));

INSTANTIATE_TEST_SUITE_P(
    Others, CreateShapeTest,
    testing::Values(
        Case{"effective_time { seconds: 1 nanos: 999999999 }", Reason::kNone, ""},
        Case{"effective_time { seconds: 1 nanos: 1000000000 }", Reason::kFieldInvalid,
             "effective_time"},
        Case{"effective_time { seconds: 1 nanos: -1 }", Reason::kFieldInvalid, "effective_time"},
        Case{"effective_time { seconds: 9223372037 }", Reason::kFieldInvalid, "effective_time"},
        Case{"hold { }", Reason::kNone, ""},
        Case{"hold { timeout { nanos: 1 } }", Reason::kNone, ""},
        Case{"hold { timeout { } }", Reason::kFieldInvalid, "hold.timeout"},
        Case{"hold { timeout { seconds: -1 } }", Reason::kFieldInvalid, "hold.timeout"},
        Case{"hold { timeout { seconds: 1 nanos: -1 } }", Reason::kFieldInvalid, "hold.timeout"},
        Case{"hold { timeout { seconds: 9223372036 } }", Reason::kFieldInvalid, "hold.timeout"},
        Case{"version_checks { account_id: 'a' expected_version: 1 }", Reason::kNone, ""},
        Case{"version_checks { account_id: 'a' }", Reason::kFieldInvalid,
             "version_checks[0].expected_version"},
        Case{"version_checks { expected_version: 1 }", Reason::kFieldMissing,
             "version_checks[0].account_id"},
        Case{"version_checks { account_id: 'a' expected_version: 1 } "
             "version_checks { account_id: 'a' expected_version: 1 }",
             Reason::kFieldInvalid, "version_checks[1].account_id"},
        Case{"balance_checks { account_id: 'a' min_available: '0' }", Reason::kNone, ""},
        Case{"balance_checks { account_id: 'a' min_available: '-1.50' }", Reason::kNone, ""},
        Case{"balance_checks { account_id: 'a' min_available: '--1' }", Reason::kAmountInvalid,
             "balance_checks[0].min_available"},
        Case{"balance_checks { account_id: 'a' min_available: '-' }", Reason::kAmountInvalid,
             "balance_checks[0].min_available"},
        Case{"balance_checks { account_id: 'a' max_posted: '-1' }", Reason::kAmountInvalid,
             "balance_checks[0].max_posted"},
        Case{"balance_checks { max_posted: '1' }", Reason::kFieldMissing,
             "balance_checks[0].account_id"}));

INSTANTIATE_TEST_SUITE_P(Order, CreateShapeTest,
                         testing::Values(
                             // Missing goes before invalid, invalid before an amount, that before
                             // the same account, wherever they stand.
                             Case{"transaction_id: 'a b' " + Posting("a", "b", ""),
                                  Reason::kFieldMissing, "postings[0].amount"},
                             Case{Posting("a", "b", "NaN") + Posting("a b", "c", "1"),
                                  Reason::kFieldInvalid, "postings[1].debit_account_id"},
                             Case{Posting("a", "a", "1") + Posting("a", "b", "NaN"),
                                  Reason::kAmountInvalid, "postings[1].amount"},
                             Case{Posting("a", "b", "x") + Posting("a", "b", "y"),
                                  Reason::kAmountInvalid, "postings[0].amount"}));

TEST(CreateTransactionShapeTest, RefusesEmptyPostings) {
  CreateTransactionRequest request = GoodCreate();
  request.clear_postings();
  const domain::Refusal refusal = RefusalOf(request);
  EXPECT_EQ(refusal.reason, Reason::kFieldMissing);
  EXPECT_EQ(FieldOf(refusal), "postings");
}

TEST(CreateTransactionShapeTest, CountsPostings) {
  CreateTransactionRequest request = GoodCreate();
  while (request.postings_size() < 1000) {
    *request.add_postings() = request.postings(0);
  }
  EXPECT_EQ(RefusalOf(request).reason, Reason::kNone);
  *request.add_postings() = request.postings(0);
  EXPECT_EQ(RefusalOf(request).reason, Reason::kTooManyPostings);
  request.mutable_postings(1000)->set_amount("0");
  EXPECT_EQ(RefusalOf(request).reason, Reason::kAmountInvalid);
}

TEST(CreateTransactionShapeTest, CountsMetadata) {
  CreateTransactionRequest request = GoodCreate();
  for (int i = 0; i < 32; ++i) {
    (*request.mutable_metadata())["k" + std::to_string(i)] = "v";
  }
  EXPECT_EQ(RefusalOf(request).reason, Reason::kNone);
  (*request.mutable_metadata())["one_more"] = "v";
  EXPECT_EQ(RefusalOf(request).reason, Reason::kFieldInvalid);
  request.clear_metadata();
  for (int i = 0; i < 9; ++i) {
    (*request.mutable_metadata())[std::to_string(i)] = std::string(511, 'v');
  }
  EXPECT_EQ(RefusalOf(request).reason, Reason::kFieldInvalid);
}

TEST(CreateTransactionShapeTest, MessageQuotesAtMost64Characters) {
  CreateTransactionRequest request = GoodCreate();
  request.set_transaction_id(std::string(3000, 'x'));
  const domain::Refusal refusal = RefusalOf(request);
  EXPECT_THAT(refusal.message, HasSubstr("\"" + std::string(64, 'x') + "...\""));
  EXPECT_THAT(refusal.message, HasSubstr("3000 bytes"));
}

TEST(CreateTransactionShapeTest, KeepsWhatTheClientSaid) {
  CreateTransactionRequest request = GoodCreate();
  request.set_type("deposit");
  request.mutable_hold()->mutable_timeout()->set_seconds(2);
  request.mutable_effective_time()->set_seconds(-1);
  (*request.mutable_metadata())["b"] = "2";
  (*request.mutable_metadata())["a"] = "1";
  const auto result = ToCommand(request);
  ASSERT_TRUE(result.ok());
  const auto& command = std::get<domain::CreateTransaction>(*result);
  EXPECT_EQ(command.transaction.transaction_id, "t1");
  ASSERT_EQ(command.transaction.postings.size(), 1u);
  EXPECT_EQ(command.transaction.postings[0].debit_account_id, "a");
  EXPECT_TRUE(command.transaction.postings[0].amount.digits == 150);
  EXPECT_EQ(command.transaction.postings[0].amount.decimals, 2);
  EXPECT_TRUE(command.transaction.is_hold);
  EXPECT_EQ(command.transaction.hold_timeout_ns, 2'000'000'000);
  EXPECT_EQ(command.transaction.effective_time, -1'000'000'000);
  const domain::StringMap sorted = {{"a", "1"}, {"b", "2"}};
  EXPECT_EQ(command.transaction.metadata, sorted);
}

SettleTransactionRequest Settle(const std::string& amount,
                                const std::vector<std::string>& amounts) {
  SettleTransactionRequest request;
  request.set_transaction_id("t1");
  request.set_amount(amount);
  for (const auto& each : amounts) request.add_amounts(each);
  return request;
}

TEST(SettleTransactionShapeTest, ChecksAmounts) {
  EXPECT_EQ(RefusalOf(Settle("", {})).reason, Reason::kNone);
  EXPECT_EQ(RefusalOf(Settle("1", {})).reason, Reason::kNone);
  EXPECT_EQ(RefusalOf(Settle("", {"0", "1"})).reason, Reason::kNone);
  EXPECT_EQ(RefusalOf(Settle("0", {})).reason, Reason::kAmountInvalid);
  EXPECT_EQ(RefusalOf(Settle("-1", {})).reason, Reason::kAmountInvalid);
  EXPECT_EQ(RefusalOf(Settle("1", {"1"})).reason, Reason::kFieldInvalid);
  EXPECT_EQ(RefusalOf(Settle("", {"0", "0"})).reason, Reason::kFieldInvalid);
  const domain::Refusal refusal = RefusalOf(Settle("", {"1", "1e5"}));
  EXPECT_EQ(refusal.reason, Reason::kAmountInvalid);
  EXPECT_EQ(FieldOf(refusal), "amounts[1]");
}

TEST(SettleTransactionShapeTest, ChecksIds) {
  SettleTransactionRequest request = Settle("", {});
  request.set_request_id(std::string(65, 'x'));
  EXPECT_EQ(FieldOf(RefusalOf(request)), "request_id");
  request.clear_transaction_id();
  EXPECT_EQ(RefusalOf(request).reason, Reason::kFieldMissing);
}

TEST(VoidTransactionShapeTest, ChecksFields) {
  v1::VoidTransactionRequest request;
  EXPECT_EQ(RefusalOf(request).reason, Reason::kFieldMissing);
  request.set_transaction_id("t1");
  EXPECT_EQ(RefusalOf(request).reason, Reason::kNone);
  request.set_reason(std::string(513, 'x'));
  EXPECT_EQ(FieldOf(RefusalOf(request)), "reason");
}

TEST(ReverseTransactionShapeTest, MayReverseWhatTheServerPosted) {
  v1::ReverseTransactionRequest request;
  request.set_transaction_id("r1");
  EXPECT_EQ(FieldOf(RefusalOf(request)), "reverses_transaction_id");
  request.set_reverses_transaction_id("payment/7/settle");
  EXPECT_EQ(RefusalOf(request).reason, Reason::kNone);
  request.set_transaction_id("payment/8");
  EXPECT_EQ(FieldOf(RefusalOf(request)), "transaction_id");
}

TEST(BatchShapeTest, RefusesItemsOneByOne) {
  v1::ExecuteBatchRequest request;
  *request.add_commands()->mutable_create_transaction() = GoodCreate();
  request.add_commands();
  auto* const create = request.add_commands()->mutable_create_transaction();
  *create = GoodCreate();
  create->set_validate_only(true);
  *request.add_commands()->mutable_create_transaction() = GoodCreate();
  request.mutable_commands(3)->mutable_create_transaction()->clear_postings();
  const auto items = ToBatchItems(request.commands());
  ASSERT_TRUE(items.ok());
  ASSERT_EQ(items->size(), 4u);
  const auto refusal = [&items](std::size_t i) {
    return std::get<domain::Refusal>((*items)[i].command);
  };
  EXPECT_TRUE(std::holds_alternative<domain::CommandPtr>(items->front().command));
  EXPECT_EQ(refusal(1).reason, Reason::kFieldMissing);
  EXPECT_EQ(FieldOf(refusal(1)), "command");
  EXPECT_EQ(refusal(2).reason, Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(refusal(2)), "validate_only");
  EXPECT_EQ(refusal(3).reason, Reason::kFieldMissing);
  EXPECT_EQ((*items)[3].transaction_id, "t1");
}

TEST(BatchShapeTest, CountsItemsAndPostings) {
  v1::ExecuteBatchRequest request;
  for (int i = 0; i < kItemsMax; ++i) request.add_commands();
  EXPECT_TRUE(ToBatchItems(request.commands()).ok());
  request.add_commands();
  const auto items = ToBatchItems(request.commands());
  ASSERT_FALSE(items.ok());
  EXPECT_EQ(items.refusal().reason, Reason::kTooManyItems);
  const domain::StringMap limit = {{"field", "commands"}, {"limit", "8192"}};
  EXPECT_EQ(items.refusal().metadata, limit);

  request.clear_commands();
  for (int i = 0; i < 17; ++i) {
    auto* const create = request.add_commands()->mutable_create_transaction();
    const int postings = i < 16 ? 1000 : 384;
    for (int j = 0; j < postings; ++j) create->add_postings();
  }
  EXPECT_TRUE(ToBatchItems(request.commands()).ok());
  request.mutable_commands(16)->mutable_create_transaction()->add_postings();
  const auto postings = ToBatchItems(request.commands());
  ASSERT_FALSE(postings.ok());
  EXPECT_EQ(postings.refusal().reason, Reason::kTooManyItems);
  EXPECT_EQ(postings.refusal().metadata.back().second, "16384");
}

}  // namespace
}  // namespace florin::server
