// Goal: the bank's real transactions end up right, imported by the real program
// into the real server; and importing them again changes nothing.
// Method: the three truths of examples/czech-bank/README.md, checked against
// the file itself, which this test reads without the importer's code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "clients/cpp/client.h"
#include "tests/integration/florin_program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kProfile[] = FLORIN_SOURCE_DIR "/examples/czech-bank/import.toml";
constexpr char kRows[] = FLORIN_SOURCE_DIR "/examples/czech-bank/trans.asc.gz";
constexpr std::int64_t kRowCount = 28205;
constexpr std::int64_t kClientCount = 1139;
constexpr std::int64_t kSumOfClientsCents = 3657594610;

// "36575946.10" -> 3657594610; two decimals, as the ledger writes CZK.
std::int64_t ToCents(const std::string& amount) {
  EXPECT_EQ(amount.size() - amount.find('.'), 3U) << amount;
  std::string digits = amount;
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  return std::stoll(digits);
}

std::string Gunzip(const std::string& path) {
  std::string text;
  gzFile file = gzopen(path.c_str(), "rb");
  char buffer[65536];
  for (int count = 0; (count = gzread(file, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  gzclose(file);
  return text;
}

// The bank's own balances after each transaction of an account's last day.
std::map<std::string, std::vector<std::int64_t>> ClosingBalances() {
  struct LastDay {
    std::string date;
    std::vector<std::int64_t> cents;
  };
  std::map<std::string, LastDay> days;
  std::istringstream lines(Gunzip(kRows));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::vector<std::string> fields;
    std::istringstream rest(line);
    for (std::string field; std::getline(rest, field, ';');) {
      fields.push_back(field);
    }
    LastDay& day = days[fields.at(1)];
    if (fields.at(2) != day.date) {
      day = {fields.at(2), {}};
    }
    day.cents.push_back(ToCents(fields.at(6)));
  }
  std::map<std::string, std::vector<std::int64_t>> result;
  for (auto& [account, day] : days) {
    result[account] = std::move(day.cents);
  }
  return result;
}

class ImportIntegrationTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    client_ = client::Client::Connect(server_->address());
  }

  [[nodiscard]] ProgramResult Import(const std::string& more = "") const {
    return RunFlorin("import --json --server " + server_->address() + " --rejects '" +
                     directory_.path() + "/rejects.csv' " + more + " --profile '" + kProfile +
                     "' '" + kRows + "'");
  }

  // Posted balances in cents of the accounts that begin so, at one position.
  std::map<std::string, std::int64_t> Balances(const std::string& prefix) {
    std::map<std::string, std::int64_t> balances;
    v1::BatchGetBalancesRequest request;
    request.set_account_id_prefix(prefix);
    request.set_page_size(500);
    for (;;) {
      const auto page = client_->BatchGetBalances(request);
      EXPECT_TRUE(page.ok()) << page.error().ToString();
      if (!page.ok()) {
        return balances;
      }
      for (const auto& item : page.value().account_balances()) {
        balances[item.account_id().substr(prefix.size())] = ToCents(item.balances().posted());
      }
      if (page.value().next_page_token().empty()) {
        return balances;
      }
      request.set_page_token(page.value().next_page_token());
    }
  }

  std::int64_t HeadPosition() {
    const auto status = client_->GetStatus({});
    EXPECT_TRUE(status.ok()) << status.error().ToString();
    return status.ok() ? status.value().head_position() : -1;
  }

  void ExpectTheBanksBooks() {
    const auto balances = Balances("cz:client:");
    ASSERT_EQ(balances.size(), static_cast<std::size_t>(kClientCount));
    std::int64_t sum = 0;
    for (const auto& [account, cents] : balances) {
      sum += cents;
    }
    EXPECT_EQ(sum, kSumOfClientsCents);
    for (const auto& [account, closing] : ClosingBalances()) {
      const std::int64_t ours = balances.at(account);
      EXPECT_TRUE(std::any_of(closing.begin(), closing.end(),
                              [&](std::int64_t theirs) { return std::abs(ours - theirs) <= 100; }))
          << "account " << account << " stands at " << ours << " cents";
    }
  }

  void ExpectBalancedBooks() {
    const auto trial = client_->GetTrialBalance({});
    ASSERT_TRUE(trial.ok()) << trial.error().ToString();
    ASSERT_EQ(trial.value().lines_size(), 1);
    EXPECT_EQ(trial.value().lines(0).asset(), "CZK");
    EXPECT_EQ(trial.value().lines(0).debits_posted(), trial.value().lines(0).credits_posted());
  }

  const test_support::TemporaryDirectory directory_;
  std::unique_ptr<test_support::ServerProcess> server_;
  std::unique_ptr<client::Client> client_;
};

TEST_F(ImportIntegrationTest, TheBanksBooksComeOutAndASecondImportChangesNothing) {
  const auto first = Import();
  ASSERT_EQ(first.exit_code, 0) << first.output << server_->Log();
  EXPECT_THAT(first.output, HasSubstr("\"posted\": 28205,"));
  EXPECT_THAT(first.output, HasSubstr("\"refused\": 0,"));
  EXPECT_THAT(first.output, HasSubstr("\"rejected\": 0,"));
  ExpectTheBanksBooks();
  ExpectBalancedBooks();
  const std::int64_t head = HeadPosition();
  const auto balances = Balances("cz:");

  const auto second = Import("--batch-size 333");
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_THAT(second.output, HasSubstr("\"posted\": 0,"));
  EXPECT_THAT(second.output, HasSubstr("\"replayed\": 28205,"));
  EXPECT_THAT(second.output, HasSubstr("\"accounts_opened\": 0,"));
  EXPECT_EQ(HeadPosition(), head);
  EXPECT_EQ(Balances("cz:"), balances);

  ASSERT_EQ(server_->Terminate(), 0);
  ASSERT_TRUE(server_->Restart());
  client_ = client::Client::Connect(server_->address());
  EXPECT_EQ(HeadPosition(), head);
  ExpectTheBanksBooks();
}

TEST_F(ImportIntegrationTest, EachRowCarriesTheBanksDayAndType) {
  ASSERT_EQ(Import().exit_code, 0);
  v1::GetTransactionRequest request;
  request.set_transaction_id("cz-695247");
  const auto answer = client_->GetTransaction(request);
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  const auto& transaction = answer.value().transaction();
  EXPECT_EQ(transaction.type(), "deposit");
  EXPECT_EQ(transaction.effective_time().seconds(), 725846400);  // 1993-01-01
  ASSERT_EQ(transaction.postings_size(), 1);
  EXPECT_EQ(transaction.postings(0).debit_account_id(), "cz:cash");
  EXPECT_EQ(transaction.postings(0).credit_account_id(), "cz:client:2378");
  EXPECT_EQ(transaction.postings(0).amount(), "700.00");
  EXPECT_EQ(transaction.metadata().at("operation"), "VKLAD");
}

TEST_F(ImportIntegrationTest, GoesOnAfterTheServerWasKilledInTheMiddle) {
  // Small messages, so that the import is still under way when the server ends.
  ProgramResult broken;
  std::thread import([&] { broken = Import("--batch-size 1 --in-flight 4 --timeout 2s"); });
  while (HeadPosition() < 5000) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  server_->Kill9();
  import.join();
  EXPECT_EQ(broken.exit_code, 3) << broken.output;
  EXPECT_THAT(broken.output, HasSubstr("run the same command again"));

  ASSERT_TRUE(server_->Restart());
  client_ = client::Client::Connect(server_->address());
  const auto second = Import();
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_THAT(second.output, Not(HasSubstr("\"replayed\": 0,")));
  EXPECT_THAT(second.output, Not(HasSubstr("\"posted\": 0,")));
  ExpectTheBanksBooks();
  ExpectBalancedBooks();
}

TEST_F(ImportIntegrationTest, WithoutAnOverdraftExactlyTheRowsBelowZeroAreRefused) {
  // The profile with no overdraft: the ledger must find what the bank allowed.
  std::ifstream original(kProfile);
  std::ostringstream text;
  text << original.rdbuf();
  std::string strict = text.str();
  const auto limit = strict.find("overdraft_limit = \"25000.00\"");
  ASSERT_NE(limit, std::string::npos);
  strict.replace(limit, 28, "overdraft_limit = \"0.00\"");
  const std::string profile = directory_.path() + "/strict.toml";
  std::ofstream(profile) << strict;
  const std::string rejects = directory_.path() + "/rejects.csv";
  const auto run = RunFlorin("import --json --server " + server_->address() + " --rejects '" +
                             rejects + "' --profile '" + profile + "' '" + kRows + "'");
  EXPECT_EQ(run.exit_code, 1) << run.output;
  std::ifstream file(rejects);
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  EXPECT_THAT(line, testing::StartsWith("line,reason,message,trans_id"));
  std::int64_t refused = 0;
  while (std::getline(file, line)) {
    EXPECT_THAT(line, HasSubstr(",INSUFFICIENT_FUNDS,"));
    ++refused;
  }
  // So many has a ledger that takes the rows one by one in the file's order:
  // any other order refuses others.
  EXPECT_EQ(refused, 14);
  EXPECT_THAT(run.output, HasSubstr("\"refused\": " + std::to_string(refused) + ","));
  EXPECT_THAT(run.output, HasSubstr("\"posted\": " + std::to_string(kRowCount - refused)));
  for (const auto& [account, cents] : Balances("cz:client:")) {
    EXPECT_GE(cents, 0) << account;
  }
  ExpectBalancedBooks();
}

}  // namespace
}  // namespace florin
