#include "apps/importer/amount_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace florin::importer {
namespace {

using testing::HasSubstr;

const AmountFormat kPoint{};
const AmountFormat kThousands{'.', ','};
const AmountFormat kGerman{',', '.'};
const AmountFormat kSpaced{',', ' '};
const AmountFormat kSwiss{'.', '\''};

struct AmountCase {
  const char* text;
  AmountFormat format;
  const char* digits;  // null: no amount
  bool negative = false;
};

TEST(AmountFormatTest, Amounts) {
  const AmountCase cases[] = {
      {"700.00", kPoint, "700"},
      {"0.10", kPoint, "0.1"},
      {"12", kPoint, "12"},
      {".5", kPoint, "0.5"},
      {"5.", kPoint, "5"},
      {"007.50", kPoint, "7.5"},
      {"0.00", kPoint, "0"},
      {"+3", kPoint, "3"},
      {"-3.20", kPoint, "3.2", true},
      {"3.20-", kPoint, "3.2", true},
      {"170141183460469231731687303715884105727", kPoint,
       "170141183460469231731687303715884105727"},
      {"", kPoint, nullptr},
      {"-", kPoint, nullptr},
      {".", kPoint, nullptr},
      {"-3-", kPoint, nullptr},
      {"1.2.3", kPoint, nullptr},
      {"1,234.00", kPoint, nullptr},
      {"1.234,5.6", kGerman, nullptr},
      {",5", kThousands, nullptr},
      {"1e5", kPoint, nullptr},
      {"NaN", kPoint, nullptr},
      {"12 CZK", kPoint, nullptr},
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

TEST(AmountFormatTest, TakesTheGroupsOfAllRealNotations) {
  const AmountCase cases[] = {
      {"1,234,567.89", kThousands, "1234567.89"},
      {"12,34,567.89", kThousands, "1234567.89"},
      {"1,00,000", kThousands, "100000"},
      {"1,234", kThousands, "1234"},
      {"123,456.", kThousands, "123456"},
      {"1.250,00", kGerman, "1250"},
      {"1.234,50", kGerman, "1234.5"},
      {"1.234.567,8-", kGerman, "1234567.8", true},
      {"1250,00", kGerman, "1250"},
      {"-1 234,50", kSpaced, "1234.5", true},
      {"1'234'567.05", kSwiss, "1234567.05"},
  };
  for (const auto& c : cases) {
    const auto amount = ParseAmount(c.text, c.format);
    ASSERT_TRUE(amount.ok()) << c.text << ": " << amount.error().message;
    EXPECT_EQ(amount.value().digits, c.digits) << c.text;
    EXPECT_EQ(amount.value().negative, c.negative) << c.text;
  }
}

TEST(AmountFormatTest, RefusesASeparatorThatGroupsNoThousands) {
  const struct {
    const char* text;
    AmountFormat format;
    const char* message;
  } cases[] = {
      {"-12.50", kGerman, "'-12.50': '.' must have three digits after it"},
      {"50.44", kGerman, "'50.44': '.' must have three digits after it"},
      {"12.,50", kGerman, "'12.,50': '.' must have three digits after it"},
      {"1.2.3,4", kGerman, "'1.2.3,4': '.' must have three digits after it"},
      {"1.2345,00", kGerman, "'1.2345,00': '.' must have three digits after it"},
      {"50,4", kThousands, "'50,4': ',' must have three digits after it"},
      {"12,50", kThousands, "'12,50': ',' must have three digits after it"},
      {"1234.567,00", kGerman, "the first '.' must have one to three digits before it"},
      {"1.2.345", kGerman, "two or three digits between one '.' and the next"},
      {"1..345", kGerman, "two or three digits between one '.' and the next"},
      {"1.2345.678", kGerman, "two or three digits between one '.' and the next"},
      {"12' 50", kSwiss, "is not an amount"},
  };
  for (const auto& c : cases) {
    const auto amount = ParseAmount(c.text, c.format);
    ASSERT_FALSE(amount.ok()) << c.text;
    EXPECT_THAT(amount.error().message, HasSubstr(c.message));
  }
}

TEST(AmountFormatTest, TellsThreeDecimalsThatMayBeThousands) {
  EXPECT_TRUE(ParseAmount("1.250", kPoint).value().reads_as_thousands);
  EXPECT_TRUE(ParseAmount("-12.000", kPoint).value().reads_as_thousands);
  for (const char* text : {"1.25", "1.2500", "1250.000", "0.250", ".250", "1"}) {
    EXPECT_FALSE(ParseAmount(text, kPoint).value().reads_as_thousands) << text;
  }
}

TEST(AmountFormatTest, NamesACharacterThatLooksLikeAnother) {
  EXPECT_EQ(ParseAmount("1\u00A0234,56", kSpaced).error().message,
            "'1<U+00A0>234,56' is not an amount with the decimal separator ',': it holds U+00A0 (a "
            "no-break space)");
  EXPECT_THAT(ParseAmount("1\u202F234,56", kSpaced).error().message,
              HasSubstr("U+202F (a narrow no-break space)"));
  EXPECT_THAT(ParseAmount("\u221212,50", kSpaced).error().message,
              HasSubstr("U+2212 (a minus sign)"));
  EXPECT_THAT(ParseAmount("12,50\r", kSpaced).error().message, HasSubstr("'12,50<U+000D>'"));
}

TEST(AmountFormatTest, NoThousandsBeginWithZero) {
  for (const char* text : {"0.500", "00.500", "012.500", "-0.500,00", "0.000"}) {
    const auto amount = ParseAmount(text, kGerman);
    ASSERT_FALSE(amount.ok()) << text;
    EXPECT_THAT(amount.error().message, HasSubstr("begin with 0")) << text;
  }
  EXPECT_EQ(ParseAmount("0,500", kGerman).value().digits, "0.5");
}

}  // namespace
}  // namespace florin::importer
