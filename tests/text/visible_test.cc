#include "text/visible.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace florin::text {
namespace {

using namespace std::string_literals;

// UTF-8 of a code point below U+10000.
std::string Encoded(char32_t code) {
  if (code < 0x80) return {static_cast<char>(code)};
  const auto tail = [](char32_t bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
  if (code < 0x800) return {static_cast<char>(0xC0U | (code >> 6U)), tail(code)};
  return {static_cast<char>(0xE0U | (code >> 12U)), tail(code >> 6U), tail(code)};
}

TEST(VisibleTest, LeavesWhatCanBeRead) {
  for (const char* text :
       {"", "plain ~", "\u017di\u017ekov", "\u20ac 12", "\u05e9\u05dc\u05d5\u05dd",
        "\U0001F468\u200d\U0001F469", "a\u00a0b", "\u00a1"}) {
    EXPECT_EQ(Visible(text), text);
    EXPECT_EQ(VisibleJson(text), text);
  }
}

TEST(VisibleTest, WritesWhatATerminalWouldObeyAsAnEscape) {
  EXPECT_EQ(Visible("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(Visible("\x1b[8m"), "\\x1b[8m");
  EXPECT_EQ(Visible("a\0b"s), "a\\x00b");
  EXPECT_EQ(Visible("\x7f"), "\\x7f");
  EXPECT_EQ(Visible("\u0085\u009b2J"), "\\u0085\\u009b2J");
  EXPECT_EQ(Visible("\u202e\u2069\u2028"), "\\u202e\\u2069\\u2028");
}

TEST(VisibleTest, NoControlCharacterComesThrough) {
  const auto control = [](char32_t code) {
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x61C || code == 0x200E ||
           code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x206F) || (code >= 0xFFF9 && code <= 0xFFFB);
  };
  for (char32_t code = 0; code <= 0xFFFF; ++code) {
    if ((code >= 0xD800 && code <= 0xDFFF) || code == '\\') continue;
    const std::string text = Encoded(code);
    EXPECT_EQ(IsControl(code), control(code)) << static_cast<std::uint32_t>(code);
    EXPECT_EQ(Visible(text) == text, !control(code)) << static_cast<std::uint32_t>(code);
    EXPECT_EQ(VisibleJson(text) == text, code < 0x20 || !control(code))
        << static_cast<std::uint32_t>(code);
  }
}

TEST(VisibleTest, ABackslashInAValueIsShownAsTwoSoThatNoTwoTextsLookAlike) {
  EXPECT_EQ(Visible("a\\nb"), "a\\\\nb");
  EXPECT_NE(Visible("a\\nb"), Visible("a\nb"));
}

TEST(VisibleTest, ASentenceIsEscapedOnceHoweverOftenItIsShown) {
  const std::string once = Visible("type \"a\\x0ab\" \x1b", Backslash::kKept);
  EXPECT_EQ(once, "type \"a\\x0ab\" \\x1b");
  EXPECT_EQ(Visible(once, Backslash::kKept), once);
}

TEST(VisibleTest, ShowsEveryByteThatIsNoUtf8) {
  EXPECT_EQ(Visible("a\x9bz"), "a\\x9bz");
  EXPECT_EQ(Visible("\xE2\x80"), "\\xe2\\x80");
  EXPECT_EQ(Visible("\xC0\x8A\xFF"), "\\xc0\\x8a\\xff");
}

TEST(VisibleTest, JsonStaysTheSameDocument) {
  EXPECT_EQ(VisibleJson("{\n \"a\": \"\x7f\u009b\u202e\"\n}\n"),
            "{\n \"a\": \"\\u007f\\u009b\\u202e\"\n}\n");
  EXPECT_EQ(VisibleJson("\"\\n\\u001b\""), "\"\\n\\u001b\"");
  EXPECT_EQ(VisibleJson("\"\x9b\""), "\"\\ufffd\"");
}

}  // namespace
}  // namespace florin::text
