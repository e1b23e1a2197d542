#include "apps/importer/line_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/apps/importer/text_source.h"

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

// Gives the same bytes for ever.
class EndlessSource final : public ByteSource {
 public:
  Expected<std::size_t> Read(char* buffer, std::size_t size) override {
    std::fill_n(buffer, size, 'x');
    consumed_ += static_cast<std::int64_t>(size);
    return size;
  }
  [[nodiscard]] std::int64_t consumed_bytes() const override { return consumed_; }

 private:
  std::int64_t consumed_ = 0;
};

TEST(LineReaderTest, ALineWithoutAnEndIsGivenUp) {
  LineReader reader(std::make_unique<EndlessSource>());
  const auto line = reader.Next();
  ASSERT_FALSE(line.ok());
  EXPECT_EQ(line.error().line, 1);
  EXPECT_EQ(line.error().message, "the line is longer than 64 MiB: this is not an export");
  EXPECT_LT(reader.source().consumed_bytes(), 65 * 1024 * 1024);
}

}  // namespace
}  // namespace florin::importer
