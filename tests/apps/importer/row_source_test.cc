// Goal: what is passed over unread is no row, and the columns are the file's.
#include "apps/importer/row_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <string>

#include "apps/importer/thrown_away.h"
#include "tests/support/temporary_directory.h"

namespace florin::importer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kRest[] = R"(
[[asset]]
code = "EUR"
scale = 2
[accounts.bank]
id = "bank"
type = "ASSET"
[accounts.other]
id = "outside"
type = "EQUITY"
[transaction]
id = "${Nr}"
amount = "${Betrag}"
effective_time = "${Datum}"
date_format = "%d.%m.%Y"
[[rule]]
debit = "bank"
credit = "other"
)";

class RowSourceTest : public testing::Test {
 protected:
  // "" if the file can be read, else what is wrong.
  std::string Open(const std::string& file_keys, const std::string& text) {
    auto profile =
        ParseProfile("[file]\nseparator = \";\"\ndecimal_separator = \",\"\n" + file_keys + kRest);
    EXPECT_TRUE(profile.ok()) << profile.error().message;
    std::ofstream(path_, std::ios::trunc) << text;
    auto rows = OpenRows(path_, profile.value().file, stop_);
    if (!rows.ok()) {
      return rows.error().message;
    }
    if (auto error = profile.value().Bind(rows.value().columns)) {
      return error->message;
    }
    if (auto error = CheckThrownAway(rows.value(), profile.value())) {
      return "line " + std::to_string(error->line) + ": " + error->message;
    }
    first_ = {};
    EXPECT_TRUE(rows.value().reader->Next(&first_).ok());
    return "";
  }

  const test_support::TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/rows.csv";
  std::atomic<bool> stop_ = false;
  Row first_;  // behind the header
};

constexpr char kRow[] = "01.06.2026;1;5,00;7,00\n";

TEST_F(RowSourceTest, ColumnsInAnotherOrderThanTheHeaderAreAnError) {
  const std::string columns = "columns = [\"Datum\", \"Nr\", \"Betrag\", \"Text\"]\n";
  EXPECT_EQ(Open(columns, std::string("Datum;Nr;Betrag;Text\n") + kRow), "");
  EXPECT_EQ(Open(columns, std::string("Date;No;Amount;Text\n") + kRow), "");
  EXPECT_THAT(Open(columns, std::string("Datum;Nr;Text;Betrag\n") + kRow),
              HasSubstr("line 1: the header calls column 3 'Text', but [file] columns calls it "
                        "'Betrag', and 'Text' the column 4"));
  EXPECT_THAT(Open(columns, std::string("DATUM;NR;TEXT;BETRAG\n") + kRow),
              HasSubstr("the header calls column 3 'TEXT'"));
  EXPECT_EQ(Open(columns, std::string("DATUM;NR;BETRAG;TEXT\n") + kRow), "");
}

TEST_F(RowSourceTest, AHeaderThatReadsAsATransactionIsAnError) {
  const std::string columns = "columns = [\"Datum\", \"Nr\", \"Betrag\", \"Text\"]\n";
  EXPECT_THAT(Open(columns, kRow), HasSubstr("line 1: the line is taken for the header, but "
                                             "'5,00' in it reads as an amount"));
  EXPECT_THAT(Open(columns, "01.06.2026;Nr;Betrag;Text\n"), HasSubstr("reads as a date"));
  EXPECT_EQ(Open(columns + "header = false\n", kRow), "");
  EXPECT_EQ(first_.line, 1);
}

TEST_F(RowSourceTest, AHeaderThatIsNamedIsBelieved) {
  const std::string columns =
      "header_is = \"Datum;2026;2025;Text\"\ncolumns = [\"Datum\", \"Nr\", \"Betrag\", \"Text\"]\n";
  EXPECT_EQ(Open(columns, std::string("Datum;2026;2025;Text\n") + kRow), "");
}

TEST_F(RowSourceTest, AHeaderThatIsPinnedMustBeThatOne) {
  const std::string pinned = "header_is = [\"Datum\", \"Nr\", \"Betrag\", \"Text\"]\n";
  EXPECT_EQ(Open(pinned, std::string("Datum; Nr;\"Betrag\";Text\r\n") + kRow), "");
  EXPECT_EQ(Open(pinned, std::string("Datum;Nr;Text;Betrag\n") + kRow),
            "the header is 'Datum', 'Nr', 'Text', 'Betrag', but [file] header_is names 'Datum', "
            "'Nr', 'Betrag', 'Text'");
  EXPECT_THAT(Open(pinned, "Datum;Nr;Betrag;Text;\n"), HasSubstr("the header is"));
  EXPECT_THAT(Open(pinned, "Datum;Nr;Betrag;Text\u00A0\n"), HasSubstr("'Text<U+00A0>'"));
}

TEST_F(RowSourceTest, AHeaderIsFoundBehindAPreambleOfAnyLength) {
  const std::string pinned = "header_starts_with = \"Datum;Nr\"\n";
  std::string preamble = "Umsätze; \"offen\nNr;Datum;5,00\n\n";
  for (int i = 0; i < 5000; ++i) {
    preamble += "Datum " + std::to_string(i) + ";01.06.2026\n";
  }
  ASSERT_EQ(Open(pinned, preamble + "Datum;Nr;Betrag;Text\n" + kRow), "");
  EXPECT_EQ(first_.line, 5005);
  EXPECT_THAT(first_.fields, ElementsAre("01.06.2026", "1", "5,00", "7,00"));
  EXPECT_EQ(Open(pinned, std::string("Datum;\"Nr\";Betrag;Text\n") + kRow), "");
  EXPECT_THAT(Open(pinned, preamble), HasSubstr("has no line that begins with 'Datum', 'Nr'"));
}

TEST_F(RowSourceTest, ASkippedLineThatReadsAsATransactionIsAnError) {
  const std::string columns =
      "header = false\nskip_lines = 1\ncolumns = [\"Datum\", \"Nr\", \"Betrag\", \"Text\"]\n";
  EXPECT_EQ(Open(columns, std::string("Datum;Nr;Betrag;Text\n") + kRow), "");
  EXPECT_EQ(Open(columns, std::string("Saldo;;5,00;\n") + kRow), "");
  EXPECT_THAT(Open(columns, std::string(kRow) + kRow),
              HasSubstr("line 1: [file] skip_lines passes over the line, but it reads as a "
                        "transaction of '5,00'; to leave it out, write a [[rule]]"));
  EXPECT_THAT(Open("skip_lines = 1\n", std::string(kRow) + "Datum;Nr;Betrag;Text\n"),
              HasSubstr("use [file] header_starts_with instead"));
}

TEST_F(RowSourceTest, AHeaderWithAForgottenQuoteSwallowsNoRows) {
  const std::string text = "Datum;Nr;Betrag;\"Text\n01.06.2026;1;5,00;a\n02.06.2026;2;6,00;5\"\n";
  EXPECT_THAT(Open("", text), HasSubstr("the header has a line end in quotes ('Datum', 'Nr', "
                                        "'Betrag', 'Text<U+000A>01.06.2026;1;5,00;a"));
  const std::string names = "\"Datum\", \"Nr\", \"Betrag\", \"Text\\nmore\"";
  const std::string wide = std::string("Datum;Nr;Betrag;\"Text\nmore\"\n") + kRow;
  EXPECT_THAT(Open("", wide), HasSubstr("name the whole header by [file] header_is"));
  EXPECT_THAT(Open("columns = [" + names + "]\n", wide), HasSubstr("line end in quotes"));
  EXPECT_EQ(Open("header_is = [" + names + "]\n", wide), "");
  EXPECT_EQ(first_.line, 3);
}

TEST_F(RowSourceTest, TheSearchForAHeaderCanBeStopped) {
  stop_ = true;
  EXPECT_EQ(Open("header_starts_with = \"Datum\"\n", kRow), "the import was stopped");
}

TEST_F(RowSourceTest, CrEndsTheLinesOfAFileWithoutLf) {
  ASSERT_EQ(Open("", "Datum;Nr;Betrag;Text\r01.06.2026;1;5,00;a\r02.06.2026;2;5,00;b"), "");
  EXPECT_EQ(first_.line, 2);
  EXPECT_THAT(first_.fields, ElementsAre("01.06.2026", "1", "5,00", "a"));
}

}  // namespace
}  // namespace florin::importer
