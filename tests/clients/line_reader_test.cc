#include "clients/importer/line_reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/clients/text_source.h"

namespace florin::importer {
namespace {

std::vector<std::string> LinesOf(const std::string& text) {
  LineReader reader(std::make_unique<TextSource>(text));
  std::vector<std::string> lines;
  for (;;) {
    auto line = reader.Next();
    EXPECT_TRUE(line.ok());
    if (!line.value()) {
      EXPECT_EQ(reader.line(), static_cast<std::int64_t>(lines.size()));
      return lines;
    }
    lines.push_back(*line.value());
  }
}

TEST(LineReaderTest, SplitsAtLineEnds) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(LinesOf(""), Lines());
  EXPECT_EQ(LinesOf("a"), Lines({"a"}));
  EXPECT_EQ(LinesOf("a\n\nb\n"), Lines({"a", "", "b"}));
}

TEST(LineReaderTest, LinesMayBeLongerThanWhatIsReadAtOnce) {
  const std::string lengthy(200'000, 'x');
  EXPECT_EQ(LinesOf("a\n" + lengthy + "\nb"), (std::vector<std::string>{"a", lengthy, "b"}));
}

}  // namespace
}  // namespace florin::importer
