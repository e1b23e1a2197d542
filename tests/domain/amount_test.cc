// Goal: amounts are exact, whatever their size: parsed, scaled and printed as
// on paper.

#include "domain/amount.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/domain/decimal_text.h"
#include "tests/support/random_source.h"

namespace florin::domain {
namespace {

std::string Digits(Int128 value) { return FormatMinor(value, 0); }

TEST(AmountTest, ParsesDigitsAndDecimals) {
  struct Case {
    const char* text;
    const char* digits;
    int decimals;
  };
  for (const Case& c : {
           Case{"0", "0", 0},
           Case{"0.00", "0", 2},
           Case{"1", "1", 0},
           Case{"1.50", "150", 2},
           Case{"007", "7", 0},
           Case{"0.000000000000000001", "1", 18},
           Case{"170141183460469231731687303715884105727",
                "170141183460469231731687303715884105727", 0},
           Case{"170141183460469231731.687303715884105727",
                "170141183460469231731687303715884105727", 18},
           Case{"000000000000000000000000000000000000001", "1", 0},
       }) {
    const auto parsed = ParseDecimal(c.text);
    ASSERT_TRUE(parsed) << c.text;
    EXPECT_EQ(Digits(parsed->digits), c.digits) << c.text;
    EXPECT_EQ(parsed->decimals, c.decimals) << c.text;
  }
}

TEST(AmountTest, RefusesEveryOtherForm) {
  for (const char* text :
       {"", ".", "1.", ".5", "-1", "+1", "1e5", "1E5", "NaN", "inf", "0x10", " 1", "1 ", "1,5",
        "1'000", "1.2.3", "1.-2", "--", "١", "0.0000000000000000001", "1.0000000000000000000",
        // One more than fits, and 40 digits.
        "170141183460469231731687303715884105728", "170141183460469231731.687303715884105728",
        "999999999999999999999999999999999999999", "0000000000000000000000000000000000000001"}) {
    EXPECT_FALSE(ParseDecimal(text)) << text;
  }
  EXPECT_FALSE(ParseDecimal(std::string_view("1\0", 2)));
}

TEST(AmountTest, BringsDecimalsToAScaleExactlyOrNotAtAll) {
  struct Case {
    const char* text;
    int scale;
    ScaleFit fit;
    const char* minor;
  };
  for (const Case& c : {
           Case{"1", 0, ScaleFit::kFits, "1"},
           Case{"1", 18, ScaleFit::kFits, "1000000000000000000"},
           Case{"1.50", 2, ScaleFit::kFits, "150"},
           Case{"1.5", 2, ScaleFit::kFits, "150"},
           // Digits count, not value.
           Case{"1.500", 2, ScaleFit::kTooManyDecimals, ""},
           Case{"1.0", 0, ScaleFit::kTooManyDecimals, ""},
           Case{"0.000000000000000001", 17, ScaleFit::kTooManyDecimals, ""},
           Case{"0.000000000000000001", 18, ScaleFit::kFits, "1"},
           Case{"170141183460469231731687303715884105727", 0, ScaleFit::kFits,
                "170141183460469231731687303715884105727"},
           Case{"170141183460469231731687303715884105727", 1, ScaleFit::kOverflow, ""},
           Case{"17014118346046923173168730371588410572.7", 1, ScaleFit::kFits,
                "170141183460469231731687303715884105727"},
           Case{"170141183460469231732", 18, ScaleFit::kOverflow, ""},
           Case{"170141183460469231731", 18, ScaleFit::kFits,
                "170141183460469231731000000000000000000"},
       }) {
    Int128 minor = -7;
    EXPECT_EQ(ToMinor(*ParseDecimal(c.text), c.scale, &minor), c.fit)
        << c.text << " at " << c.scale;
    // Written only where it fits.
    EXPECT_EQ(Digits(minor), c.fit == ScaleFit::kFits ? c.minor : "-7");
  }
}

TEST(AmountTest, PrintsWithExactlyTheDecimalsOfTheScale) {
  EXPECT_EQ(FormatMinor(0, 0), "0");
  EXPECT_EQ(FormatMinor(0, 2), "0.00");
  EXPECT_EQ(FormatMinor(5, 2), "0.05");
  EXPECT_EQ(FormatMinor(-5, 2), "-0.05");
  EXPECT_EQ(FormatMinor(-12345, 2), "-123.45");
  EXPECT_EQ(FormatMinor(1, 18), "0.000000000000000001");
  EXPECT_EQ(FormatMinor(kAmountMax, 0), kMaxDigits);
  EXPECT_EQ(FormatMinor(-kAmountMax, 18), "-170141183460469231731.687303715884105727");
  // The lowest 128-bit integer has no positive twin.
  EXPECT_EQ(FormatMinor(-kAmountMax - 1, 0), "-170141183460469231731687303715884105728");
  // Around the step from 128-bit to 64-bit division.
  EXPECT_EQ(FormatMinor(Int128{UINT64_MAX}, 0), "18446744073709551615");
  EXPECT_EQ(FormatMinor(Int128{UINT64_MAX} + 1, 0), "18446744073709551616");
  EXPECT_EQ(FormatMinor(Int128{UINT64_MAX} + 1, 18), "18.446744073709551616");
  EXPECT_EQ(FormatDecimal({150, 2}), "1.50");
  std::string text = "EUR ";
  AppendMinor(&text, 7, 1);
  EXPECT_EQ(text, "EUR 0.7");
}

TEST(AmountTest, ComparesValuesNotSpelling) {
  const auto same = [](const char* a, const char* b) {
    return ParseDecimal(a)->SameValue(*ParseDecimal(b)) &&
           ParseDecimal(b)->SameValue(*ParseDecimal(a));
  };
  EXPECT_TRUE(same("1.5", "1.500"));
  EXPECT_TRUE(same("0", "0.000000000000000000"));
  EXPECT_TRUE(same("170141183460469231731.000000000000000000", "170141183460469231731"));
  EXPECT_FALSE(same("1.5", "1.51"));
  EXPECT_FALSE(same("15", "1.5"));
  // No overflow on the way: 10^18 times this does not fit.
  EXPECT_FALSE(same("170141183460469231731687303715884105727", "0.000000000000000001"));
}

TEST(AmountTest, AddsOnlyWhatFits) {
  EXPECT_EQ(CheckedAdd(1, 2), Int128{3});
  EXPECT_EQ(CheckedAdd(kAmountMax, -1), kAmountMax - 1);
  EXPECT_EQ(CheckedAdd(kAmountMax - 1, 1), kAmountMax);
  EXPECT_FALSE(CheckedAdd(kAmountMax, 1));
  EXPECT_FALSE(CheckedAdd(-kAmountMax - 1, -1));
}

class RandomAmountTest : public ::testing::Test {
 protected:
  RandomAmountTest() : seed_(test_support::SeedFromEnvironment()) {
    std::cout << "FLORIN_TEST_SEED=" << seed_ << "\n";
  }
  /// Lengths evenly, so that short ones and those at the edge are met.
  std::string SomeDigits(std::int64_t most) {
    if (most >= 39 && random_.Percent(10)) {
      // Near the largest: its front, then anything.
      const std::size_t kept = random_.Below(39);
      std::string digits = kMaxDigits.substr(0, kept);
      while (digits.size() < 39) digits.push_back(static_cast<char>('0' + random_.Below(10)));
      return digits;
    }
    std::string digits;
    for (std::int64_t i = random_.Between(1, most); i > 0; --i)
      digits.push_back(static_cast<char>('0' + random_.Below(10)));
    return digits;
  }
  std::string SomeAmount() {
    std::string text = SomeDigits(39);
    if (random_.Percent(60)) text += "." + SomeDigits(18);
    return text;
  }

  std::uint64_t seed_;
  test_support::RandomSource random_{seed_};
};

TEST_F(RandomAmountTest, ParsesScalesAndPrintsAsOnPaper) {
  int fits = 0;
  int too_large = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = SomeAmount();
    const std::size_t point = text.find('.');
    const int decimals = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
    const bool expected_fit = !DigitsBelow(kMaxDigits, MinorDigits(text, decimals));
    const auto parsed = ParseDecimal(text);
    ASSERT_EQ(parsed.has_value(), expected_fit) << text;
    if (!parsed) {
      ++too_large;
      continue;
    }
    ASSERT_EQ(parsed->decimals, decimals);
    ASSERT_EQ(FormatDecimal(*parsed), PlacePoint(MinorDigits(text, decimals), decimals));
    const int scale = static_cast<int>(random_.Between(0, kScaleMax));
    Int128 minor = 0;
    const ScaleFit fit = ToMinor(*parsed, scale, &minor);
    if (decimals > scale) {
      ASSERT_EQ(fit, ScaleFit::kTooManyDecimals) << text << " at " << scale;
      continue;
    }
    const std::string expected = MinorDigits(text, scale);
    if (DigitsBelow(kMaxDigits, expected)) {
      ASSERT_EQ(fit, ScaleFit::kOverflow) << text << " at " << scale;
      continue;
    }
    ++fits;
    ASSERT_EQ(fit, ScaleFit::kFits) << text << " at " << scale;
    ASSERT_EQ(FormatMinor(minor, scale), PlacePoint(expected, scale));
    ASSERT_EQ(FormatMinor(-minor, scale), (minor == 0 ? "" : "-") + PlacePoint(expected, scale));
    // There and back again.
    const auto again = ParseDecimal(FormatMinor(minor, scale));
    ASSERT_TRUE(again) << text;
    ASSERT_TRUE(again->SameValue(*parsed)) << text;
  }
  EXPECT_GT(fits, 10'000);
  EXPECT_GT(too_large, 1'000);
}

TEST_F(RandomAmountTest, AddsAsOnPaper) {
  int overflows = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto a = ParseDecimal(SomeDigits(39));
    const auto b = ParseDecimal(SomeDigits(39));
    if (!a || !b) continue;
    const std::string sum = AddDigits(Digits(a->digits), Digits(b->digits));
    const auto added = CheckedAdd(a->digits, b->digits);
    ASSERT_EQ(added.has_value(), !DigitsBelow(kMaxDigits, sum)) << sum;
    if (added) {
      ASSERT_EQ(Digits(*added), sum);
    } else {
      ++overflows;
    }
  }
  EXPECT_GT(overflows, 10);
}

TEST_F(RandomAmountTest, SaysThatTextsOfOneNumberAreTheSame) {
  for (int i = 0; i < 50'000; ++i) {
    const auto a = ParseDecimal(SomeAmount());
    const auto b = random_.Percent(50)
                       ? ParseDecimal(SomeAmount())
                       : (a ? ParseDecimal(FormatDecimal(*a) + (a->decimals == 0 ? ".0" : "0"))
                            : std::nullopt);
    if (!a || !b) continue;
    const bool same =
        MinorDigits(FormatDecimal(*a), kScaleMax) == MinorDigits(FormatDecimal(*b), kScaleMax);
    ASSERT_EQ(a->SameValue(*b), same) << FormatDecimal(*a) << " and " << FormatDecimal(*b);
  }
}

}  // namespace
}  // namespace florin::domain
