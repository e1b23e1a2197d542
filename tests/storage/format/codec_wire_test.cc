#include "storage/format/codec_wire.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "storage/format/codec_dictionary.h"
#include "storage/format/codec_uuid.h"

namespace florin::storage::codec {
namespace {

using domain::Int128;

std::string VarintBytes(std::uint64_t value) {
  WireWriter out;
  out.Varint(value);
  return std::string(out.view());
}

std::string AmountBytes(Int128 value) {
  WireWriter out;
  out.Amount(value);
  return std::string(out.view());
}

TEST(CodecWireTest, WritesVarintsInTheirShortestForm) {
  EXPECT_EQ(VarintBytes(0), std::string(1, '\0'));
  EXPECT_EQ(VarintBytes(127), "\x7f");
  EXPECT_EQ(VarintBytes(128), "\x80\x01");
  EXPECT_EQ(VarintBytes(300), "\xac\x02");
  EXPECT_EQ(VarintBytes(UINT64_MAX), std::string(9, '\xff') + "\x01");
}

TEST(CodecWireTest, ReadsBackEveryLengthOfVarintAndAmount) {
  for (int bit = 0; bit < 127; ++bit) {
    for (const int offset : {-1, 0, 1}) {
      const Int128 value = (Int128{1} << bit) + offset;
      const std::string bytes = AmountBytes(value);
      WireReader amount(bytes);
      EXPECT_TRUE(amount.Amount() == value && amount.ok() && amount.AtEnd()) << bit;
      if (bit >= 63) continue;
      WireReader varint(bytes);
      EXPECT_EQ(varint.Varint(), static_cast<std::uint64_t>(value));
      EXPECT_TRUE(varint.ok() && varint.AtEnd());
    }
  }
  const std::string highest = AmountBytes(domain::kAmountMax);
  EXPECT_EQ(highest.size(), kAmountBytesMax);
  WireReader in(highest);
  EXPECT_TRUE(in.Amount() == domain::kAmountMax && in.ok());
}

TEST(CodecWireTest, RefusesNumbersThatAreTooLongOrTooLarge) {
  for (const std::string& bytes : std::vector<std::string>{
           "", "\x80", std::string("\x80\0", 2), std::string("\xff\x80\0", 3),
           std::string(9, '\xff') + "\x02", std::string(10, '\xff') + "\x01"}) {
    WireReader in(bytes);
    EXPECT_EQ(in.Varint(), 0u);
    EXPECT_FALSE(in.ok());
  }
  for (const std::string& bytes : std::vector<std::string>{"", "\x80", std::string("\x80\0", 2),
                                                           std::string(18, '\xff') + "\x02",
                                                           std::string(19, '\xff') + "\x01"}) {
    WireReader in(bytes);
    EXPECT_TRUE(in.Amount() == 0);
    EXPECT_FALSE(in.ok());
  }
}

TEST(CodecWireTest, SpoilsTheWriterOnANegativeAmount) {
  WireWriter out;
  out.Amount(-1);
  EXPECT_FALSE(out.valid());
  out.Clear();
  EXPECT_TRUE(out.valid());
}

TEST(CodecWireTest, StaysFailedAndYieldsZerosBeyondTheEnd) {
  WireReader in(
      std::string_view("\x05"
                       "abc"));
  EXPECT_EQ(in.Bytes(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.Byte(), 0);
  EXPECT_EQ(in.Fixed64(), 0u);
  EXPECT_EQ(in.Count(1), 0u);
  EXPECT_FALSE(in.ok());
}

TEST(CodecWireTest, RefusesACountThatTheRestCannotHold) {
  WireReader in(
      std::string_view("\x02"
                       "abc"));
  EXPECT_EQ(in.Count(2), 0u);
  EXPECT_FALSE(in.ok());
  WireReader enough(
      std::string_view("\x02"
                       "abcd"));
  EXPECT_EQ(enough.Count(2), 2u);
  EXPECT_TRUE(enough.ok());
}

TEST(CodecWireTest, ZigZagsAndWrapsEveryNumber) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t a : {kLow, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, kHigh}) {
    EXPECT_EQ(UnZigZag(ZigZag(a)), a);
    for (const std::int64_t b : {kLow, std::int64_t{0}, kHigh}) {
      EXPECT_EQ(WrappedSum(b, WrappedDifference(a, b)), a);
    }
  }
  EXPECT_EQ(ZigZag(-1), 1u);
  EXPECT_EQ(ZigZag(1), 2u);
}

TEST(CodecUuidTest, PacksOnlyWhatItWouldWrite) {
  const std::string uuid = "018f2b1e-7c3a-7def-8a1b-0123456789ab";
  std::array<char, kUuidBytes> packed{};
  ASSERT_TRUE(PackUuid(uuid, &packed));
  EXPECT_EQ(UnpackUuid({packed.data(), packed.size()}), uuid);
  for (const char* text :
       {"", "018F2b1e-7c3a-7def-8a1b-0123456789ab", "018f2b1e-7c3a-7def-8a1b-0123456789a",
        "018f2b1e_7c3a-7def-8a1b-0123456789ab", "018f2b1g-7c3a-7def-8a1b-0123456789ab",
        "018f2b1e-7c3a-7def-8a1b-0123456789a-"}) {
    EXPECT_FALSE(PackUuid(text, &packed)) << text;
  }
}

TEST(CodecDictionaryTest, NumbersWordsInOrderOfFirstUse) {
  Dictionary dictionary;
  for (int round = 0; round < 3; ++round) {
    // More words than it has slots at first, so that it grows.
    for (std::uint32_t i = 0; i < 2000; ++i) {
      ASSERT_EQ(dictionary.NumberOf("word" + std::to_string(i)), i);
    }
    ASSERT_EQ(dictionary.NumberOf("word7"), 7u);
    dictionary.Truncate(100);
    EXPECT_EQ(dictionary.size(), 100u);
    EXPECT_EQ(dictionary.NumberOf("word99"), 99u);
    EXPECT_EQ(dictionary.NumberOf("word1500"), 100u);
    dictionary.Clear();
    EXPECT_EQ(dictionary.size(), 0u);
    EXPECT_TRUE(dictionary.bytes().empty());
  }
}

TEST(CodecDictionaryTest, TellsLongWordsApart) {
  Dictionary dictionary;
  const std::string longest(Dictionary::kWordBytesMax, 'x');
  EXPECT_EQ(dictionary.NumberOf(longest), 0u);
  EXPECT_EQ(dictionary.NumberOf(longest.substr(1)), 1u);
  EXPECT_EQ(dictionary.NumberOf(longest.substr(128)), 2u);
  EXPECT_EQ(dictionary.NumberOf(longest), 0u);
}

}  // namespace
}  // namespace florin::storage::codec
