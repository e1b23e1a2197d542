#include "apps/importer/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace florin::importer {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kColumns = {"id", "bank code", "name"};

std::string Render(std::string_view text) {
  auto parsed = Template::Parse(text, 1);
  EXPECT_TRUE(parsed.ok()) << text;
  EXPECT_FALSE(parsed.value().Bind(kColumns)) << text;
  return parsed.value().Render(
      Row{.line = 12, .fields = {"17", "AB", "Ø Müller/x y"}, .problem = ""});
}

TEST(TemplateTest, PutsValuesInTheirPlaces) {
  EXPECT_EQ(Render(""), "");
  EXPECT_EQ(Render("plain"), "plain");
  EXPECT_EQ(Render("${id}"), "17");
  EXPECT_EQ(Render("x:${id}:${bank code}"), "x:17:AB");
  EXPECT_EQ(Render("row-${@line}"), "row-12");
  EXPECT_EQ(Render("$$${id}$$"), "$17$");
}

TEST(TemplateTest, Filters) {
  EXPECT_EQ(Render("${bank code|lower}"), "ab");
  EXPECT_EQ(Render("${name|upper}"), "Ø MüLLER/X Y");
  EXPECT_EQ(Render("${bank code|id}"), "AB");
  EXPECT_THAT(Render("${name|id}"), testing::MatchesRegex("--M-ller-x-y_[0-9a-f]{12}"));
}

TEST(TemplateTest, CountsOnlyWhereACountIsGiven) {
  auto parsed = Template::Parse("${id}:${@count}", 1).value();
  ASSERT_FALSE(parsed.Bind(kColumns));
  EXPECT_TRUE(parsed.Counts());
  const Row row{.line = 12, .fields = {"17", "AB", "x"}, .problem = ""};
  EXPECT_EQ(parsed.Render(row), "17:");
  EXPECT_EQ(parsed.Render(row, 2), "17:2");
}

TEST(TemplateTest, KnowsWhatARowLeavesEmpty) {
  const struct {
    const char* text;
    bool blank;
    bool part_empty;
  } cases[] = {
      {"cash", false, false},
      {"a::b", false, false},
      {"payee:${name}", true, true},
      {"payee-${name}", true, false},
      {"${name}", true, true},
      {"${id}:${name}", false, true},
      {"${name}:${id}", false, true},
      {"x:${name}:y", true, true},
      {"p:${id}${name}", false, false},
      {"p:${name}-x", true, false},
      {"p:${name}${@line}", false, false},
  };
  for (const auto& c : cases) {
    auto parsed = Template::Parse(c.text, 1).value();
    ASSERT_FALSE(parsed.Bind(kColumns));
    const Row row{.line = 12, .fields = {"17", "AB", ""}, .problem = ""};
    EXPECT_EQ(parsed.IsBlank(row), c.blank) << c.text;
    EXPECT_EQ(parsed.LeavesAPartEmpty(row), c.part_empty) << c.text;
    const Row blank{.line = 12, .fields = {"17", "AB", "\u00A0\u3000"}, .problem = ""};
    EXPECT_EQ(parsed.IsBlank(blank), c.blank) << c.text;
    EXPECT_EQ(parsed.LeavesAPartEmpty(blank), c.part_empty) << c.text;
  }
}

TEST(TemplateTest, RefusesWhatItCannotRead) {
  const auto problem = [](std::string_view text) {
    const auto parsed = Template::Parse(text, 7);
    EXPECT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().line, 7);
    return parsed.error().message;
  };
  EXPECT_THAT(problem("a$b"), HasSubstr("after '$'"));
  EXPECT_THAT(problem("${id"), HasSubstr("'${id'"));
  EXPECT_THAT(problem("${}"), HasSubstr("names no column"));
  EXPECT_THAT(problem("${id|reverse}"), HasSubstr("'reverse'"));
}

TEST(TemplateTest, NamesTheColumnThatIsNotThere) {
  auto parsed = Template::Parse("${iban}", 9);
  const auto error = parsed.value().Bind(kColumns);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->line, 9);
  EXPECT_EQ(error->message, "the file has no column 'iban'; it has: id, bank code, name");
}

TEST(TemplateTest, AColumnThatLooksLikeTheWantedOneShowsWhatItHolds) {
  auto parsed = Template::Parse("${id}", 9);
  EXPECT_THAT(parsed.value().Bind({"id\u00A0", "\x1b[2J"})->message,
              HasSubstr("it has: id<U+00A0>, <U+001B>[2J"));
}

}  // namespace
}  // namespace florin::importer
