#include "apps/importer/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <atomic>
#include <fstream>

#include "apps/importer/delimited_reader.h"
#include "tests/apps/importer/text_source.h"
#include "tests/support/temporary_directory.h"

namespace florin::importer {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string Gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string input = text;
  std::string output(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  output.resize(stream.total_out);
  deflateEnd(&stream);
  return output;
}

std::string Zstd(const std::string& text) {
  std::string output(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(output.data(), output.size(), text.data(), text.size(), 3);
  EXPECT_EQ(ZSTD_isError(size), 0U);
  output.resize(size);
  return output;
}

std::string LongText() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) {
    text += std::to_string(i * 7919) + ";row\r\n";
  }
  return text;
}

std::string ReadFile(const std::string& content, std::size_t step = 4096) {
  const test_support::TemporaryDirectory directory;
  const std::string path = directory.path() + "/input";
  std::ofstream(path, std::ios::binary) << content;
  auto source = OpenFile(path);
  EXPECT_TRUE(source.ok());
  EXPECT_EQ(FileSize(path), static_cast<std::int64_t>(content.size()));
  auto text = ReadAll(*source.value(), step);
  if (!text.starts_with("error")) {
    EXPECT_EQ(source.value()->consumed_bytes(), static_cast<std::int64_t>(content.size()));
  }
  return text;
}

TEST(ByteSourceTest, ReadsPlainFiles) {
  EXPECT_EQ(ReadFile("abc"), "abc");
  EXPECT_EQ(ReadFile(""), "");
  EXPECT_EQ(ReadFile("a fairly normal file", 1), "a fairly normal file");
}

TEST(ByteSourceTest, UndoesGzipAndZstdByTheFirstBytes) {
  const std::string text = LongText();
  EXPECT_EQ(ReadFile(Gzip(text)), text);
  EXPECT_EQ(ReadFile(Zstd(text)), text);
  EXPECT_EQ(ReadFile(Gzip("")), "");
  EXPECT_EQ(ReadFile(Zstd("")), "");
}

TEST(ByteSourceTest, UndoesFilesThatWereAppendedToEachOther) {
  EXPECT_EQ(ReadFile(Gzip("one,") + Gzip("two"), 3), "one,two");
  EXPECT_EQ(ReadFile(Zstd("one,") + Zstd("two"), 3), "one,two");
}

TEST(ByteSourceTest, SaysWhenCompressedDataIsCutOffOrBroken) {
  const std::string gzip = Gzip(LongText());
  const std::string zstd = Zstd(LongText());
  EXPECT_THAT(ReadFile(gzip.substr(0, gzip.size() / 2)), HasSubstr("ends in the middle"));
  EXPECT_THAT(ReadFile(zstd.substr(0, zstd.size() / 2)), HasSubstr("ends in the middle"));
  std::string broken = gzip;
  broken[broken.size() - 6] = static_cast<char>(~broken[broken.size() - 6]);
  EXPECT_THAT(ReadFile(broken), StartsWith("error: gzip: broken data"));
  broken = zstd;
  broken[broken.size() / 2] = static_cast<char>(~broken[broken.size() / 2]);
  EXPECT_THAT(ReadFile(broken), StartsWith("error: zstd"));
}

TEST(ByteSourceTest, NamesTheFileThatIsNotThere) {
  const auto missing = OpenFile("/no/such/file.csv");
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr("/no/such/file.csv"));
  EXPECT_THAT(missing.error().message, HasSubstr("No such file"));
  EXPECT_THAT(OpenFile("/tmp").error().message, HasSubstr("is a directory"));
}

std::string Convert(const std::string& text, const std::string& encoding, std::size_t step) {
  auto source = ToUtf8(std::make_unique<TextSource>(text, step), encoding);
  EXPECT_TRUE(source.ok());
  return ReadAll(*source.value(), 5);
}

TEST(ByteSourceTest, ConvertsEncodingsAlsoAcrossReads) {
  for (const std::size_t step : {1U, 2U, 3U, 100U}) {
    EXPECT_EQ(Convert("\xC8"
                      "esk\xE1 ko"
                      "\xF8"
                      "runa",
                      "cp1250", step),
              "Česká kořruna");
    EXPECT_EQ(Convert("caf\xE9", "latin1", step), "café");
    EXPECT_EQ(Convert("za€ß", "utf-8", step), "za€ß");
  }
}

TEST(ByteSourceTest, GivesTextInBuffersShorterThanACharacter) {
  for (const std::size_t size : {1U, 2U, 3U}) {
    auto source = ToUtf8(std::make_unique<TextSource>("a\u20AC\U0001F600z"), "UTF-8");
    EXPECT_EQ(ReadAll(*source.value(), size), "a\u20AC\U0001F600z") << size;
    source = ToUtf8(std::make_unique<TextSource>("\x80\xE9"), "cp1252");
    EXPECT_EQ(ReadAll(*source.value(), size), "\u20AC\u00E9") << size;
    source = ToUtf8(std::make_unique<TextSource>("\u20AC\xFF"), "UTF-8");
    EXPECT_THAT(ReadAll(*source.value(), size), HasSubstr("byte 0xff")) << size;
  }
}

TEST(ByteSourceTest, EndsReadingWhenItIsStopped) {
  std::atomic<bool> stop = false;
  const auto source = UntilStopped(std::make_unique<TextSource>("abcdef", 3), stop);
  char buffer[16];
  EXPECT_EQ(source->Read(buffer, sizeof buffer).value(), 3U);
  EXPECT_EQ(source->consumed_bytes(), 3);
  stop = true;
  EXPECT_FALSE(source->Read(buffer, sizeof buffer).ok());
}

TEST(ByteSourceTest, NamesTheByteThatIsNotOfTheEncoding) {
  EXPECT_THAT(Convert("abc\xE9"
                      "def",
                      "ascii", 100),
              HasSubstr("0xe9"));
  EXPECT_THAT(Convert("abc\xC3", "utf-8", 2), HasSubstr("middle of a character"));
}

TEST(ByteSourceTest, NamesTheLineOfAByteThatIsNotOfTheEncoding) {
  DelimitedReader reader(ToUtf8(std::make_unique<TextSource>("a\nb\nc\xE9\nd\n"), "ascii").value(),
                         {});
  Row row;
  for (int i = 0; i < 3; ++i) {
    const auto read = reader.Next(&row);
    if (!read.ok()) {
      EXPECT_EQ(read.error().line, 3);
      return;
    }
  }
  FAIL() << "the broken byte was not noticed";
}

TEST(ByteSourceTest, RefusesAnUnknownEncoding) {
  const auto source = ToUtf8(std::make_unique<TextSource>(""), "latin-eins");
  ASSERT_FALSE(source.ok());
  EXPECT_THAT(source.error().message, HasSubstr("'latin-eins'"));
}

TEST(LineEndsTest, CrBecomesLfWhereThereIsNoLf) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{1} << 20}) {
    const auto unified = [step](const std::string& text) {
      return ReadAll(*UnifyLineEnds(std::make_unique<TextSource>(text, step)));
    };
    EXPECT_EQ(unified(""), "");
    EXPECT_EQ(unified("a\rb\r"), "a\nb\n");
    EXPECT_EQ(unified("a\rb\r\n"), "a\rb\r\n");
    EXPECT_EQ(unified("a\r\nb\r"), "a\r\nb\r");
    EXPECT_EQ(unified("a\nb"), "a\nb");
    EXPECT_EQ(unified("ab"), "ab");
  }
}

TEST(LineEndsTest, TheFirst64KiBDecide) {
  const auto unified = [](const std::string& text) {
    return ReadAll(*UnifyLineEnds(std::make_unique<TextSource>(text, 1000)), 5000);
  };
  const std::string lines(64 * 1024, '\r');
  EXPECT_EQ(unified(lines + "a\rb\nc"), std::string(64 * 1024, '\n') + "a\nb\nc");
  EXPECT_EQ(unified(lines.substr(1) + "\na\rb"), lines.substr(1) + "\na\rb");
}

// The head ends within a character: its source is asked for fewer bytes than that.
TEST(LineEndsTest, TheHeadMayEndWithinACharacter) {
  const struct {
    const char* encoding;
    std::string character;
    std::string utf8;
  } cases[] = {
      {"UTF-8", "\u00E9", "\u00E9"},         {"UTF-8", "\u20AC", "\u20AC"},
      {"UTF-8", "\U0001F600", "\U0001F600"}, {"cp1252", "\x80", "\u20AC"},
      {"cp1252", "\xE9", "\u00E9"},
  };
  for (const auto& c : cases) {
    for (std::size_t before = 1; before < c.utf8.size(); ++before) {
      const std::string line(64 * 1024 - before - 1, 'x');
      auto text =
          ToUtf8(std::make_unique<TextSource>(line + "\r" + c.character + "\rz"), c.encoding);
      EXPECT_EQ(ReadAll(*UnifyLineEnds(std::move(text).value()), 4096),
                line + "\n" + c.utf8 + "\nz")
          << c.encoding << ", " << before << " bytes before the end of the head";
    }
  }
}

TEST(LineEndsTest, ATroubleComesBehindTheTextBeforeIt) {
  auto source = UnifyLineEnds(ToUtf8(std::make_unique<TextSource>("a\rb\xFF"), "UTF-8").value());
  char buffer[16];
  ASSERT_EQ(source->Read(buffer, sizeof buffer).value(), 3U);
  EXPECT_EQ(std::string(buffer, 3), "a\nb");
  EXPECT_FALSE(source->Read(buffer, sizeof buffer).ok());
  EXPECT_FALSE(source->Read(buffer, sizeof buffer).ok());
}

}  // namespace
}  // namespace florin::importer
