// Goal: another ledger program reads our journal and comes to the same
// balances.
// Method: hledger itself, on a bank's real transactions and on one of
// everything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/integration/apps/export_world.h"
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

// Texts that would make tags, comments, payees or lines of their own.
v1::CreateTransactionRequest Hostile() {
  v1::CreateTransactionRequest request;
  request.set_transaction_id("hostile");
  auto* posting = request.add_postings();
  posting->set_debit_account_id("bank:a");
  posting->set_credit_account_id("-odd@x_y.:");
  posting->set_amount("1.00");
  request.set_type("semi; colon: x, tag2: y");
  request.set_reference(" 50% off, date: 2020-01-01 ");
  request.set_description("payee | note ; type: A\n2020-01-01 (forged)\n    world  1 \"EUR\"");
  auto& metadata = *request.mutable_metadata();
  metadata["type"] = "not the type";
  metadata["reverses"] = "nothing";
  metadata["date"] = "[2020-01-01], x";
  metadata["empty"] = "";
  metadata["lines"] = "a\r\nb: c,\u2028d";
  metadata["name"] = "Müller, Hans";
  return request;
}

// The bytes of what is written as %XX.
std::string Decoded(const std::string& text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%';
    decoded += escape ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
    i += escape ? 2 : 0;
  }
  return decoded;
}

TEST_F(HledgerIntegrationTest, TagsAreThoseOfTheTransactionAndNoOthers) {
  ExportWorld(*client_).Fill();
  const v1::CreateTransactionRequest hostile = Hostile();
  ASSERT_TRUE(client_->CreateTransaction(hostile).ok());
  Export();
  EXPECT_EQ(TheirBalances(), OurBalances());
  const auto read = nlohmann::json::parse(Hledger("print code:hostile -O json").output);
  ASSERT_EQ(read.size(), 1U);
  const auto& theirs = read.at(0);
  EXPECT_EQ(theirs.at("tdescription"),
            "payee / note , type: A 2020-01-01 (forged)     world  1 \"EUR\"");
  EXPECT_EQ(theirs.at("tpostings").size(), 2U);
  std::map<std::string, std::string> tags;
  for (const auto& tag : theirs.at("ttags")) {
    const auto name = tag.at(0).get<std::string>();
    EXPECT_TRUE(tags.emplace(name, Decoded(tag.at(1).get<std::string>())).second) << name;
  }
  std::map<std::string, std::string> ours(hostile.metadata().begin(), hostile.metadata().end());
  ours["%74ype"] = ours.at("type");
  ours["%72everses"] = ours.at("reverses");
  ours.erase("reverses");
  ours["type"] = hostile.type();
  ours["reference"] = hostile.reference();
  ours["description"] = hostile.description();
  EXPECT_EQ(tags, ours);
}

}  // namespace
}  // namespace florin
