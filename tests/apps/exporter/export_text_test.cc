#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "apps/exporter/csv_writer.h"
#include "apps/exporter/hledger_text.h"
#include "apps/exporter/snapshot.h"

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

TEST(HledgerTextTest, DescriptionsAreOneLineWithoutACommentOrAPayee) {
  EXPECT_EQ(HledgerDescription("two\nlines; x | y"), "two lines, x / y");
  EXPECT_EQ(HledgerDescription("\x1b\u009b\u2028\x80z"), "z");
  EXPECT_EQ(HledgerDescription(" \u00A0 a b\t"), "a b");
  EXPECT_EQ(HledgerDescription(" \u3000"), "");
  EXPECT_EQ(HledgerDescription("Žižkov 50%"), "Žižkov 50%");
}

TEST(HledgerTextTest, ATagsValueEndsNowhereButAtItsEnd) {
  EXPECT_EQ(HledgerTagValue("semi; colon: x, tag2: y"), "semi; colon: x%2C tag2: y");
  EXPECT_EQ(HledgerTagValue("50%\n\x7f\u0085"), "50%25%0A%7F%C2%85");
  EXPECT_EQ(HledgerTagValue(" a b "), "%20a b%20");
  EXPECT_EQ(HledgerTagValue("\u00a0a\u2003"), "%C2%A0a%E2%80%83");
  EXPECT_EQ(HledgerTagValue(" "), "%20");
  EXPECT_EQ(HledgerTagValue("Žižkov"), "Žižkov");
}

TEST(HledgerTextTest, AKeyOfMetadataIsNotTakenForAFieldOfTheTransaction) {
  EXPECT_EQ(HledgerTagName("channel"), "channel");
  EXPECT_EQ(HledgerTagName("reverses"), "%72everses");
  EXPECT_EQ(HledgerTagName("type"), "%74ype");
}

TEST(HledgerTextTest, TheDayIsThatOfUtc) {
  google::protobuf::Timestamp time;
  time.set_seconds(725846399);
  EXPECT_EQ(HledgerDate(time, absl::UTCTimeZone()), "1992-12-31");
  time.set_seconds(725846400);
  EXPECT_EQ(HledgerDate(time, absl::UTCTimeZone()), "1993-01-01");
}

// A row of transactions.csv: one transaction with one posting.
std::string Row(const v1::Transaction& transaction) {
  const Snapshot snapshot;
  std::ostringstream accounts;
  std::ostringstream transactions;
  CsvWriter writer(snapshot, accounts, transactions);
  v1::Event event;
  *event.mutable_transaction_recorded()->mutable_transaction() = transaction;
  event.mutable_transaction_recorded()->mutable_transaction()->add_postings();
  writer.Take(event);
  return transactions.str();
}

TEST(CsvWriterTest, TheFirstMomentOf1970IsATime) {
  v1::Transaction transaction;
  EXPECT_EQ(Row(transaction).find("1970"), std::string::npos);
  transaction.mutable_effective_time();
  EXPECT_NE(Row(transaction).find(",1970-01-01T00:00:00Z,"), std::string::npos);
}

TEST(CsvFieldTest, QuotesOnlyWhatNeedsThem) {
  EXPECT_EQ(CsvField(""), "");
  EXPECT_EQ(CsvField("a b"), "a b");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(CsvField("a\nb"), "\"a\nb\"");
  EXPECT_EQ(CsvField("a\rb"), "\"a\rb\"");
}

TEST(HledgerTextTest, TheDayOfATimeIsThatOfTheZone) {
  google::protobuf::Timestamp time;
  time.set_seconds(1780264800);  // 2026-05-31T22:00:00Z
  absl::TimeZone zone = absl::FixedTimeZone(2 * 3600);
  EXPECT_EQ(HledgerDate(time, zone), "2026-06-01");
  EXPECT_EQ(HledgerDate(time, absl::UTCTimeZone()), "2026-05-31");
}

TEST(HledgerTextTest, ADateWithoutATimeIsThatDayInEveryZone) {
  google::protobuf::Timestamp day;
  day.set_seconds(1780272000);  // 2026-06-01T00:00:00Z
  for (const int hours : {-8, 0, 2, 14}) {
    EXPECT_EQ(HledgerEffectiveDate(day, absl::FixedTimeZone(hours * 3600)), "2026-06-01") << hours;
  }
  EXPECT_EQ(HledgerDate(day, absl::FixedTimeZone(-8 * 3600)), "2026-05-31")
      << "a time of commit is a moment, also at midnight";
}

}  // namespace
}  // namespace florin::exporter
