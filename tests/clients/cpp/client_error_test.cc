#include "clients/cpp/client_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/clients/fake_server.h"

namespace florin::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(ClientErrorTest, TakesReasonMetadataAndDelayOutOfTheDetails) {
  const ClientError error = DecodeError(
      LedgerStatus(grpc::StatusCode::RESOURCE_EXHAUSTED, "OVERLOADED", "too much in flight",
                   {{"limit", "1000"}}, std::chrono::milliseconds(1250)));
  EXPECT_EQ(error.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(error.reason, "OVERLOADED");
  EXPECT_EQ(error.message, "too much in flight");
  EXPECT_THAT(error.metadata, ElementsAre(Pair("limit", "1000")));
  EXPECT_EQ(error.retry_delay, std::chrono::milliseconds(1250));
  EXPECT_EQ(error.ToString(), "OVERLOADED: too much in flight");
}

TEST(ClientErrorTest, KeepsCodeAndMessageWithoutDetails) {
  const ClientError error =
      DecodeError(grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection refused"));
  EXPECT_EQ(error.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(error.reason, "");
  EXPECT_THAT(error.metadata, IsEmpty());
  EXPECT_EQ(error.retry_delay, std::nullopt);
  EXPECT_EQ(error.ToString(), "UNAVAILABLE: connection refused");
}

TEST(ClientErrorTest, IgnoresDetailsThatDoNotParse) {
  const ClientError error =
      DecodeError(grpc::Status(grpc::StatusCode::INTERNAL, "broken", "\xff\xff garbage"));
  EXPECT_EQ(error.code, grpc::StatusCode::INTERNAL);
  EXPECT_EQ(error.reason, "");
}

TEST(ClientErrorTest, IgnoresTheReasonOfAnotherDomain) {
  const ClientError error =
      DecodeError(LedgerStatus(grpc::StatusCode::PERMISSION_DENIED, "RBAC_DENIED", "no",
                               {{"who", "proxy"}}, std::nullopt, "proxy.example"));
  EXPECT_EQ(error.reason, "");
  EXPECT_THAT(error.metadata, IsEmpty());
}

TEST(ClientErrorTest, ReadsTheRefusalOfABatchItemAlike) {
  v1::Refusal refusal;
  refusal.set_code(9);
  refusal.set_reason("INSUFFICIENT_FUNDS");
  refusal.set_message("account a has 1.00 available");
  (*refusal.mutable_metadata())["account_id"] = "a";
  const ClientError error = FromRefusal(refusal);
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "INSUFFICIENT_FUNDS");
  EXPECT_EQ(error.message, "account a has 1.00 available");
  EXPECT_THAT(error.metadata, ElementsAre(Pair("account_id", "a")));
}

TEST(ClientErrorTest, TakesACodeThatDoesNotExistForUnknown) {
  v1::Refusal refusal;
  refusal.set_code(4711);
  EXPECT_EQ(FromRefusal(refusal).code, grpc::StatusCode::UNKNOWN);
}

TEST(ClientErrorTest, ToStringIsOneLineWithoutControlCharacters) {
  ClientError error;
  error.code = grpc::StatusCode::NOT_FOUND;
  error.message = "no account \"a\\x1b\"\nOK: paid\u009b8m";
  EXPECT_EQ(error.ToString(), "NOT_FOUND: no account \"a\\x1b\"\\nOK: paid\\u009b8m");
}

TEST(ClientErrorTest, NamesEveryCode) {
  EXPECT_EQ(CodeName(grpc::StatusCode::OK), "OK");
  EXPECT_EQ(CodeName(grpc::StatusCode::FAILED_PRECONDITION), "FAILED_PRECONDITION");
  EXPECT_EQ(CodeName(grpc::StatusCode::UNAUTHENTICATED), "UNAUTHENTICATED");
  EXPECT_EQ(CodeName(static_cast<grpc::StatusCode>(20)), "CODE_20");
}

}  // namespace
}  // namespace florin::client
