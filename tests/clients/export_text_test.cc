#include <gtest/gtest.h>

#include "clients/exporter/csv_writer.h"
#include "clients/exporter/hledger_text.h"

namespace florin::exporter {
namespace {

TEST(HledgerTextTest, AnIdOfTheContractIsAnAccountNameAsItIs) {
  for (const char* id : {"cash", "bank:a:sub", "-odd@x_y.:", ":x", "a::b", "1"}) {
    EXPECT_EQ(HledgerAccount(id), id);
  }
}

TEST(HledgerTextTest, OtherCharactersSurviveAndNoTwoIdsBecomeOne) {
  EXPECT_EQ(HledgerAccount("a b"), "a%20b");
  EXPECT_EQ(HledgerAccount("a%20b"), "a%2520b");
  EXPECT_EQ(HledgerAccount("a;b\t\"c\"(d)"), "a%3Bb%09%22c%22%28d%29");
  EXPECT_EQ(HledgerAccount("ž"), "%C5%BE");
}

TEST(HledgerTextTest, SignsTurn) {
  EXPECT_EQ(Negated("1.00"), "-1.00");
  EXPECT_EQ(Negated("-1.00"), "1.00");
  EXPECT_EQ(Negated("0.00"), "0.00");
  EXPECT_EQ(Negated("0"), "0");
}

TEST(HledgerTextTest, ABalanceCountsDebitsAboveZero) {
  v1::Account account;
  account.mutable_balances()->set_posted("5.00");
  for (const auto type : {v1::ACCOUNT_TYPE_ASSET, v1::ACCOUNT_TYPE_EXPENSE}) {
    account.set_type(type);
    EXPECT_EQ(HledgerBalance(account), "5.00");
  }
  for (const auto type :
       {v1::ACCOUNT_TYPE_LIABILITY, v1::ACCOUNT_TYPE_EQUITY, v1::ACCOUNT_TYPE_REVENUE}) {
    account.set_type(type);
    EXPECT_EQ(HledgerBalance(account), "-5.00");
  }
}

TEST(HledgerTextTest, DescriptionsAreOneLineWithoutAComment) {
  EXPECT_EQ(HledgerDescription("two\nlines; x"), "two lines, x");
  EXPECT_EQ(HledgerLine("a\r\nb;\x7f"), "a  b; ");
  EXPECT_EQ(HledgerLine("Žižkov"), "Žižkov");
}

TEST(HledgerTextTest, TheDayIsThatOfUtc) {
  google::protobuf::Timestamp time;
  time.set_seconds(725846399);
  EXPECT_EQ(HledgerDate(time), "1992-12-31");
  time.set_seconds(725846400);
  EXPECT_EQ(HledgerDate(time), "1993-01-01");
}

TEST(CsvFieldTest, QuotesOnlyWhatNeedsThem) {
  EXPECT_EQ(CsvField(""), "");
  EXPECT_EQ(CsvField("a b"), "a b");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(CsvField("a\nb"), "\"a\nb\"");
  EXPECT_EQ(CsvField("a\rb"), "\"a\rb\"");
}

}  // namespace
}  // namespace florin::exporter
