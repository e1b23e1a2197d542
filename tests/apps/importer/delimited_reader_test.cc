// Method: every text is read whole and byte by byte; both must give the same.
#include "apps/importer/delimited_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apps/importer/text_source.h"

namespace florin::importer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<Row> ReadInSteps(const std::string& text, const DelimitedFormat& format,
                             std::size_t step) {
  DelimitedReader reader(std::make_unique<TextSource>(text, step), format);
  std::vector<Row> rows;
  Row row;
  for (;;) {
    const auto read = reader.Next(&row);
    EXPECT_TRUE(read.ok());
    if (!read.ok() || !read.value()) {
      return rows;
    }
    rows.push_back(row);
  }
}

std::vector<Row> Read(const std::string& text, DelimitedFormat format = {}) {
  auto whole = ReadInSteps(text, format, 1 << 20);
  const auto bytes = ReadInSteps(text, format, 1);
  EXPECT_EQ(whole.size(), bytes.size());
  for (std::size_t i = 0; i < std::min(whole.size(), bytes.size()); ++i) {
    EXPECT_EQ(whole[i].line, bytes[i].line);
    EXPECT_EQ(whole[i].fields, bytes[i].fields);
    EXPECT_EQ(whole[i].problem, bytes[i].problem);
    EXPECT_EQ(whole[i].line_end_in_quotes, bytes[i].line_end_in_quotes);
  }
  return whole;
}

TEST(DelimitedReaderTest, SplitsLinesAndFields) {
  const auto rows = Read("a,b,c\n1,,3\n");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].fields, ElementsAre("a", "b", "c"));
  EXPECT_THAT(rows[1].fields, ElementsAre("1", "", "3"));
  EXPECT_EQ(rows[0].line, 1);
  EXPECT_EQ(rows[1].line, 2);
}

TEST(DelimitedReaderTest, TakesWindowsLineEnds) {
  const auto rows = Read("\"a\";b\r\n1;\"2\"\r\n;\"\"\r\n", {.separator = ';'});
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[0].fields, ElementsAre("a", "b"));
  EXPECT_THAT(rows[1].fields, ElementsAre("1", "2"));
  EXPECT_THAT(rows[2].fields, ElementsAre("", ""));
}

TEST(DelimitedReaderTest, NeedsNoLineEndAtTheEndOfTheFile) {
  EXPECT_THAT(Read("a,b").at(0).fields, ElementsAre("a", "b"));
  EXPECT_THAT(Read("a,\"b\"").at(0).fields, ElementsAre("a", "b"));
  EXPECT_THAT(Read("a,").at(0).fields, ElementsAre("a", ""));
  EXPECT_THAT(Read("a,b\r").at(0).fields, ElementsAre("a", "b"));
}

TEST(DelimitedReaderTest, QuotedFieldsHoldSeparatorsQuotesAndLineEnds) {
  const auto rows = Read("\"a,b\",\"say \"\"hi\"\"\",\"x\r\ny\"\nnext,2,3\n");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].fields, ElementsAre("a,b", "say \"hi\"", "x\r\ny"));
  EXPECT_EQ(rows[1].line, 3);
}

TEST(DelimitedReaderTest, SkipsEmptyLinesButCountsThem) {
  const auto rows = Read("a\n\n\r\nb\n\n");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[1].line, 4);
  EXPECT_THAT(rows[1].fields, ElementsAre("b"));
  EXPECT_THAT(Read(""), IsEmpty());
  EXPECT_THAT(Read("\n\n"), IsEmpty());
}

TEST(DelimitedReaderTest, TrimsUnlessToldNotTo) {
  EXPECT_THAT(Read(" a ,\" b \",\t\n").at(0).fields, ElementsAre("a", "b", ""));
  EXPECT_THAT(Read(" a ,b\n", {.trim = false}).at(0).fields, ElementsAre(" a ", "b"));
}

TEST(DelimitedReaderTest, LeavesQuotesAloneWhereTheyMeanNothing) {
  EXPECT_THAT(Read("5\" nail,\"b\n", {.quote = '\0'}).at(0).fields, ElementsAre("5\" nail", "\"b"));
  EXPECT_THAT(Read("5\" nail,b\n").at(0).fields, ElementsAre("5\" nail", "b"));
}

TEST(DelimitedReaderTest, DropsAByteOrderMark) {
  EXPECT_THAT(Read("\xEF\xBB\xBF"
                   "a,b\n")
                  .at(0)
                  .fields,
              ElementsAre("a", "b"));
}

TEST(DelimitedReaderTest, ABrokenRowCostsOnlyItself) {
  const auto rows = Read("1,2\n3,\"x\"y\n5,6\n");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[1].problem, HasSubstr("column 2"));
  EXPECT_THAT(rows[1].problem, HasSubstr("after the closing quote"));
  EXPECT_THAT(rows[1].fields, ElementsAre("3,\"x\"y"));
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_THAT(rows[2].fields, ElementsAre("5", "6"));
  EXPECT_EQ(rows[2].problem, "");
}

TEST(DelimitedReaderTest, AnOpenQuoteDoesNotSwallowTheFile) {
  const auto rows = Read("1,2\r\n3,\"open\r\n5,6\r\n7,8\r\n");
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_THAT(rows[1].problem, HasSubstr("never closed"));
  EXPECT_THAT(rows[1].fields, ElementsAre("3,\"open"));
  EXPECT_THAT(rows[3].fields, ElementsAre("7", "8"));
  EXPECT_EQ(rows[3].line, 4);
}

TEST(DelimitedReaderTest, AnOpenQuoteInALargeFileIsGivenUpSoon) {
  std::string text = "1,\"open\n";
  const std::string line = "some,more\n";
  while (text.size() < 3 * DelimitedReader::kRecordBytesMax) {
    text += line;
  }
  const auto rows = ReadInSteps(text, {}, 1 << 20);
  EXPECT_THAT(rows.at(0).problem, HasSubstr("never closed"));
  EXPECT_THAT(rows.at(1).fields, ElementsAre("some", "more"));
  EXPECT_EQ(rows.size(), 1 + (text.size() - 8) / line.size());
}

TEST(DelimitedReaderTest, SaysWhereALineEndsInQuotes) {
  const auto rows = Read("a,\"x\"\n\"open\n2,3\n4,5\",b\nc,d\n");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_FALSE(rows[0].line_end_in_quotes);
  EXPECT_TRUE(rows[1].line_end_in_quotes);
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_FALSE(rows[2].line_end_in_quotes);
}

TEST(DelimitedReaderTest, AForgottenQuoteCostsOneRowWhereRowsAreLines) {
  const auto rows =
      Read("1,\"open\n2,x\n3,y\n4,pipe 5\"\n5,\"a \"\"b\"\"\"\n", {.multiline = false});
  ASSERT_THAT(rows, SizeIs(5));
  EXPECT_THAT(rows[0].problem, HasSubstr("column 2: the quote that opens the field is not closed"));
  EXPECT_THAT(rows[0].fields, ElementsAre("1,\"open"));
  EXPECT_FALSE(rows[0].line_end_in_quotes);
  EXPECT_THAT(rows[1].fields, ElementsAre("2", "x"));
  EXPECT_THAT(rows[2].fields, ElementsAre("3", "y"));
  EXPECT_THAT(rows[3].fields, ElementsAre("4", "pipe 5\""));
  EXPECT_THAT(rows[4].fields, ElementsAre("5", "a \"b\""));
}

TEST(DelimitedReaderTest, ALineWithoutAnEndIsBrokenAndCostsBoundedMemory) {
  constexpr std::size_t kMax = DelimitedReader::kRecordBytesMax;
  std::string text = "1,2\n";
  for (int i = 0; i < 20'000'000; i += 10) {
    text += "123456789,";
  }
  const auto rows = ReadInSteps(text + "\n3,4\n", {}, 1 << 20);
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[1].problem, "column 26215: the row is longer than 256 KiB");
  EXPECT_EQ(rows[1].fields, std::vector<std::string>{text.substr(4, kMax)});
  EXPECT_EQ(rows[2].line, 3);
  EXPECT_THAT(rows[2].fields, ElementsAre("3", "4"));
}

TEST(DelimitedReaderTest, ALineOfTheLargestSizeIsARow) {
  const std::string field(DelimitedReader::kRecordBytesMax, 'x');
  EXPECT_THAT(ReadInSteps(field + "\n", {}, 1 << 20).at(0).problem, "");
  EXPECT_THAT(ReadInSteps(field + "x\n", {}, 1 << 20).at(0).problem, HasSubstr("longer than"));
  EXPECT_THAT(ReadInSteps(field + "x", {}, 1 << 20).at(0).problem, HasSubstr("longer than"));
}

TEST(DelimitedReaderTest, TakesLinesAsTheyAre) {
  DelimitedReader reader(std::make_unique<TextSource>("\"export of\r\n\nMonday\na,b\nlast", 3), {});
  std::string line;
  ASSERT_TRUE(reader.NextLine(&line).value());
  EXPECT_EQ(line, "\"export of");
  ASSERT_TRUE(reader.NextLine(&line).value());
  EXPECT_EQ(line, "");
  ASSERT_TRUE(reader.NextLine(&line).value());
  EXPECT_EQ(reader.line(), 4);
  Row row;
  ASSERT_TRUE(reader.Next(&row).value());
  EXPECT_THAT(row.fields, ElementsAre("a", "b"));
  EXPECT_EQ(row.line, 4);
  ASSERT_TRUE(reader.NextLine(&line).value());
  EXPECT_EQ(line, "last");
  EXPECT_FALSE(reader.NextLine(&line).value());
  EXPECT_FALSE(reader.Next(&row).value());
}

TEST(DelimitedReaderTest, SplitsOneLine) {
  EXPECT_THAT(SplitLine("a,\" b\",", {}).fields, ElementsAre("a", "b", ""));
  EXPECT_THAT(SplitLine("", {}).fields, IsEmpty());
  EXPECT_THAT(SplitLine("a,\"b", {}).problem, HasSubstr("never closed"));
}

}  // namespace
}  // namespace florin::importer
