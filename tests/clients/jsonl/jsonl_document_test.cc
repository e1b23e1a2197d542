#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/jsonl/document.h"

namespace florin::jsonl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

CommandDocument Refused() {
  CommandDocument document;
  v1::CreateTransactionRequest request;
  request.set_transaction_id("t");
  (*request.mutable_metadata())["b"] = "2";
  (*request.mutable_metadata())["a"] = "\"Ž\"";
  document.command = request;
  document.refused = "INSUFFICIENT_FUNDS";
  document.origin.position = 7;
  document.origin.commit_time.emplace().set_seconds(1);
  return document;
}

TEST(JsonlDocumentTest, NamesAreSortedAndEmptyFieldsLeftOut) {
  EXPECT_EQ(ToLine(Refused()),
            R"({"create_transaction":{"metadata":{"a":"\"Ž\"","b":"2"},"transaction_id":"t"},)"
            R"("origin":{"commit_time":"1970-01-01T00:00:01Z","position":7},)"
            R"("refused":"INSUFFICIENT_FUNDS"})");
}

TEST(JsonlDocumentTest, TheFirstMomentOf1970IsATime) {
  CommandDocument document = Refused();
  document.origin.expire_time.emplace();
  const std::string line = ToLine(document);
  EXPECT_NE(line.find(R"("expire_time":"1970-01-01T00:00:00Z")"), std::string::npos) << line;
  const auto parsed = ParseLine(line);
  ASSERT_TRUE(std::holds_alternative<Document>(parsed));
  EXPECT_EQ(ToLine(std::get<Document>(parsed)), line);
}

TEST(JsonlDocumentTest, NoControlCharacterStandsInALineAsItIs) {
  CommandDocument document = Refused();
  std::get<v1::CreateTransactionRequest>(document.command).set_type("\x7f\u009b\u202e\u2069\n");
  const std::string line = ToLine(document);
  EXPECT_NE(line.find(R"("type":"\u007f\u009b\u202e\u2069\n")"), std::string::npos) << line;
  const auto parsed = ParseLine(line);
  ASSERT_TRUE(std::holds_alternative<Document>(parsed));
  EXPECT_EQ(ToLine(std::get<Document>(parsed)), line);
}

TEST(JsonlDocumentTest, EveryDocumentComesBackAsItWas) {
  AccountDocument account;
  account.opened.set_account_id("a");
  account.account.set_account_id("a");
  account.account.mutable_balances()->set_posted("1.00");
  account.open_in_place = true;
  CommandDocument hold;
  hold.command = v1::CreateTransactionRequest();
  std::get<0>(hold.command).mutable_hold();
  hold.open_hold = true;
  hold.origin.expire_time.emplace().set_seconds(5);
  CommandDocument expired;
  expired.command = v1::VoidTransactionRequest();
  expired.origin.expired = true;
  CommandDocument close;
  close.command = v1::CloseAccountRequest();
  EndDocument end;
  end.documents = 3;
  end.ledger_id = "x";
  AssetDocument asset;
  asset.asset.set_code("EUR");
  for (const Document& document :
       {Document(asset), Document(account), Document(Refused()), Document(hold), Document(expired),
        Document(close), Document(end)}) {
    const std::string line = ToLine(document);
    const auto parsed = ParseLine(line);
    ASSERT_TRUE(std::holds_alternative<Document>(parsed)) << line;
    EXPECT_EQ(ToLine(std::get<Document>(parsed)), line);
  }
}

TEST(JsonlDocumentTest, WhatIsNoDocumentIsSaid) {
  for (const auto& [line, problem] : std::vector<std::pair<std::string, std::string>>{
           {"", "not JSON, from byte 1 on"},
           {"id,amount", "not JSON, from byte 1 on"},
           {R"({"end":{"format":"x","documents":1}})", "must be number"},
           {"[1]", "not a JSON object"},
           {"{}", "not one of the documents"},
           {R"({"new_kind":{}})", "not one of the documents"},
           {R"({"asset":{"cod":"X"}})", "cod"},
           {R"({"close_account":{}})", "origin"},
           {R"({"end":{"format":1}})", "documents"}}) {
    const auto parsed = ParseLine(line);
    ASSERT_TRUE(std::holds_alternative<std::string>(parsed)) << line;
    EXPECT_THAT(std::get<std::string>(parsed),
                AllOf(HasSubstr(problem), Not(HasSubstr("exception"))));
  }
}

}  // namespace
}  // namespace florin::jsonl
