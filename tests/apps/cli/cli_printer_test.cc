#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "apps/cli/printer.h"

namespace florin::cli {
namespace {

const std::string kHostile = "a\nforged\x1b[8m\\";

class PrinterTest : public testing::Test {
 protected:
  std::ostringstream stream_;
  Printer out_{stream_};
};

TEST_F(PrinterTest, OwnTextAndNumbersGoOutAsTheyAre) {
  out_ << "\x1b[H" << 12 << ' ' << std::int64_t{-3} << '\n';
  EXPECT_EQ(stream_.str(), "\x1b[H12 -3\n");
}

TEST_F(PrinterTest, AllOtherTextStaysOnItsLine) {
  out_ << kHostile << '\n' << std::string_view(kHostile) << '\n' << kHostile.c_str() << '\n';
  const std::string line = "a\\nforged\\x1b[8m\\\\\n";
  EXPECT_EQ(stream_.str(), line + line + line);
}

TEST_F(PrinterTest, ACharacterThatIsNoLineEndIsAText) {
  out_ << '\x1b' << '\t' << 'x';
  EXPECT_EQ(stream_.str(), "\\x1b\\tx");
}

TEST_F(PrinterTest, ASentenceKeepsItsBackslashes) {
  out_ << Sentence{kHostile};
  EXPECT_EQ(stream_.str(), "a\\nforged\\x1b[8m\\");
}

TEST_F(PrinterTest, JsonStaysTheSameDocument) {
  out_.Json("{\n \"a\": \"\u009b8m\"\n}");
  EXPECT_EQ(stream_.str(), "{\n \"a\": \"\\u009b8m\"\n}");
}

}  // namespace
}  // namespace florin::cli
