#include "clients/cpp/utf8.h"

#include <gtest/gtest.h>

namespace florin::client {
namespace {

TEST(Utf8Test, LeavesWhatIsValid) {
  for (const char* text : {"", "plain", "\u00e9t\u00e9", "\u20ac 12", "\U0001F600", "\ufffd"}) {
    EXPECT_EQ(ValidUtf8(text), text);
  }
}

TEST(Utf8Test, ReplacesEveryByteThatIsNoPartOfACharacter) {
  const std::pair<const char*, const char*> kCases[] = {{"\xFF", "?"},
                                                        {"a\x80z", "a?z"},
                                                        {"\xC3", "?"},
                                                        {"\xC0\xAF", "??"},
                                                        {"\xE2\x82", "??"},
                                                        {"\xE2\x82z", "??z"},
                                                        {"\xE0\x80\x80", "???"},
                                                        {"\xED\xA0\x80", "???"},
                                                        {"\xF0\x80\x80\x80", "????"},
                                                        {"\xF4\x90\x80\x80", "????"},
                                                        {"\xF5z", "?z"}};
  for (const auto& [broken, mended] : kCases) {
    EXPECT_EQ(ValidUtf8(broken), mended);
  }
}

}  // namespace
}  // namespace florin::client
