#include "apps/importer/id_text.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "apps/importer/id_origins.h"

namespace florin::importer {
namespace {

TEST(IdTextTest, LeavesAsciiAsItAlwaysWas) {
  EXPECT_EQ(IdText(""), "");
  EXPECT_EQ(IdText("DE89:a.b_c@d-e"), "DE89:a.b_c@d-e");
  EXPECT_EQ(IdText("Miete Juni / 2"), "Miete-Juni---2");
}

// Do not change the texts: the ids are in ledgers.
TEST(IdTextTest, OtherTextCarriesItsHash) {
  EXPECT_EQ(IdText("Müller"), "M-ller_a78429899bb8");
  EXPECT_EQ(IdText("Иванов"), "-_37f3ddd46f24");
}

TEST(IdTextTest, KeepsDifferentValuesApart) {
  const std::set<std::string> ids = {IdText("Müller"),      IdText("Möller"), IdText("Muller"),
                                     IdText("Иванов"),      IdText("Петров"), IdText("M-ller"),
                                     IdText("Mu\u0308ller")};
  EXPECT_EQ(ids.size(), 7U);
}

TEST(IdTextTest, StaysShortAndFitsIntoAnId) {
  const std::string id = IdText("Общество с ограниченной ответственностью «Ромашка»");
  EXPECT_LE(id.size(), 40U);
  EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789:._@-"),
            std::string::npos);
}

class IdOriginsTest : public testing::Test {
 protected:
  static Template Bound(std::string_view text) {
    auto parsed = Template::Parse(text, 1).value();
    EXPECT_FALSE(parsed.Bind({"a", "b"}));
    return parsed;
  }
  std::optional<std::string> Check(const Template& source, std::vector<std::string> fields) {
    const Row row{.line = ++line_, .fields = std::move(fields), .problem = ""};
    return origins_.Check(source, source.Render(row), row);
  }

  IdOrigins origins_;
  std::int64_t line_ = 0;
};

TEST_F(IdOriginsTest, TwoValuesMustNotGiveOneId) {
  const Template payee = Bound("payee:${a|id}");
  EXPECT_EQ(Check(payee, {"A B", ""}), std::nullopt);
  EXPECT_EQ(Check(payee, {"A B", ""}), std::nullopt);
  EXPECT_EQ(Check(payee, {"A/B", ""}),
            "'payee:A-B' comes from 'A/B' here and from 'A B' in line 1");
  EXPECT_EQ(Check(payee, {"A C", ""}), std::nullopt);
}

TEST_F(IdOriginsTest, PlacesSideBySideMustNotRunTogether) {
  const Template both = Bound("${a}-${b}");
  EXPECT_EQ(Check(both, {"x-y", "z"}), std::nullopt);
  EXPECT_EQ(Check(both, {"x", "y-z"}),
            "'x-y-z' comes from 'x', 'y-z' here and from 'x-y', 'z' in line 1");
  const Template either = Bound("${a}${b}");
  EXPECT_EQ(Check(either, {"one", ""}), std::nullopt);
  EXPECT_EQ(Check(either, {"", "one"}), std::nullopt) << "one of two columns is filled";
}

TEST_F(IdOriginsTest, TwoTemplatesMayMeanTheSame) {
  const Template from = Bound("client:${a}");
  const Template to = Bound("client:${b}");
  const Template filtered = Bound("client:${b|id}");
  EXPECT_EQ(Check(from, {"7", "8"}), std::nullopt);
  EXPECT_EQ(Check(to, {"8", "7"}), std::nullopt);
  EXPECT_EQ(Check(from, {"A-B", ""}), std::nullopt);
  EXPECT_EQ(Check(filtered, {"", "A-B"}), std::nullopt);
  EXPECT_NE(Check(filtered, {"", "A B"}), std::nullopt);
}

TEST_F(IdOriginsTest, FoldingTheCaseIsMeantSo) {
  const Template folded = Bound("payee:${a|lower}");
  EXPECT_EQ(Check(folded, {"METRO", ""}), std::nullopt);
  EXPECT_EQ(Check(folded, {"Metro", ""}), std::nullopt);
}

}  // namespace
}  // namespace florin::importer
