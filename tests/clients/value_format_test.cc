#include "clients/importer/value_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace florin::importer {
namespace {

using testing::HasSubstr;

struct AmountCase {
  const char* text;
  AmountFormat format;
  const char* digits;  // null: no amount
  bool negative = false;
};

TEST(ValueFormatTest, Amounts) {
  const AmountFormat point{};
  const AmountFormat thousands{'.', ','};
  const AmountFormat german{',', '.'};
  const AmountFormat spaced{',', ' '};
  const AmountCase cases[] = {
      {"700.00", point, "700"},
      {"0.10", point, "0.1"},
      {"12", point, "12"},
      {".5", point, "0.5"},
      {"5.", point, "5"},
      {"007.50", point, "7.5"},
      {"0.00", point, "0"},
      {"+3", point, "3"},
      {"-3.20", point, "3.2", true},
      {"3.20-", point, "3.2", true},
      {"1,234,567.89", thousands, "1234567.89"},
      {"1.234,50", german, "1234.5"},
      {"-1 234,50", spaced, "1234.5", true},
      {"170141183460469231731687303715884105727", point, "170141183460469231731687303715884105727"},
      {"", point, nullptr},
      {"-", point, nullptr},
      {".", point, nullptr},
      {"-3-", point, nullptr},
      {"1.2.3", point, nullptr},
      {"1,234.00", point, nullptr},
      {"1.234,5.6", german, nullptr},
      {",5", thousands, nullptr},
      {"1e5", point, nullptr},
      {"NaN", point, nullptr},
      {"12 CZK", point, nullptr},
  };
  for (const auto& c : cases) {
    const auto amount = ParseAmount(c.text, c.format);
    if (c.digits == nullptr) {
      ASSERT_FALSE(amount.ok()) << c.text;
      EXPECT_THAT(amount.error().message, HasSubstr("'" + std::string(c.text) + "'"));
      continue;
    }
    ASSERT_TRUE(amount.ok()) << c.text;
    EXPECT_EQ(amount.value().digits, c.digits) << c.text;
    EXPECT_EQ(amount.value().negative, c.negative) << c.text;
  }
}

std::int64_t Seconds(std::string_view format, std::string_view text, std::int64_t offset = 0) {
  const auto parsed = DateFormat::Parse(format, offset);
  EXPECT_TRUE(parsed.ok()) << format;
  const auto seconds = parsed.value().Read(text);
  EXPECT_TRUE(seconds.ok()) << text;
  return seconds.ok() ? seconds.value() : -1;
}

TEST(ValueFormatTest, Dates) {
  EXPECT_EQ(Seconds("%y%m%d", "930101"), 725846400);
  EXPECT_EQ(Seconds("%y%m%d", "690101"), -31536000);
  EXPECT_EQ(Seconds("%y%m%d", "680101"), 3092601600);
  EXPECT_EQ(Seconds("%Y-%m-%d", "1970-01-01"), 0);
  EXPECT_EQ(Seconds("%d.%m.%Y", "29.02.2000"), 951782400);
  EXPECT_EQ(Seconds("%Y-%m-%dT%H:%M:%S", "2026-01-31T09:05:07"), 1769850307);
  EXPECT_EQ(Seconds("%Y-%m-%d", "1970-01-01", 3600), -3600);
  EXPECT_EQ(Seconds("%%%Y%m%d", "%19700102"), 86400);
}

TEST(ValueFormatTest, DatesThatDoNotExistOrDoNotFit) {
  const auto format = DateFormat::Parse("%Y-%m-%d", 0).value();
  for (const char* text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31"}) {
    ASSERT_FALSE(format.Read(text).ok()) << text;
    EXPECT_THAT(format.Read(text).error().message, HasSubstr("exists"));
  }
  for (const char* text :
       {"", "2026-02", "2026-02-281", "26-02-28", "2026/02/28", "2026-2-28", "abcd-02-28"}) {
    ASSERT_FALSE(format.Read(text).ok()) << text;
    EXPECT_THAT(format.Read(text).error().message,
                HasSubstr("does not fit the date format '%Y-%m-%d'"));
  }
}

TEST(ValueFormatTest, DateFormatsThatMeanNothing) {
  for (const char* text : {"%Y-%m-%q", "%Y-%m-%", "%m-%d", "%Y-%d", "%Y%m", ""}) {
    EXPECT_FALSE(DateFormat::Parse(text, 0).ok()) << text;
  }
}

TEST(ValueFormatTest, UtcOffsets) {
  EXPECT_EQ(ParseUtcOffset("Z"), 0);
  EXPECT_EQ(ParseUtcOffset("+01:00"), 3600);
  EXPECT_EQ(ParseUtcOffset("+05:30"), 19800);
  EXPECT_EQ(ParseUtcOffset("-08:00"), -28800);
  for (const char* text : {"", "1", "+1:00", "+01.00", "+15:00", "+01:60"}) {
    EXPECT_EQ(ParseUtcOffset(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace florin::importer
