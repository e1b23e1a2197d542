#include "apps/importer/shown_text.h"

#include <gtest/gtest.h>

namespace florin::importer {
namespace {

TEST(ShownTextTest, WritesWhatCannotBeSeenAsItsNumber) {
  EXPECT_EQ(Shown(""), "");
  EXPECT_EQ(Shown("Müller & Söhne 12,50 €"), "Müller & Söhne 12,50 €");
  EXPECT_EQ(Shown("Иванов\u00A0И."), "Иванов<U+00A0>И.");
  EXPECT_EQ(Shown("\x1b[31mred\x07"), "<U+001B>[31mred<U+0007>");
  EXPECT_EQ(Shown("a\u200Bb\uFEFF"), "a<U+200B>b<U+FEFF>");
  EXPECT_EQ(Shown("\u0080"), "<U+0080>");
  EXPECT_EQ(Shown("1’234"), "1’234") << "this one can be seen";
  EXPECT_EQ(Shown("\U0001F600"), "\U0001F600");
}

TEST(ShownTextTest, ShowsBytesThatAreNoTextAndMarksThatTurnIt) {
  EXPECT_EQ(Shown("caf\xE9"), "caf<0xE9>");
  EXPECT_EQ(Shown("\xC0\xAF"), "<0xC0><0xAF>") << "longer than needed";
  EXPECT_EQ(Shown("a\u061Cb\u2066"), "a<U+061C>b<U+2066>");
  EXPECT_EQ(NameOfOddCharacter("\xE9"), "the byte 0xE9");
}

TEST(ShownTextTest, KnowsWhatShowsNothing) {
  EXPECT_TRUE(IsBlankText(""));
  EXPECT_TRUE(IsBlankText(" \t\u00A0\u3000\uFEFF\u200B"));
  EXPECT_FALSE(IsBlankText("\u00A0x"));
  EXPECT_FALSE(IsBlankText("\xA0"));
}

TEST(ShownTextTest, CutsBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "ü";
  }
  EXPECT_EQ(Shown(text), text.substr(0, 128) + "...");
}

TEST(ShownTextTest, NamesOddCharacters) {
  EXPECT_EQ(NameOfOddCharacter(""), "");
  EXPECT_EQ(NameOfOddCharacter("C 12"), "");
  EXPECT_EQ(NameOfOddCharacter("\u00A0x"), "U+00A0 (a no-break space)");
  EXPECT_EQ(NameOfOddCharacter("€"), "U+20AC");
  EXPECT_EQ(NameOfOddCharacter("\t"), "U+0009 (a control character)");
}

TEST(ShownTextTest, FindsWhatOnlyAWrongEncodingGives) {
  EXPECT_TRUE(HoldsHighControl("12 \u0080"));
  EXPECT_TRUE(HoldsHighControl("\u009F"));
  EXPECT_FALSE(HoldsHighControl("12 \u00A0€ ß"));
  EXPECT_FALSE(HoldsHighControl("\t"));
  EXPECT_FALSE(HoldsHighControl(""));
}

}  // namespace
}  // namespace florin::importer
