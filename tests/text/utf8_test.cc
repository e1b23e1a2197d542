#include "text/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace florin::text {
namespace {

TEST(CharacterAtTest, ReadsTheFirstAndLastCharacterOfEachLength) {
  const std::pair<std::string, char32_t> kCases[] = {
      {"a", U'a'},
      {"\x7f", 0x7F},
      {"\u0080", 0x80},
      {"\u07ff", 0x7FF},
      {"\u0800", 0x800},
      {"\ud7ff", 0xD7FF},
      {"\ue000", 0xE000},
      {"\uffff", 0xFFFF},
      {"\U00010000", 0x10000},
      {"\U0010ffff", 0x10FFFF},
  };
  for (const auto& [text, code] : kCases) {
    const Character character = CharacterAt("x" + text + "y", 1);
    EXPECT_TRUE(character.valid) << text;
    EXPECT_EQ(character.code, code);
    EXPECT_EQ(character.length, text.size());
  }
}

TEST(CharacterAtTest, AByteOfNoCharacterStandsAlone) {
  for (const std::string text :
       {"\x80", "\xBF", "\xC1\xBF", "\xC3", "\xC3z", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    const Character character = CharacterAt(text, 0);
    EXPECT_FALSE(character.valid) << text;
    EXPECT_EQ(character.code, static_cast<unsigned char>(text[0]));
    EXPECT_EQ(character.length, 1U);
  }
}

}  // namespace
}  // namespace florin::text
