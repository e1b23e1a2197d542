// Goal: another ledger program reads our journal and comes to the same
// balances.
// Method: hledger itself, on a bank's real transactions and on one of
// everything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "tests/integration/export_world.h"
#include "tests/integration/florin_program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin {
namespace {

constexpr char kBank[] = FLORIN_SOURCE_DIR "/examples/czech-bank";

class HledgerIntegrationTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    client_ = client::Client::Connect(server_->address());
  }

  void Export() {
    const auto written =
        RunFlorin("--server " + server_->address() + " export --format hledger --output " + file());
    ASSERT_EQ(written.exit_code, 0) << written.output;
    const auto checked = Hledger("check");
    EXPECT_EQ(checked.exit_code, 0) << checked.output.substr(0, 2000);
  }

  [[nodiscard]] std::string file() const { return directory_.path() + "/bank.journal"; }
  [[nodiscard]] ProgramResult Hledger(const std::string& arguments) const {
    return RunCommand(std::string("LC_ALL=C.UTF-8 '") + FLORIN_HLEDGER + "' -f " + file() + " " +
                      arguments);
  }

  // Account to amount, debits above zero, as hledger counts.
  [[nodiscard]] std::map<std::string, std::string> TheirBalances() const {
    std::map<std::string, std::string> balances;
    std::istringstream lines(Hledger("balance --flat --empty --no-total --format "
                                     "'%(account)|%(total)'")
                                 .output);
    for (std::string line; std::getline(lines, line);) {
      const auto bar = line.find('|');
      const auto space = line.find(' ', bar);
      balances[line.substr(0, bar)] = line.substr(bar + 1, space - bar - 1);
    }
    return balances;
  }

  std::map<std::string, std::string> OurBalances() {
    std::map<std::string, std::string> balances;
    v1::ListAccountsRequest request;
    request.set_page_size(1000);
    for (;;) {
      const auto page = client_->ListAccounts(request);
      EXPECT_TRUE(page.ok());
      for (const auto& account : page.value().accounts()) {
        const bool debit =
            account.type() == v1::ACCOUNT_TYPE_ASSET || account.type() == v1::ACCOUNT_TYPE_EXPENSE;
        const std::string& posted = account.balances().posted();
        const bool zero = posted.find_first_not_of("0.-") == std::string::npos;
        std::string& balance = balances[account.account_id()];
        balance = debit || zero ? posted : posted[0] == '-' ? posted.substr(1) : "-" + posted;
        // hledger writes a zero without decimals where it has no unit.
        if (zero) {
          balance = "0";
        }
      }
      if (page.value().next_page_token().empty()) {
        return balances;
      }
      request.set_page_token(page.value().next_page_token());
    }
  }

  const test_support::TemporaryDirectory directory_;
  std::unique_ptr<test_support::ServerProcess> server_;
  std::unique_ptr<client::Client> client_;
};

TEST_F(HledgerIntegrationTest, EveryAccountOfTheBankHasTheSameBalance) {
  const auto imported = RunFlorin("import --server " + server_->address() + " --profile " + kBank +
                                  "/import.toml --rejects " + directory_.path() + "/rejects.csv " +
                                  kBank + "/trans.asc.gz");
  ASSERT_EQ(imported.exit_code, 0) << imported.output;
  Export();
  const auto ours = OurBalances();
  EXPECT_GT(ours.size(), 1139U);
  EXPECT_EQ(TheirBalances(), ours);
}

TEST_F(HledgerIntegrationTest, OneOfEverythingIsAcceptedAndComesToTheSameBalances) {
  ExportWorld(*client_).Fill();
  Export();
  EXPECT_EQ(TheirBalances(), OurBalances());
  const auto print = Hledger("print");
  EXPECT_THAT(print.output, testing::HasSubstr("1993-01-01 (rich) two lines, and a semicolon"));
  for (const char* never_posted : {"(open)", "(voided)", "(too-much)"}) {
    EXPECT_THAT(print.output, testing::Not(testing::HasSubstr(never_posted)));
  }
  EXPECT_THAT(print.output, testing::HasSubstr("(back)"));
}

}  // namespace
}  // namespace florin
