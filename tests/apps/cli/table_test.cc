#include "apps/cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace florin::cli {
namespace {

TEST(TableTest, AlignsTextLeftAndAmountsRight) {
  Table table({{"ACCOUNT"}, {"POSTED", Table::Align::kRight}, {"STATUS"}});
  table.AddRow({"cash", "12.50", "active"});
  table.AddRow({"customer:1", "-1000.00", "closed"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(),
            "ACCOUNT       POSTED  STATUS\n"
            "cash           12.50  active\n"
            "customer:1  -1000.00  closed\n");
}

TEST(TableTest, CountsCharactersNotBytes) {
  Table table({{"NAME"}, {"N", Table::Align::kRight}});
  table.AddRow({"Kč", "1"});
  table.AddRow({"abcd", "2"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(), "NAME  N\nKč    1\nabcd  2\n");
}

TEST(TableTest, LeavesNoSpacesAtLineEnds) {
  Table table({{"A"}, {"LONG TITLE"}});
  table.AddRow({"x", ""});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(), "A  LONG TITLE\nx\n");
}

TEST(TableTest, KeepsARowOnOneLineAndShowsWhatATerminalWouldObey) {
  Table table({{"A"}, {"B"}});
  table.AddRow({"two\nlines", "tab\tand\x1b[31mred"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(), "A           B\ntwo\\nlines  tab\\tand\\x1b[31mred\n");
}

TEST(TableTest, WidthsAreThoseOfWhatIsShown) {
  Table table({{"A"}, {"N", Table::Align::kRight}});
  table.AddRow({"\u202e", "1"});
  table.AddRow({"\xff", "2"});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(), "A       N\n\\u202e  1\n\\xff    2\n");
}

TEST(TableTest, PrintsItsTitlesOnceWhenPrintedPageByPage) {
  Table table({{"A"}, {"B"}});
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(), "") << "an empty table is nothing";
  table.AddRow({"wide cell", "1"});
  table.Print(out);
  table.AddRow({"x", "2"});
  table.Print(out);
  EXPECT_EQ(out.str(),
            "A          B\n"
            "wide cell  1\n"
            "x          2\n");
}

TEST(TableTest, FieldListAlignsValuesAndLeavesOutEmptyOnes) {
  FieldList fields;
  fields.Add("a", "1");
  fields.Add("none", "");
  fields.Add("longer", "2\n3");
  std::ostringstream out;
  fields.Print(out);
  EXPECT_EQ(out.str(), "a       1\nlonger  2\\n3\n");
}

}  // namespace
}  // namespace florin::cli
