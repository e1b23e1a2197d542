// Goal: every row is posted once and in order, or accounted for.
#include "apps/importer/import_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/clients/fake_ledger.h"
#include "tests/support/temporary_directory.h"

namespace florin::importer {
namespace {

using testing::HasSubstr;

constexpr char kProfile[] = R"(
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
[transaction]
id = "t${id}"
amount = "${amount}"
[[rule]]
when = { kind = ["in", "refuse"] }
debit = "cash"
credit = "client"
type = "${kind}"
[[rule]]
when = { kind = "skip" }
skip = true
)";

class ImportRunTest : public testing::Test {
 protected:
  ImportRunTest() {
    options_.file = directory_.path() + "/rows.csv";
    options_.rejects_file = directory_.path() + "/rejects.csv";
    options_.batch_size = 10;
  }

  void WriteRows(const std::string& text) const {
    std::ofstream(options_.file) << "id,account,amount,kind\n" << text;
  }
  void WriteGoodRows(int count) const {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += std::to_string(i) + "," + std::to_string(i % 7) + ",1.50,in\n";
    }
    WriteRows(text);
  }

  ImportOutcome Run(const std::atomic<bool>& stop = false) {
    auto profile = ParseProfile(kProfile);
    EXPECT_TRUE(profile.ok()) << profile.error().message;
    const client::FakeServer server({&ledger_});
    const auto client = client::Client::Connect(server.target());
    return RunImport(
        *client, std::move(profile).value(), options_,
        [this](const ImportCounts& counts) {
          EXPECT_LE(counts.answered(), counts.rows);
          if (on_progress_) {
            on_progress_(counts);
          }
        },
        stop);
  }

  [[nodiscard]] ImportOutcome Check() const {
    return CheckImport(
        ParseProfile(kProfile).value(), options_, [](const ImportCounts&) {}, false);
  }

  static std::string ReadText(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  [[nodiscard]] std::string Rejects() const { return ReadText(options_.rejects_file); }

  const test_support::TemporaryDirectory directory_;
  ImportOptions options_;
  client::FakeLedger ledger_;
  std::function<void(const ImportCounts&)> on_progress_;
};

TEST_F(ImportRunTest, PostsEveryRowOnceInTheOrderOfTheFile) {
  WriteGoodRows(105);
  const auto outcome = Run();
  ASSERT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.counts.rows, 105);
  EXPECT_EQ(outcome.counts.posted, 105);
  EXPECT_EQ(outcome.counts.accounts_opened, 8);
  ASSERT_EQ(ledger_.posted.size(), 105U);
  for (std::size_t i = 0; i < 105; ++i) {
    EXPECT_EQ(ledger_.posted[i].transaction_id(), "t" + std::to_string(i));
  }
  EXPECT_FALSE(std::filesystem::exists(options_.rejects_file));
}

TEST_F(ImportRunTest, TheSecondTimeEverythingIsReplayed) {
  WriteGoodRows(35);
  ASSERT_FALSE(Run().failure);
  const auto outcome = Run();
  ASSERT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.counts.posted, 0);
  EXPECT_EQ(outcome.counts.replayed, 35);
  EXPECT_EQ(outcome.counts.accounts_opened, 0);
  EXPECT_EQ(outcome.counts.accounts_known, 8);
  EXPECT_EQ(ledger_.posted.size(), 35U);
}

TEST_F(ImportRunTest, WritesWhatWasNotImportedWithLineAndReason) {
  WriteRows(
      "1,a,1.00,in\n"
      "2,a,1.00,refuse\n"
      "3,a,much,in\n"
      "4,a,1.00,other\n"
      "5,a,1.00,skip\n"
      "6,\"b\"x,1.00,in\n"
      "7,c,2.00,in\n");
  const auto outcome = Run();
  ASSERT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.counts.rows, 7);
  EXPECT_EQ(outcome.counts.posted, 2);
  EXPECT_EQ(outcome.counts.refused, 1);
  EXPECT_EQ(outcome.counts.rejected, 3);
  EXPECT_EQ(outcome.counts.skipped, 1);
  const std::string rejects = Rejects();
  EXPECT_THAT(rejects, testing::StartsWith("line,reason,message,id,account,amount,kind\n"));
  EXPECT_THAT(rejects, HasSubstr("3,INSUFFICIENT_FUNDS,\"account has 1.00, not "
                                 "\"\"5,00\"\"\",2,a,1.00,refuse\n"));
  EXPECT_THAT(rejects, HasSubstr("\n4,BAD_AMOUNT,"));
  EXPECT_THAT(rejects, HasSubstr("\n5,NO_RULE,no rule of the profile matches "
                                 "kind = 'other',4,a,1.00,other\n"));
  EXPECT_THAT(rejects, HasSubstr("\n7,BROKEN_ROW,"));
}

TEST_F(ImportRunTest, ARunWithoutRejectsTakesAwayTheOldFileIfItIsOurs) {
  WriteRows("1,a,x,in\n");
  ASSERT_EQ(Run().counts.rejected, 1);
  ASSERT_NE(Rejects(), "");
  WriteRows("1,a,1,in\n");
  ASSERT_EQ(Run().counts.rejected, 0);
  EXPECT_FALSE(std::filesystem::exists(options_.rejects_file));
}

TEST_F(ImportRunTest, NothingIsSentWhereTheRejectsWouldReplaceOtherData) {
  WriteRows("1,a,x,in\n2,a,1,in\n");
  const std::string rows = ReadText(options_.file);
  std::ofstream(options_.rejects_file) << "precious\n";
  EXPECT_THAT(Run().failure->local.message, HasSubstr("no import wrote it"));
  EXPECT_EQ(Rejects(), "precious\n");
  options_.rejects_file = options_.file;
  EXPECT_THAT(Run().failure->local.message, HasSubstr("is read by this import"));
  EXPECT_THAT(Check().failure->local.message, HasSubstr("is read by this import"));
  EXPECT_EQ(ReadText(options_.file), rows);
  options_.profile_file = directory_.path() + "/profile.toml";
  options_.rejects_file = options_.profile_file;
  std::ofstream(options_.profile_file) << "line,reason,message";
  EXPECT_THAT(Run().failure->local.message, HasSubstr("is read by this import"));
  EXPECT_TRUE(ledger_.assets.empty());
  EXPECT_TRUE(ledger_.posted.empty());
}

TEST_F(ImportRunTest, ARunThatEndsEarlyLeavesTheListOfTheOneBefore) {
  std::string rows;
  for (int i = 0; i < 100; ++i) {
    rows += std::to_string(i) + (i == 99 ? ",a,x,in\n" : ",a,1,in\n");
  }
  WriteRows(rows);
  ASSERT_EQ(Run().counts.rejected, 1);
  const std::string list = Rejects();
  EXPECT_TRUE(Run(true).stopped);
  EXPECT_EQ(Rejects(), list);
}

TEST_F(ImportRunTest, ACheckLeavesTheListOfARealRun) {
  WriteRows("1,a,x,in\n");
  ASSERT_EQ(Run().counts.rejected, 1);
  const std::string list = Rejects();
  WriteRows("1,a,1,in\n");
  ASSERT_EQ(Check().counts.rejected, 0);
  EXPECT_EQ(Rejects(), list);
  WriteRows("1,a,x,in\n2,a,y,in\n");
  ASSERT_EQ(Check().counts.rejected, 2);
  EXPECT_EQ(Rejects(), list);
}

TEST_F(ImportRunTest, AnIdThatTheFileRepeatsIsRejectedAndAnInterruptedRunStaysTheSame) {
  WriteRows("1,a,1,in\n2,a,1,in\n1,a,1,in\n3,a,1,in\n");
  for (const std::int64_t replayed : {0, 3}) {
    const auto outcome = Run();
    ASSERT_FALSE(outcome.failure);
    EXPECT_EQ(outcome.counts.posted, 3 - replayed);
    EXPECT_EQ(outcome.counts.replayed, replayed);
    EXPECT_EQ(outcome.counts.rejected, 1);
    EXPECT_THAT(Rejects(), HasSubstr("4,DUPLICATE_ID,\"line 4 gives the id of line 2"));
  }
  const auto check = Check();
  EXPECT_EQ(check.counts.rejected, 1);
  ASSERT_EQ(check.rejected.size(), 1U);
  EXPECT_EQ(check.rejected[0].line, 4);
  EXPECT_EQ(check.rejected[0].reason, "DUPLICATE_ID");
}

TEST_F(ImportRunTest, CountsTheRowsWhoseLinesEndInQuotes) {
  WriteRows("1,\"a\nb\",1,skip\n2,a,1,in\n3,\"a\nb\",1,skip\n");
  const auto outcome = Run();
  EXPECT_EQ(outcome.counts.rows, 3);
  EXPECT_EQ(outcome.counts.line_ends_in_quotes, 2);
  EXPECT_EQ(outcome.counts.first_line_end_in_quotes, 2);
}

TEST_F(ImportRunTest, StopsAfterWhatIsInFlightAndGoesOnTheNextTime) {
  WriteGoodRows(200);
  std::atomic<bool> stop = false;
  on_progress_ = [&](const ImportCounts& counts) { stop = counts.rows >= 50; };
  const auto first = Run(stop);
  EXPECT_TRUE(first.stopped);
  EXPECT_EQ(first.counts.rows, 50);
  EXPECT_EQ(first.counts.posted, 50);
  on_progress_ = nullptr;
  const auto second = Run();
  EXPECT_FALSE(second.stopped);
  EXPECT_EQ(second.counts.replayed, 50);
  EXPECT_EQ(second.counts.posted, 150);
  EXPECT_EQ(ledger_.posted.size(), 200U);
}

TEST_F(ImportRunTest, AnAccountWithOtherSettingsIsUsedAsItIs) {
  WriteGoodRows(3);
  v1::OpenAccountRequest other;
  other.set_account_id("client:1");
  other.set_owner_id("somebody");
  ledger_.accounts["client:1"] = other;
  const auto outcome = Run();
  ASSERT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.counts.accounts_different, 1);
  EXPECT_EQ(outcome.counts.posted, 3);
}

TEST_F(ImportRunTest, AnAccountThatCannotBeOpenedCostsOnlyItsRows) {
  WriteRows("1,a,1,in\n2,no id,1,in\n3,b,1,in\n4,no id,2,in\n");
  options_.batch_size = 3;
  const auto outcome = Run();
  ASSERT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.counts.posted, 2);
  EXPECT_EQ(outcome.counts.rejected, 2);
  ASSERT_EQ(ledger_.posted.size(), 2U);
  EXPECT_EQ(ledger_.posted[1].transaction_id(), "t3");
  EXPECT_THAT(Rejects(), HasSubstr("\n3,FIELD_INVALID,"));
  EXPECT_THAT(Rejects(), HasSubstr("\n5,FIELD_INVALID,"));
}

TEST_F(ImportRunTest, AnAssetOfAnotherScaleEndsTheImport) {
  WriteGoodRows(3);
  ledger_.assets["EUR"].set_code("EUR");
  ledger_.assets["EUR"].set_scale(4);
  const auto outcome = Run();
  ASSERT_TRUE(outcome.failure && outcome.failure->ledger);
  EXPECT_EQ(outcome.failure->ledger->reason, "ASSET_EXISTS");
  EXPECT_TRUE(ledger_.posted.empty());
  // Another name alone does no harm.
  ledger_.assets["EUR"].set_scale(2);
  ledger_.assets["EUR"].set_name("Euro");
  EXPECT_EQ(Run().counts.posted, 3);
}

TEST_F(ImportRunTest, AColumnThatIsMissingNamesTheProfilesLine) {
  std::ofstream(options_.file) << "id,account,kind\n1,a,in\n";
  const auto outcome = Run();
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->profile_line, 14);
  EXPECT_THAT(outcome.failure->local.message, HasSubstr("'amount'"));
  EXPECT_TRUE(ledger_.assets.empty()) << "nothing was sent";
}

TEST_F(ImportRunTest, AHeaderWithANameTwiceOrNoHeaderAtAllIsRefused) {
  std::ofstream(options_.file) << "id,account,id\n";
  EXPECT_THAT(Run().failure->local.message, HasSubstr("two columns 'id'"));
  std::ofstream(options_.file, std::ios::trunc) << "";
  EXPECT_THAT(Run().failure->local.message, HasSubstr("is empty"));
}

TEST_F(ImportRunTest, RejectsThatCannotBeWrittenEndTheImport) {
  WriteRows("1,a,x,in\n");
  options_.rejects_file = "/no/such/directory/rejects.csv";
  const auto outcome = Run();
  ASSERT_TRUE(outcome.failure);
  EXPECT_THAT(outcome.failure->local.message, HasSubstr("--rejects"));
  EXPECT_TRUE(ledger_.assets.empty()) << "nothing was sent";
}

TEST_F(ImportRunTest, ACheckSendsNothing) {
  WriteRows("1,a,1,in\n2,a,x,in\n3,b,1,skip\n");
  const auto outcome = Check();
  ASSERT_FALSE(outcome.failure);
  EXPECT_EQ(outcome.counts.posted, 1);
  EXPECT_EQ(outcome.counts.rejected, 1);
  EXPECT_EQ(outcome.counts.skipped, 1);
  EXPECT_EQ(outcome.counts.accounts_opened, 2);
  EXPECT_FALSE(std::filesystem::exists(options_.rejects_file));
}

TEST_F(ImportRunTest, NoServerIsTheLedgersFailure) {
  WriteGoodRows(1);
  std::string target;
  {
    client::FakeLedger ledger;
    target = client::FakeServer({&ledger}).target();
  }
  client::ClientOptions impatient;
  impatient.retry.max_attempts = 1;
  const auto client = client::Client::Connect(target, impatient);
  const auto outcome = RunImport(
      *client, ParseProfile(kProfile).value(), options_, [](const ImportCounts&) {}, false);
  ASSERT_TRUE(outcome.failure && outcome.failure->ledger);
  EXPECT_EQ(outcome.failure->ledger->code, grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace florin::importer
