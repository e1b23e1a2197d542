#include "apps/importer/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace florin::importer {
namespace {

using testing::HasSubstr;

constexpr char kGood[] = R"([file]
separator = ";"
[[asset]]
code = "EUR"
scale = 2
[accounts.cash]
id = "cash"
type = "ASSET"
unlimited_overdraft = true
[accounts.client]
id = "client:${account}"
type = "LIABILITY"
overdraft_limit = "10.00"
[transaction]
id = "${id}"
amount = "${amount}"
effective_time = "${date}"
date_format = "%Y-%m-%d"
[[rule]]
when = { kind = ["in", "IN"] }
debit = "cash"
credit = "client"
[[rule]]
when = { kind = { prefix = "x" } }
skip = true
)";

// kGood with one line replaced. Lines count from 1.
std::string With(int line, const std::string& text) {
  std::string result;
  std::string_view rest = kGood;
  for (int i = 1; !rest.empty(); ++i) {
    const auto end = rest.find('\n') + 1;
    result += i == line ? text + "\n" : std::string(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return result;
}

void ExpectProblem(int line, const std::string& text, int error_line, const std::string& message) {
  const auto profile = ParseProfile(With(line, text));
  ASSERT_FALSE(profile.ok()) << text;
  EXPECT_EQ(profile.error().line, error_line) << profile.error().message;
  EXPECT_THAT(profile.error().message, HasSubstr(message)) << text;
}

TEST(ProfileTest, ReadsWhatItIsToldAndFillsInTheRest) {
  const auto parsed = ParseProfile(kGood);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  const Profile& profile = parsed.value();
  EXPECT_EQ(profile.file.format.separator, ';');
  EXPECT_EQ(profile.file.format.quote, '"');
  EXPECT_EQ(profile.file.encoding, "UTF-8");
  EXPECT_TRUE(profile.file.header);
  ASSERT_EQ(profile.assets.size(), 1U);
  EXPECT_EQ(profile.assets[0].code(), "EUR");
  ASSERT_EQ(profile.accounts.size(), 2U);
  EXPECT_EQ(profile.accounts[1].type, v1::ACCOUNT_TYPE_LIABILITY);
  EXPECT_EQ(profile.accounts[1].limits.overdraft_limit(), "10.00");
  ASSERT_EQ(profile.rules.size(), 2U);
  EXPECT_EQ(profile.accounts[profile.rules[0].debit].name, "cash");
  EXPECT_EQ(profile.accounts[profile.rules[0].credit].name, "client");
  EXPECT_TRUE(profile.rules[1].skip);
  EXPECT_EQ(profile.negative_amounts, NegativeAmounts::kReject);
}

TEST(ProfileTest, AnUnknownKeyNamesItsLineAndTheKnownOnes) {
  ExpectProblem(2, "seperator = \";\"", 2, "unknown key 'seperator' in [file]; known: separator");
  ExpectProblem(13, "overdraft = \"1\"", 13, "unknown key 'overdraft' in [accounts.client]");
  ExpectProblem(24, "when = {}\ncolour = 1", 25, "'colour' in [[rule]]");
  ExpectProblem(1, "[files]", 1, "unknown key 'files' in the profile");
}

TEST(ProfileTest, AValueOfTheWrongKindNamesItsLine) {
  ExpectProblem(2, "separator = 1", 2, "'separator' in [file] must be a string in quotes");
  ExpectProblem(2, "separator = \";;\"", 2, "one ASCII character");
  ExpectProblem(2, "header = \"yes\"", 2, "must be true or false");
  ExpectProblem(5, "scale = 2.0", 5, "must be a whole number");
  ExpectProblem(13, "overdraft_limit = 10.00", 13, "must be a string in quotes");
  ExpectProblem(20, "when = { kind = 3 }", 20, "a list of strings");
}

TEST(ProfileTest, AValueThatMakesNoSenseNamesItsLine) {
  ExpectProblem(5, "scale = 19", 5, "0 to 18");
  ExpectProblem(8, "type = \"CASH\"", 8, "LIABILITY");
  ExpectProblem(11, "id = \"client:${account\"", 11, "after '$'");
  ExpectProblem(18, "date_format = \"%Q\"", 18, "'%Q'");
  ExpectProblem(18, "date_format = \"%Y%m%d\"\nutc_offset = \"1\"", 19, "\"+01:00\"");
  ExpectProblem(16, "amount = \"x\"\nnegative_amounts = \"drop\"", 17, "'drop'");
  ExpectProblem(21, "debit = \"till\"", 21, "there is no [accounts.till]");
  ExpectProblem(24, "when = { kind = { prefix = [], not = \"y\" } }", 24, "one of not, prefix");
  ExpectProblem(2, "separator = \"\\\"\"", 1, "are the same");
  ExpectProblem(2, "decimal_separator = \",\"\nthousands_separator = \",\"", 3, "are the same");
  ExpectProblem(2, "thousands_separator = \".\"", 2, "are the same");
  ExpectProblem(2, "thousands_separator = \"0\"", 2, "part of a number");
  ExpectProblem(2, "decimal_separator = \"-\"", 2, "part of a number");
  ExpectProblem(2, "header = false\ncolumns = [\"a\"]\nheader_is = \"a\"", 1, "no header");
  ExpectProblem(2, "header_is = \"a\"\nheader_starts_with = \"a\"", 1, "give one of");
  ExpectProblem(18, "date_format = \"%Y%m%d\"\nutc_offset = \"Europe/Bonn\"", 19, "'Europe/Bonn'");
  ExpectProblem(17, "utc_offset = \"Europe/Bonn\"", 17, "'Europe/Bonn'");
  ExpectProblem(2, "header_is = \"\"", 2, "'header_is' names no column");
  ExpectProblem(2, "header_is = []", 2, "'header_is' names no column");
  ExpectProblem(2, "header_starts_with = []", 2, "'header_starts_with' names no column");
  ExpectProblem(2, "header_is = \"a,\\\"b\"", 2, "'header_is' does not read as a line: column 2");
  ExpectProblem(18, "date_format = \"%Y%m%d\"\nempty_date = \"skip\"", 19,
                "'skip'; it must be \"none\" or \"reject\"");
}

TEST(ProfileTest, ACountBelongsIntoTheIdOfATransactionOnly) {
  EXPECT_TRUE(ParseProfile(With(15, "id = \"${id}:${@count}\"")).ok());
  ExpectProblem(16, "amount = \"${@count}\"", 16, "numbers rows in the 'id'");
  ExpectProblem(11, "id = \"client:${@count}\"", 11, "numbers rows in the 'id'");
}

TEST(ProfileTest, AHeaderIsAListOfNamesOrTheLine) {
  const std::vector<std::string> names = {"Datum", "Nr", "Soll; Haben"};
  const auto list =
      ParseProfile(With(2, "separator = \";\"\nheader_is = [\"Datum\", \"Nr\", \"Soll; Haben\"]"));
  EXPECT_EQ(list.value().file.header_is, names);
  const auto line =
      ParseProfile(With(2, "header_starts_with = 'Datum;Nr ;\"Soll; Haben\"'\nseparator = \";\""));
  EXPECT_EQ(line.value().file.header_starts_with, names);
}

TEST(ProfileTest, SaysWhatIsMissing) {
  ExpectProblem(15, "type = \"${id}\"", 19, "has an 'id'");
  ExpectProblem(16, "", 19, "has an 'amount'");
  ExpectProblem(18, "", 19, "needs [transaction] 'date_format'");
  ExpectProblem(7, "", 6, "needs an 'id'");
  ExpectProblem(8, "", 6, "needs a 'type'");
  ExpectProblem(22, "", 19, "'credit'");
  ExpectProblem(2, "header = false", 1, "needs 'columns'");
  const auto empty = ParseProfile("");
  ASSERT_FALSE(empty.ok());
  EXPECT_THAT(empty.error().message, HasSubstr("no [[rule]]"));
}

TEST(ProfileTest, TextThatIsNoTomlNamesItsLine) {
  const auto profile = ParseProfile("[file]\nseparator = ;\n");
  ASSERT_FALSE(profile.ok());
  EXPECT_EQ(profile.error().line, 2);
}

TEST(ProfileTest, BindNamesTheLineOfAColumnThatIsNotThere) {
  auto profile = ParseProfile(kGood).value();
  EXPECT_FALSE(profile.Bind({"id", "account", "amount", "date", "kind"}));
  auto error = profile.Bind({"id", "account", "amount", "kind"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->line, 17);
  EXPECT_THAT(error->message, HasSubstr("'date'"));
  error = profile.Bind({"id", "account", "amount", "date"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->line, 20);
  EXPECT_THAT(error->message, HasSubstr("'kind'"));
}

TEST(ProfileTest, AFileThatCannotBeReadSaysWhy) {
  const auto profile = LoadProfile("/no/such/profile.toml");
  ASSERT_FALSE(profile.ok());
  EXPECT_THAT(profile.error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace florin::importer
