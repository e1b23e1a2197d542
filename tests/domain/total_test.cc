#include "domain/total.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace florin::domain {
namespace {

/// A number as decimal digits, added up as on paper.
std::string AddOnPaper(std::string a, std::string b) {
  if (a.size() < b.size()) a.swap(b);
  b.insert(0, a.size() - b.size(), '0');
  std::string sum(a.size(), '0');
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = (a[i] - '0') + (b[i] - '0') + carry;
    sum[i] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  return carry > 0 ? "1" + sum : sum;
}

TEST(TotalTest, IsWrittenAsAmountsAre) {
  Total total;
  EXPECT_EQ(total.Format(0), "0");
  EXPECT_EQ(total.Format(2), "0.00");
  total.Add(5);
  total.Add(100);
  EXPECT_EQ(total.Format(0), "105");
  EXPECT_EQ(total.Format(2), "1.05");
  EXPECT_EQ(total.Format(18), "0.000000000000000105");
}

TEST(TotalTest, GoesOnWhereAnAmountEnds) {
  Total total;
  total.Add(kAmountMax);
  EXPECT_EQ(total.Format(0), "170141183460469231731687303715884105727");
  total.Add(1);
  EXPECT_EQ(total.Format(0), "170141183460469231731687303715884105728");
  EXPECT_EQ(total.Format(18), "170141183460469231731.687303715884105728");
  total.Add(kAmountMax);
  EXPECT_EQ(total.Format(2), "3402823669209384634633746074317682114.55");
}

TEST(TotalTest, KeepsZerosInTheMiddle) {
  Total total;
  Int128 power = 1;
  for (int i = 0; i < 36; ++i) power *= 10;
  total.Add(power);
  EXPECT_EQ(total.Format(0), "1" + std::string(36, '0'));
  total.Add(7);
  EXPECT_EQ(total.Format(2), "1" + std::string(34, '0') + ".07");
}

TEST(TotalTest, EqualsTheSumOnPaper) {
  std::mt19937_64 random(7);
  Total total;
  std::string paper = "0";
  for (int i = 0; i < 2'000; ++i) {
    const auto amount =
        static_cast<Int128>(((UInt128{random()} << 64) | random()) >> (1 + random() % 127));
    total.Add(amount);
    paper = AddOnPaper(paper, FormatMinor(amount, 0));
    ASSERT_EQ(total.Format(0), paper);
  }
  EXPECT_GT(paper.size(), 39u);
}

TEST(TotalTest, EqualSumsAreEqual) {
  Total one_way;
  Total other_way;
  for (const Int128 amount : {kAmountMax, Int128{1}, kAmountMax}) one_way.Add(amount);
  for (const Int128 amount : {Int128{1}, kAmountMax, kAmountMax}) other_way.Add(amount);
  EXPECT_EQ(one_way, other_way);
  other_way.Add(1);
  EXPECT_NE(one_way, other_way);
}

}  // namespace
}  // namespace florin::domain
