// Goal: a row that would become wrong money, a wrong day or somebody else's
// account is rejected, or named in a warning.
// Method: small files of shapes that real banks send, mapped row by row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "apps/importer/row_mapper.h"

namespace florin::importer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kAccounts[] = R"(
[[asset]]
code = "EUR"
scale = 2
[accounts.bank]
id = "bank:giro"
type = "ASSET"
unlimited_overdraft = true
)";
constexpr char kOther[] = R"(
[accounts.other]
id = "outside"
type = "EQUITY"
unlimited_overdraft = true
)";
constexpr char kRule[] = R"(
[[rule]]
debit = "bank"
credit = "other"
)";

// What became of the rows of one file, in order.
class Mapping {
 public:
  Mapping(const std::string& profile, const std::vector<std::string>& columns,
          const std::vector<std::vector<std::string>>& rows) {
    auto parsed = ParseProfile(profile);
    EXPECT_TRUE(parsed.ok()) << parsed.error().message;
    profile_ = std::make_unique<Profile>(std::move(parsed).value());
    EXPECT_FALSE(profile_->Bind(columns));
    RowMapper mapper(*profile_, columns.size());
    // The first line is the header.
    std::int64_t line = 1;
    for (const auto& fields : rows) {
      results_.push_back(mapper.Map(Row{.line = ++line, .fields = fields, .problem = ""}));
    }
    warnings_ = mapper.warnings();
  }

  // "1250", "-12.5" (debit and credit changed places), or the reason.
  [[nodiscard]] std::vector<std::string> Amounts() const {
    std::vector<std::string> amounts;
    for (const auto& result : results_) {
      if (const auto* rejected = std::get_if<RejectedRow>(&result)) {
        amounts.push_back(rejected->reason);
        continue;
      }
      const auto& posting = std::get<MappedRow>(result).transaction.postings(0);
      amounts.push_back((posting.debit_account_id() == "bank:giro" ? "" : "-") + posting.amount());
    }
    return amounts;
  }
  [[nodiscard]] std::vector<std::string> Ids() const {
    return Texts([](const auto& row) { return row.transaction.transaction_id(); });
  }
  [[nodiscard]] std::vector<std::string> Credited() const {
    return Texts([](const auto& row) { return row.transaction.postings(0).credit_account_id(); });
  }
  [[nodiscard]] std::vector<std::string> Times() const {
    return Texts([](const auto& row) {
      return row.transaction.has_effective_time()
                 ? std::to_string(row.transaction.effective_time().seconds())
                 : "none";
    });
  }
  [[nodiscard]] std::string Message(std::size_t row) const {
    const auto* rejected = std::get_if<RejectedRow>(&results_.at(row));
    return rejected == nullptr ? "" : rejected->message;
  }
  [[nodiscard]] const MappedRow& Good(std::size_t row) const {
    return std::get<MappedRow>(results_.at(row));
  }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  template <typename Get>
  [[nodiscard]] std::vector<std::string> Texts(const Get& get) const {
    std::vector<std::string> texts;
    for (const auto& result : results_) {
      const auto* row = std::get_if<MappedRow>(&result);
      texts.push_back(row == nullptr ? std::get<RejectedRow>(result).reason : get(*row));
    }
    return texts;
  }

  std::unique_ptr<Profile> profile_;
  std::vector<MapResult> results_;
  std::vector<std::string> warnings_;
};

std::string AmountProfile(const std::string& file) {
  return "[file]\n" + file + kAccounts + kOther +
         "[transaction]\nid = \"${Nr}\"\namount = \"${Betrag}\"\nnegative_amounts = \"swap\"\n" +
         kRule;
}

TEST(RowMapperDoubtTest, ASeparatorThatGroupsNoThousandsIsNoAmount) {
  const Mapping rows(AmountProfile("decimal_separator = \",\"\nthousands_separator = \".\"\n"),
                     {"Nr", "Betrag"}, {{"1", "1.250,00"}, {"2", "-12.50"}, {"3", "50.44"}});
  EXPECT_THAT(rows.Amounts(), ElementsAre("1250", "BAD_AMOUNT", "BAD_AMOUNT"));
  EXPECT_EQ(rows.Message(1), "'-12.50': '.' must have three digits after it");
}

TEST(RowMapperDoubtTest, ThreeDecimalsWithoutAThousandsSeparatorAreWarnedOfOnce) {
  const std::vector<std::vector<std::string>> file = {
      {"1", "1.25"}, {"2", "1.250"}, {"3", "2.500"}};
  const Mapping rows(AmountProfile(""), {"Nr", "Betrag"}, file);
  EXPECT_THAT(rows.Amounts(), ElementsAre("1.25", "1.25", "2.5"));
  ASSERT_EQ(rows.warnings().size(), 1U);
  EXPECT_THAT(rows.warnings()[0], testing::StartsWith("line 3: '1.250' is read as 1.25"));
  EXPECT_THAT(
      Mapping(AmountProfile("thousands_separator = \",\"\n"), {"Nr", "Betrag"}, file).warnings(),
      IsEmpty());
  std::string dinar = AmountProfile("");
  dinar.replace(dinar.find("scale = 2"), 9, "scale = 3");
  EXPECT_THAT(Mapping(dinar, {"Nr", "Betrag"}, file).warnings(), IsEmpty());
}

const std::vector<std::string> kCardColumns = {"Date", "Amount", "Text"};
const std::vector<std::vector<std::string>> kCardRows = {{"2026-06-01", "-2.40", "METRO"},
                                                         {"2026-06-01", "-2.40", "METRO"},
                                                         {"2026-06-01", "-9.99", "KIOSK"}};

std::string CardProfile(const std::string& id) {
  return std::string(kAccounts) + kOther + "[transaction]\nid = \"" + id +
         "\"\namount = \"${Amount}\"\nnegative_amounts = \"swap\"\n" + kRule;
}

TEST(RowMapperDoubtTest, ARepeatedIdIsRejectedAndNamesTheLineOfTheFirst) {
  const Mapping rows(CardProfile("${Date}:${Amount|id}:${Text|id}"), kCardColumns, kCardRows);
  EXPECT_THAT(rows.Amounts(), ElementsAre("-2.4", "DUPLICATE_ID", "-9.99"));
  EXPECT_THAT(rows.Message(1), HasSubstr("line 3 gives the id of line 2"));
  EXPECT_THAT(rows.warnings(), IsEmpty());
}

TEST(RowMapperDoubtTest, AnIdOfAnEmptyColumnIsWarnedOfAndNotRepeated) {
  const Mapping rows(CardProfile("e-${Text}"), kCardColumns,
                     {{"2026-06-01", "1", ""}, {"2026-06-02", "2", ""}});
  EXPECT_THAT(rows.Amounts(), ElementsAre("1", "DUPLICATE_ID"));
  ASSERT_EQ(rows.warnings().size(), 1U);
  EXPECT_THAT(rows.warnings()[0], HasSubstr("line 2: the id 'e-' has nothing from the row"));
}

TEST(RowMapperDoubtTest, ACountTellsIdenticalRowsApart) {
  const std::string profile = CardProfile("${Date}:${Amount|id}:${Text|id}:${@count}");
  const Mapping june(profile, kCardColumns, kCardRows);
  EXPECT_THAT(june.Amounts(), ElementsAre("-2.4", "-2.4", "-9.99"));
  EXPECT_THAT(june.Ids(), ElementsAre("2026-06-01:-2.40:METRO:1", "2026-06-01:-2.40:METRO:2",
                                      "2026-06-01:-9.99:KIOSK:1"));
  // A download that overlaps the first gives the rows that both have the same ids.
  auto more = kCardRows;
  more.insert(more.begin(), {"2026-06-02", "-1.00", "NEW"});
  const auto ids = Mapping(profile, kCardColumns, more).Ids();
  EXPECT_EQ(std::vector<std::string>(ids.begin() + 1, ids.end()), june.Ids());
}

TEST(RowMapperDoubtTest, ACountDoesNotDependOnWhetherTheRowsBeforeAreGood) {
  const std::string profile = CardProfile("${Date}:${@count}");
  const Mapping rows(profile, kCardColumns, {{"d", "none", "a"}, {"d", "2", "b"}});
  EXPECT_THAT(rows.Ids(), ElementsAre("BAD_AMOUNT", "d:2"));
}

TEST(RowMapperDoubtTest, ARowThatIsRejectedGivesNoIdAway) {
  const Mapping rows(CardProfile("${Text}"), kCardColumns, {{"d", "x", "7"}, {"d", "2", "7"}});
  EXPECT_THAT(rows.Ids(), ElementsAre("BAD_AMOUNT", "7"));
}

std::string DateProfile(const std::string& more) {
  return std::string(kAccounts) + kOther +
         "[transaction]\nid = \"${Nr}\"\namount = \"${Amount}\"\nnegative_amounts = \"swap\"\n"
         "effective_time = \"${Booking Date}\"\ndate_format = \"%d.%m.%Y\"\n" +
         more + kRule;
}

TEST(RowMapperDoubtTest, AnEmptyDateIsNoDateUnlessItIsSaidToBeNone) {
  const std::vector<std::string> columns = {"Booking Date", "Nr", "Amount"};
  const std::vector<std::vector<std::string>> file = {{"01.06.2026", "1", "1"},
                                                      {"", "2", "-20.00"}};
  const Mapping strict(DateProfile(""), columns, file);
  EXPECT_THAT(strict.Times(), ElementsAre("1780272000", "BAD_DATE"));
  EXPECT_THAT(strict.Message(1), HasSubstr("empty_date = \"none\""));
  EXPECT_THAT(Mapping(DateProfile("empty_date = \"reject\"\n"), columns, file).Times(),
              ElementsAre("1780272000", "BAD_DATE"));
  EXPECT_THAT(Mapping(DateProfile("empty_date = \"none\"\n"), columns, file).Times(),
              ElementsAre("1780272000", "none"));
}

TEST(RowMapperDoubtTest, ADateOfEmptyColumnsIsEmptyToo) {
  std::string profile = DateProfile("");
  const std::string place = "${Booking Date}";
  profile.replace(profile.find(place), place.size(), "${Booking Date} ${Nr}");
  const std::vector<std::string> columns = {"Booking Date", "Nr", "Amount"};
  const Mapping rows(profile, columns, {{"", "", "1"}});
  EXPECT_THAT(rows.Times(), ElementsAre("EMPTY_ID"));
  profile.replace(profile.find("id = \"${Nr}\""), 12, "id = \"${Amount}\"");
  EXPECT_THAT(Mapping(profile, columns, {{"", "", "1"}}).Message(0), HasSubstr("date is empty"));
  // A time without its date is no date, and not none either.
  profile.replace(profile.find("%d.%m.%Y"), 8, "%d.%m.%Y %H:%M");
  profile.replace(profile.find("date_format"), 0, "empty_date = \"none\"\n");
  EXPECT_THAT(Mapping(profile, columns, {{"", "12:30", "1"}, {"", "", "2"}}).Times(),
              ElementsAre("BAD_DATE", "none"));
}

std::string PayeeProfile(const std::string& account) {
  return std::string(kAccounts) + "[accounts.other]\n" + account +
         "type = \"EXPENSE\"\n[transaction]\nid = \"${Nr}\"\namount = \"${Amount}\"\n" + kRule;
}

TEST(RowMapperDoubtTest, DifferentPayeesHaveDifferentAccounts) {
  const Mapping rows(PayeeProfile("id = \"payee:${Payee|id}\"\n"), {"Nr", "Amount", "Payee"},
                     {{"1", "10", "Müller"},
                      {"2", "20", "Möller"},
                      {"3", "30", "Иванов"},
                      {"4", "40", "Петров"},
                      {"5", "5", ""},
                      {"6", "10", "Müller"}});
  const auto accounts = rows.Credited();
  ASSERT_EQ(accounts.size(), 6U);
  EXPECT_EQ(std::set<std::string>(accounts.begin(), accounts.begin() + 4).size(), 4U);
  EXPECT_EQ(accounts[4], "EMPTY_ACCOUNT_ID");
  EXPECT_THAT(rows.Message(4), HasSubstr("[accounts.other]"));
  EXPECT_EQ(accounts[5], accounts[0]);
  EXPECT_THAT(rows.Good(0).new_accounts, testing::SizeIs(2));
  EXPECT_THAT(rows.Good(5).new_accounts, IsEmpty());
}

TEST(RowMapperDoubtTest, TwoPayeesThatWouldShareAnAccountAreAnError) {
  const Mapping rows(PayeeProfile("id = \"payee:${Payee|id}\"\n"), {"Nr", "Amount", "Payee"},
                     {{"1", "1", "A B"}, {"2", "1", "A/B"}, {"3", "1", "A B"}});
  EXPECT_THAT(rows.Credited(), ElementsAre("payee:A-B", "ID_CLASH", "payee:A-B"));
  EXPECT_EQ(rows.Message(1),
            "the account 'payee:A-B' comes from 'A/B' here and from 'A B' in line 2");
}

TEST(RowMapperDoubtTest, APayeeMayNotShareAnAccountOfTheProfile) {
  const Mapping rows(PayeeProfile("id = \"bank:${Payee|id}\"\n"), {"Nr", "Amount", "Payee"},
                     {{"1", "1", "giro"}, {"2", "1", "gi ro"}});
  EXPECT_THAT(rows.Credited(), ElementsAre("bank:giro", "bank:gi-ro"));
  std::string profile = PayeeProfile("id = \"bank:${Payee|id}\"\n");
  profile.replace(profile.find("bank:giro"), 9, "bank:g-ro");
  const Mapping clash(profile, {"Nr", "Amount", "Payee"}, {{"1", "1", "g ro"}});
  EXPECT_THAT(clash.Credited(), ElementsAre("ID_CLASH"));
  EXPECT_EQ(clash.Message(0),
            "the account 'bank:g-ro' comes from 'g ro' here, and the profile gives that id to "
            "another account");
}

TEST(RowMapperDoubtTest, AnIdThatTheLedgerWouldRefuseIsRejected) {
  const Mapping rows(CardProfile("${Text}"), kCardColumns,
                     {{"d", "1", std::string(64, 'x')},
                      {"d", "1", std::string(65, 'x')},
                      {"d", "1", "a b"},
                      {"d", "1", "Müller"}});
  EXPECT_THAT(rows.Ids(), ElementsAre(std::string(64, 'x'), "BAD_ID", "BAD_ID", "BAD_ID"));
  EXPECT_THAT(rows.Message(1), HasSubstr("has 65 characters, and ids have at most 64"));
  EXPECT_THAT(rows.Message(2), HasSubstr("'a b' holds ' ', which ids must not"));
  EXPECT_THAT(rows.Message(3), HasSubstr("holds U+00FC"));
}

TEST(RowMapperDoubtTest, TwoOwnersThatWouldBeOneAreAnError) {
  const Mapping rows(PayeeProfile("id = \"payee:${Nr}\"\nowner = \"${Payee|id}\"\n"),
                     {"Nr", "Amount", "Payee"}, {{"1", "1", "A B"}, {"2", "1", "A/B"}});
  EXPECT_THAT(rows.Credited(), ElementsAre("payee:1", "ID_CLASH"));
  EXPECT_THAT(rows.Message(1), HasSubstr("the owner 'A-B'"));
}

TEST(RowMapperDoubtTest, AControlCharacterOfAWrongEncodingIsWarnedOf) {
  const Mapping rows(AmountProfile(""), {"Nr", "Betrag"}, {{"1", "1"}, {"2\u0080", "1"}});
  ASSERT_EQ(rows.warnings().size(), 1U);
  EXPECT_THAT(rows.warnings()[0], HasSubstr("line 3:"));
  EXPECT_THAT(rows.warnings()[0], HasSubstr("cp1252"));
}

TEST(RowMapperDoubtTest, AValueThatNoRuleTakesShowsWhatItHolds) {
  std::string profile = AmountProfile("");
  profile.replace(profile.find("[[rule]]\n"), 9, "[[rule]]\nwhen = { Nr = \"1\" }\n");
  const Mapping rows(profile, {"Nr", "Betrag"}, {{"1\u00A0", "1"}});
  EXPECT_THAT(rows.Message(0), HasSubstr("Nr = '1<U+00A0>'"));
}

}  // namespace
}  // namespace florin::importer
