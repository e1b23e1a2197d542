#include <gtest/gtest.h>

#include "apps/cli/text.h"

namespace florin::cli {
namespace {

using std::chrono::milliseconds;

TEST(CliTextTest, Times) {
  EXPECT_EQ(ParseTime("1970-01-02")->seconds(), 86400);
  EXPECT_EQ(ParseTime("2026-01-31T09:00:00Z")->seconds(), 1769850000);
  EXPECT_EQ(ParseTime("2026-01-31T10:00:00+01:00")->seconds(), 1769850000);
  EXPECT_EQ(ParseTime("2026-01-31T09:00:00.5Z")->nanos(), 500'000'000);
  for (const char* text : {"", "yesterday", "2026-02-30", "31.01.2026"}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
  google::protobuf::Timestamp time;
  EXPECT_EQ(FormatTime(false, time), "");
  EXPECT_EQ(FormatTime(true, time), "1970-01-01T00:00:00Z");
  time.set_seconds(1769850000);
  time.set_nanos(123'456'789);
  EXPECT_EQ(FormatTime(time), "2026-01-31T09:00:00.123Z");
}

TEST(CliTextTest, Durations) {
  EXPECT_EQ(ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("30s"), milliseconds(30'000));
  EXPECT_EQ(ParseDuration("15m"), milliseconds(900'000));
  EXPECT_EQ(ParseDuration("2h"), milliseconds(7'200'000));
  EXPECT_EQ(ParseDuration("7d"), milliseconds(604'800'000));
  for (const char* text :
       {"", "30", "s", "-1s", "0s", "1.5h", "1 s", "99999999999999d", "9999999999999999999s"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(CliTextTest, DurationsAreWrittenInTheLargestUnitThatIsExact) {
  google::protobuf::Duration duration;
  EXPECT_EQ(FormatDuration(duration), "0ms");
  duration.set_nanos(250'999'999);
  EXPECT_EQ(FormatDuration(duration), "250ms");
  duration.set_nanos(0);
  for (const char* text : {"1s", "30s", "90s", "15m", "12h", "7d"}) {
    duration.set_seconds(ParseDuration(text)->count() / 1000);
    EXPECT_EQ(FormatDuration(duration), text);
  }
}

TEST(CliTextTest, NamesAndCounts) {
  EXPECT_EQ(FormatOrder(v1::GROUP_ORDER_NONE), "none");
  EXPECT_EQ(FormatKind(v1::GROUP_ACTION_KIND_REPLAYED), "replayed");
  EXPECT_EQ(FormatType(v1::ACCOUNT_TYPE_LIABILITY), "liability");
  EXPECT_EQ(FormatStatus(v1::ACCOUNT_STATUS_SUSPENDED), "suspended");
  EXPECT_EQ(FormatStatus(v1::TRANSACTION_STATUS_UNSPECIFIED), "");
  EXPECT_EQ(ParseScope("Debits"), v1::SUSPEND_SCOPE_DEBITS);
  EXPECT_EQ(ParseScope("unspecified"), std::nullopt);
  EXPECT_EQ(ParseScope(""), std::nullopt);
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatCount(-123456), "-123,456");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(std::int64_t{3} << 40), "3.0 TiB");
  EXPECT_EQ(FormatSeconds(7), "0:07");
  EXPECT_EQ(FormatSeconds(725), "12:05");
  EXPECT_EQ(FormatSeconds(3723), "1:02:03");
}

}  // namespace
}  // namespace florin::cli
