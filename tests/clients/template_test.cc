#include "clients/importer/template.h"

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
  // Each byte that ids must not hold becomes a '-'.
  EXPECT_EQ(Render("${name|id}"), "---M--ller-x-y");
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

}  // namespace
}  // namespace florin::importer
