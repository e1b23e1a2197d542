// Goal: files whose shapes brought wrong money, a wrong day or lost data with
// exit code 0 come out right, or are refused before anything is sent.
// Method: profile and file as a user writes them, the real program, the real
// server, and the ledger's own balances.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "clients/cpp/client.h"
#include "tests/integration/florin_program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kAccounts[] = R"(
[[asset]]
code = "EUR"
scale = 2
[accounts.bank]
id = "bank:giro"
type = "ASSET"
unlimited_overdraft = true
)";
constexpr char kOutside[] = R"(
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

class BankFilesIntegrationTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    client_ = client::Client::Connect(server_->address());
  }

  [[nodiscard]] std::string Path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::trunc) << text;
  }
  [[nodiscard]] std::string ReadText(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(Path(name)).rdbuf();
    return text.str();
  }
  [[nodiscard]] ProgramResult Import(const std::string& profile, const std::string& file,
                                     const std::string& options = "") const {
    Write("p.toml", profile);
    Write("june.csv", file);
    return RunFlorin("import --server " + server_->address() + " --profile " + Path("p.toml") +
                     " " + options + " " + Path("june.csv"));
  }
  std::string Balance(const std::string& account) {
    v1::GetBalanceRequest request;
    request.set_account_id(account);
    const auto answer = client_->GetBalance(request);
    return answer.ok() ? answer.value().balances().posted() : answer.error().reason;
  }
  std::int64_t HeadPosition() { return client_->GetStatus({}).value().head_position(); }
  [[nodiscard]] std::string Journal(const std::string& options = "") const {
    return RunFlorin("export --server " + server_->address() + " --format hledger " + options)
        .output;
  }

  const test_support::TemporaryDirectory directory_;
  std::unique_ptr<test_support::ServerProcess> server_;
  std::unique_ptr<client::Client> client_;
};

TEST_F(BankFilesIntegrationTest, AThousandsSeparatorInTheWrongPlaceIsNoAmount) {
  const auto run = Import(std::string("[file]\nseparator = \";\"\ndecimal_separator = \",\"\n"
                                      "thousands_separator = \".\"\n") +
                              kAccounts + kOutside +
                              "[transaction]\nid = \"${Nr}\"\namount = \"${Betrag}\"\n"
                              "negative_amounts = \"swap\"\n" +
                              kRule,
                          "Datum;Nr;Betrag\n01.06.2026;1;1.250,00\n02.06.2026;2;-12.50\n"
                          "03.06.2026;3;50.44\n");
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_EQ(Balance("bank:giro"), "1250.00");
  EXPECT_THAT(ReadText("june.csv.rejected.csv"),
              AllOf(HasSubstr("\n3,BAD_AMOUNT,'-12.50': '.' must have three digits after it,"),
                    HasSubstr("\n4,BAD_AMOUNT,'50.44': ")));
}

constexpr char kCards[] =
    "Date,Amount,Text\n2026-06-01,-2.40,METRO\n2026-06-01,-2.40,METRO\n2026-06-01,-9.99,KIOSK\n";

std::string CardProfile(const std::string& id) {
  return std::string(kAccounts) + kOutside + "[transaction]\nid = \"" + id +
         "\"\namount = \"${Amount}\"\nnegative_amounts = \"swap\"\n" + kRule;
}

TEST_F(BankFilesIntegrationTest, TwoIdenticalRowsAreTwoOrOneIsNamed) {
  const std::string plain = CardProfile("${Date}:${Amount|id}:${Text|id}");
  const auto check = Import(plain, kCards, "--check-only");
  EXPECT_EQ(check.exit_code, 1);
  EXPECT_THAT(check.output, HasSubstr("DUPLICATE_ID: line 3 gives the id of line 2"));
  EXPECT_EQ(HeadPosition(), 0);
  const auto run = Import(plain, kCards);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, Not(HasSubstr("replayed")));
  EXPECT_EQ(Balance("bank:giro"), "-12.39");
}

TEST_F(BankFilesIntegrationTest, CountedRowsAreAllThereAndOnce) {
  const std::string counting = CardProfile("${Date}:${Amount|id}:${Text|id}:${@count}");
  EXPECT_EQ(Import(counting, kCards).exit_code, 0);
  EXPECT_EQ(Balance("bank:giro"), "-14.79");
  const auto again = Import(counting, kCards);
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.output, HasSubstr("replayed             3"));
  EXPECT_EQ(Balance("bank:giro"), "-14.79");
}

TEST_F(BankFilesIntegrationTest, ADayComesBackAsThatDay) {
  const std::string rows = "Date,Id\n01.06.2026,1\n";
  int id = 0;
  for (const char* zone : {"+02:00", "Europe/Berlin", "-08:00"}) {
    const auto run = Import(std::string(kAccounts) + kOutside + "[transaction]\nid = \"z" +
                                std::to_string(++id) +
                                "-${Id}\"\namount = \"1\"\neffective_time = \"${Date}\"\n"
                                "date_format = \"%d.%m.%Y\"\nutc_offset = \"" +
                                zone + "\"\n" + kRule,
                            rows);
    EXPECT_EQ(run.exit_code, 0) << run.output;
  }
  for (const char* options : {"", "--time-zone Europe/Berlin", "--time-zone -08:00"}) {
    const std::string journal = Journal(options);
    EXPECT_THAT(journal, AllOf(HasSubstr("2026-06-01 (z1-1)"), HasSubstr("2026-06-01 (z2-1)"),
                               HasSubstr("2026-06-01 (z3-1)")));
  }
}

TEST_F(BankFilesIntegrationTest, AMomentComesBackOnTheDayOfItsClock) {
  const auto run = Import(std::string(kAccounts) + kOutside +
                              "[transaction]\nid = \"${Id}\"\namount = \"1\"\n"
                              "effective_time = \"${Date}\"\ndate_format = \"%d.%m.%Y %H:%M\"\n"
                              "utc_offset = \"Europe/Berlin\"\n" +
                              kRule,
                          "Date,Id\n01.06.2026 00:30,s\n01.12.2026 00:30,w\n");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(Journal(), AllOf(HasSubstr("2026-05-31 (s)"), HasSubstr("2026-11-30 (w)")));
  EXPECT_THAT(Journal("--time-zone Europe/Berlin"),
              AllOf(HasSubstr("2026-06-01 (s)"), HasSubstr("2026-12-01 (w)")));
  EXPECT_EQ(RunFlorin("export --format jsonl --time-zone Z").exit_code, 2);
  EXPECT_EQ(RunFlorin("export --format hledger --time-zone Mars/Olympus").exit_code, 2);
}

TEST_F(BankFilesIntegrationTest, DifferentPayeesHaveDifferentAccounts) {
  const auto run = Import(std::string(kAccounts) +
                              "[accounts.other]\nid = \"payee:${Payee|id}\"\ntype = \"EXPENSE\"\n"
                              "unlimited_overdraft = true\n[transaction]\nid = \"${Nr}\"\n"
                              "amount = \"${Amount}\"\nnegative_amounts = \"swap\"\n" +
                              kRule,
                          "Nr,Amount,Payee\n1,-10,Müller\n2,-20,Möller\n3,-30,Иванов\n"
                          "4,-40,Петров\n5,-5,\n");
  EXPECT_EQ(run.exit_code, 1) << run.output;
  v1::BatchGetBalancesRequest request;
  request.set_account_id_prefix("payee:");
  const auto page = client_->BatchGetBalances(request);
  ASSERT_TRUE(page.ok()) << page.error().ToString();
  std::multiset<std::string> balances;
  for (const auto& item : page.value().account_balances()) {
    balances.insert(item.balances().posted());
  }
  EXPECT_EQ(balances, (std::multiset<std::string>{"10.00", "20.00", "30.00", "40.00"}));
  EXPECT_THAT(ReadText("june.csv.rejected.csv"), HasSubstr("\n6,EMPTY_ACCOUNT_ID,"));
}

TEST_F(BankFilesIntegrationTest, TheBanksFileIsNeverWrittenOver) {
  const std::string profile = CardProfile("${Text}");
  const std::string file = "Date,Amount,Text\n2026-06-01,1,a\n2026-06-01,x,b\n";
  for (const std::string options : {"", "--check-only "}) {
    const auto run = Import(profile, file, options + "--rejects " + Path("june.csv"));
    EXPECT_EQ(run.exit_code, 4) << run.output;
    EXPECT_EQ(ReadText("june.csv"), file);
  }
  // The name that the shell gives is in a folder where nothing can be made.
  const auto pipe = RunFlorin("import --server " + server_->address() + " --profile " +
                              Path("p.toml") + " /dev/fd/3 3< " + Path("june.csv"));
  EXPECT_EQ(pipe.exit_code, 4) << pipe.output;
  EXPECT_THAT(pipe.output, HasSubstr("name another file with --rejects"));
  // Standard input is the file, by another name.
  const auto input =
      RunFlorin("import --server " + server_->address() + " --profile " + Path("p.toml") +
                " --rejects " + Path("june.csv") + " - < " + Path("june.csv"));
  EXPECT_EQ(input.exit_code, 4) << input.output;
  EXPECT_EQ(ReadText("june.csv"), file);
  EXPECT_EQ(HeadPosition(), 0) << "something was sent";
}

TEST_F(BankFilesIntegrationTest, AnExportReplacesNobodysFile) {
  Write("transactions.csv", "Datum;Betrag\n");
  const auto run = RunFlorin("export --server " + server_->address() + " --format csv --output " +
                             directory_.path());
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.output, HasSubstr("no export of this format wrote it"));
  EXPECT_EQ(ReadText("transactions.csv"), "Datum;Betrag\n");
  EXPECT_FALSE(std::filesystem::exists(Path("accounts.csv")));
  for (const char* format : {"csv --output ", "hledger --output ", "jsonl --output "}) {
    const std::string command = "export --server " + server_->address() + " --format " + format +
                                Path(std::string(format).substr(0, 3));
    EXPECT_EQ(RunFlorin(command).exit_code, 0);
    EXPECT_EQ(RunFlorin(command).exit_code, 0) << "an earlier export is replaced";
  }
}

TEST_F(BankFilesIntegrationTest, CrEndsTheLines) {
  const auto run =
      Import(CardProfile("${Text}"), "Date,Amount,Text\r2026-06-01,1,a\r2026-06-01,2,b\r");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(Balance("bank:giro"), "3.00");
}

TEST_F(BankFilesIntegrationTest, AForgottenQuoteIsSeen) {
  const std::string profile =
      "columns = [\"Date\", \"Nr\", \"Amount\", \"Text\"]\n" + CardProfile("${Nr}");
  const std::string head = "[file]\nseparator = \";\"\ndecimal_separator = \",\"\nheader = false\n";
  const std::string file =
      "01.06.2026;20;1,00;\"open\n02.06.2026;21;2,00;x\n03.06.2026;22;3,00;y\n"
      "04.06.2026;23;4,00;pipe 5\"\n";
  const auto swallowed = Import(head + profile, file);
  EXPECT_EQ(swallowed.exit_code, 0) << swallowed.output;
  EXPECT_THAT(swallowed.output, HasSubstr("line ends in quotes  1 row, in line 1\n"));
  const auto strict = Import(head + "multiline = false\n" + profile, file);
  EXPECT_EQ(strict.exit_code, 1) << strict.output;
  EXPECT_EQ(Balance("bank:giro"), "10.00");
  EXPECT_THAT(ReadText("june.csv.rejected.csv"), HasSubstr("\n1,BROKEN_ROW,"));
}

}  // namespace
}  // namespace florin
