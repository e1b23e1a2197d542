// Goal: what florin writes is the ledger at one position, whole or not there;
// and an import of it is the same ledger.
// Method: the real program against real servers, filled with one of everything.
#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "apps/exporter/export_run.h"
#include "tests/integration/apps/export_world.h"
#include "tests/integration/florin_program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin {
namespace {

using nlohmann::json;
using test_support::ServerProcess;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Each line without what belongs to one ledger alone.
std::vector<std::string> WithoutOrigin(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) {
    json document = json::parse(line);
    document.erase("origin");
    lines.push_back(document.dump());
  }
  return lines;
}

std::vector<std::string> FilesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

class ExportIntegrationTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(out());
    server_ = ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    client_ = client::Client::Connect(server_->address());
  }

  [[nodiscard]] std::string out() const { return directory_.path() + "/out"; }

  [[nodiscard]] static ProgramResult Run(const ServerProcess& server,
                                         const std::string& arguments) {
    return RunFlorin("--server " + server.address() + " " + arguments);
  }

  [[nodiscard]] ProgramResult Export(const std::string& arguments) const {
    return Run(*server_, "export " + arguments);
  }

  std::int64_t Head() {
    const auto status = client_->GetStatus({});
    EXPECT_TRUE(status.ok());
    return status.ok() ? status.value().head_position() : -1;
  }

  const test_support::TemporaryDirectory directory_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<client::Client> client_;
};

// All accounts and transactions, in what two ledgers can have alike.
std::map<std::string, std::string> StateOf(client::Client& client) {
  std::map<std::string, std::string> state;
  v1::ListAccountsRequest accounts;
  const auto found = client.ListAccounts(accounts);
  EXPECT_TRUE(found.ok());
  for (auto account : found.value().accounts()) {
    account.clear_position();
    account.clear_open_time();
    account.clear_update_time();
    std::string& text = state[account.account_id()];
    const std::map<std::string, std::string> metadata(account.metadata().begin(),
                                                      account.metadata().end());
    account.clear_metadata();
    text = account.ShortDebugString() + testing::PrintToString(metadata);
  }
  v1::ListTransactionsRequest transactions;
  for (const auto status : {v1::TRANSACTION_STATUS_PENDING, v1::TRANSACTION_STATUS_POSTED,
                            v1::TRANSACTION_STATUS_VOIDED, v1::TRANSACTION_STATUS_REFUSED,
                            v1::TRANSACTION_STATUS_EXPIRED}) {
    transactions.add_statuses(status);
  }
  const auto listed = client.ListTransactions(transactions);
  EXPECT_TRUE(listed.ok());
  for (auto transaction : listed.value().transactions()) {
    transaction.clear_position();
    transaction.clear_commit_time();
    transaction.clear_expire_time();
    transaction.clear_end_time();
    transaction.mutable_refusal()->clear_message();
    transaction.mutable_refusal()->clear_metadata();
    const std::map<std::string, std::string> metadata(transaction.metadata().begin(),
                                                      transaction.metadata().end());
    transaction.clear_metadata();
    state["transaction/" + transaction.transaction_id()] =
        transaction.ShortDebugString() + testing::PrintToString(metadata);
  }
  return state;
}

TEST_F(ExportIntegrationTest, AnImportedExportIsTheSameLedger) {
  ExportWorld(*client_).Fill();
  const std::string first = out() + "/first.jsonl";
  const auto written = Export("--format jsonl --output " + first);
  ASSERT_EQ(written.exit_code, 0) << written.output;

  const auto other = ServerProcess::Start(directory_.path() + "/other");
  ASSERT_NE(other, nullptr);
  const auto read = Run(*other, "import --format jsonl " + first);
  ASSERT_EQ(read.exit_code, 0) << read.output << ReadFile(first);
  const std::string second = out() + "/second.jsonl";
  ASSERT_EQ(Run(*other, "export --format jsonl --output " + second).exit_code, 0);

  EXPECT_EQ(WithoutOrigin(ReadFile(second)), WithoutOrigin(ReadFile(first)));
  const auto other_client = client::Client::Connect(other->address());
  const auto state = StateOf(*client_);
  EXPECT_EQ(state.size(), 9U + 16U);
  EXPECT_EQ(StateOf(*other_client), state);

  // Once more: everything is known, nothing changes.
  const auto again = Run(*other, "--json import --format jsonl " + first);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_THAT(again.output, HasSubstr("\"done\": 0,"));
  EXPECT_EQ(StateOf(*other_client), state);
}

TEST_F(ExportIntegrationTest, OpenHoldsKeepTheTimeOfTheirExpiryButLiveThroughTheImport) {
  ExportWorld world(*client_);
  world.Fill(ExportWorld::Part::kWithoutAccountChanges);
  world.Hold("open-short", "1.00", std::chrono::seconds(60));
  const std::string file = out() + "/all.jsonl";
  ASSERT_EQ(Export("--format jsonl --output " + file).exit_code, 0);
  const auto other = ServerProcess::Start(directory_.path() + "/other");
  ASSERT_NE(other, nullptr);
  const auto now = google::protobuf::util::TimeUtil::GetCurrentTime().seconds();
  ASSERT_EQ(Run(*other, "import --format jsonl --hold-grace 2h " + file).exit_code, 0);
  const auto other_client = client::Client::Connect(other->address());
  const auto expiry = [](client::Client& client, const std::string& id) {
    v1::GetTransactionRequest request;
    request.set_transaction_id(id);
    const auto answer = client.GetTransaction(request);
    EXPECT_TRUE(answer.ok()) << id;
    EXPECT_EQ(answer.value().transaction().status(), v1::TRANSACTION_STATUS_PENDING);
    return static_cast<double>(answer.value().transaction().expire_time().seconds());
  };
  EXPECT_EQ(expiry(*other_client, "open"), 0);
  EXPECT_NEAR(expiry(*other_client, "open-long"), expiry(*client_, "open-long"), 60);
  EXPECT_NEAR(expiry(*other_client, "open-short"), static_cast<double>(now) + 7200, 60);
}

TEST_F(ExportIntegrationTest, AnExpiredHoldComesBackAsVoidedByExpiry) {
  ExportWorld world(*client_);
  world.Fill(ExportWorld::Part::kWithoutAccountChanges);
  world.Hold("expired", "1.00", std::chrono::milliseconds(1));
  v1::GetTransactionRequest request;
  request.set_transaction_id("expired");
  while (client_->GetTransaction(request).value().transaction().status() !=
         v1::TRANSACTION_STATUS_EXPIRED) {
    std::this_thread::yield();
  }
  const std::string first = out() + "/first.jsonl";
  ASSERT_EQ(Export("--format jsonl --output " + first).exit_code, 0);
  const auto other = ServerProcess::Start(directory_.path() + "/other");
  ASSERT_NE(other, nullptr);
  const auto read = Run(*other, "import --format jsonl " + first);
  ASSERT_EQ(read.exit_code, 0) << read.output;
  const auto again = client::Client::Connect(other->address())->GetTransaction(request);
  EXPECT_EQ(again.value().transaction().status(), v1::TRANSACTION_STATUS_VOIDED);
  EXPECT_EQ(again.value().transaction().end_reason(), "expired");
  EXPECT_EQ(WithoutOrigin(Run(*other, "export --format jsonl").output),
            WithoutOrigin(ReadFile(first)));
}

TEST_F(ExportIntegrationTest, WhatWasRefusedAndWouldBeDoneIsNamedAndLeftOut) {
  ExportWorld(*client_).Fill();
  v1::CreateTransactionRequest checked;
  checked.set_transaction_id("checked");
  auto* posting = checked.add_postings();
  posting->set_debit_account_id("world");
  posting->set_credit_account_id("bank:a");
  posting->set_amount("1.00");
  auto* check = checked.add_balance_checks();
  check->set_account_id("bank:a");
  check->set_min_available("90000.00");
  ASSERT_EQ(client_->CreateTransaction(checked).error().reason, "INSUFFICIENT_FUNDS");
  const std::string file = out() + "/all.jsonl";
  ASSERT_EQ(Export("--format jsonl --output " + file).exit_code, 0);
  const auto other = ServerProcess::Start(directory_.path() + "/other");
  ASSERT_NE(other, nullptr);
  const auto read = Run(*other, "import --format jsonl " + file);
  EXPECT_EQ(read.exit_code, 1);
  EXPECT_THAT(read.output, HasSubstr("was refused (INSUFFICIENT_FUNDS)"));
  auto state = StateOf(*client_);
  state.erase("transaction/checked");
  EXPECT_EQ(StateOf(*client::Client::Connect(other->address())), state);
}

TEST_F(ExportIntegrationTest, AnExportOfABusyLedgerIsOfOnePosition) {
  ExportWorld world(*client_);
  world.Fill();
  std::atomic<bool> ended = false;
  std::thread writer([&] {
    for (int i = 0; !ended; ++i) {
      world.Post("busy-" + std::to_string(i), "world", "bank:a", "1.00");
    }
  });
  const std::string file = out() + "/busy.jsonl";
  const auto written = Export("--format jsonl --output " + file);
  ended = true;
  writer.join();
  ASSERT_EQ(written.exit_code, 0) << written.output;
  const auto other = ServerProcess::Start(directory_.path() + "/other");
  ASSERT_NE(other, nullptr);
  // Compares each balance with what the commands come to.
  const auto read = Run(*other, "import --format jsonl " + file);
  EXPECT_EQ(read.exit_code, 0) << read.output;
}

TEST_F(ExportIntegrationTest, StoppedItLeavesNothingBehind) {
  ExportWorld(*client_).Fill();
  exporter::ExportOptions options;
  options.output = out() + "/stopped.jsonl";
  std::ostringstream unused;
  const std::atomic<bool> stop = true;
  const auto outcome = exporter::RunExport(
      *client_, options, unused, [](const exporter::ExportCounts&) {}, stop);
  ASSERT_TRUE(outcome.failure);
  EXPECT_TRUE(outcome.failure->stopped);
  EXPECT_THAT(FilesIn(out()), IsEmpty());
}

TEST_F(ExportIntegrationTest, AnEarlierPositionIsWrittenAsItWasThen) {
  ExportWorld world(*client_);
  world.Fill();
  const std::int64_t head = Head();
  for (const std::string format : {"jsonl", "hledger"}) {
    const auto then = Export("--format " + format);
    ASSERT_EQ(then.exit_code, 0) << then.output;
    world.Post("after-" + format, "world", "bank:a", "1.00");
    const auto now = Export("--format " + format);
    EXPECT_NE(now.output, then.output);
    // A command's last position, and one inside the command after it.
    for (const std::int64_t position : {head, head + 1}) {
      const auto at = RunFlorin("--server " + server_->address() + " export --format " + format +
                                " --at-position " + std::to_string(position));
      EXPECT_EQ(at.exit_code, 0);
      if (format == "jsonl") {
        EXPECT_EQ(at.output, then.output);
      } else {
        EXPECT_THAT(at.output, Not(HasSubstr("after-")));
      }
    }
  }
  v1::ReadEventsRequest request;
  request.set_start_position(head);
  request.set_page_size(1);
  const auto event = client_->ReadEvents(request);
  ASSERT_TRUE(event.ok());
  const auto& time = event.value().events(0).time();
  const auto at = Export("--format jsonl --at " + google::protobuf::util::TimeUtil::ToString(time));
  EXPECT_EQ(at.output, Export("--format jsonl --at-position " + std::to_string(head)).output);
}

TEST_F(ExportIntegrationTest, CsvHasARowForEachAccountAndPosting) {
  ExportWorld(*client_).Fill();
  const auto written = Export("--format csv --output " + out() + "/books");
  ASSERT_EQ(written.exit_code, 0) << written.output;
  EXPECT_THAT(FilesIn(out() + "/books"),
              testing::UnorderedElementsAre("accounts.csv", "transactions.csv"));
  const std::string accounts = ReadFile(out() + "/books/accounts.csv");
  const std::string transactions = ReadFile(out() + "/books/transactions.csv");
  EXPECT_THAT(accounts, testing::StartsWith("account_id,owner_id,"));
  EXPECT_THAT(accounts, HasSubstr("\r\nbank:a:sub,owner of bank:a:sub,EUR,LIABILITY,SUSPENDED,"
                                  "DEBITS,0.00,false,,"));
  EXPECT_THAT(accounts, HasSubstr("\r\nlate,owner of late,EUR,EQUITY,CLOSED,"));
  EXPECT_THAT(transactions, HasSubstr("\r\nrich,POSTED,1,world,bank:a:sub,EUR,0.01,0.01,deposit,"
                                      "\"ref, \"\"1\"\"\",\"two\nlines; and a semicolon\","));
  EXPECT_THAT(transactions, HasSubstr("\r\npart,POSTED,0,bank:a,bank:a:sub,EUR,13.00,3.50,"));
  EXPECT_THAT(transactions, HasSubstr("\r\nopen,PENDING,0,bank:a,bank:a:sub,EUR,10.00,,"));
  EXPECT_THAT(transactions, HasSubstr(",INSUFFICIENT_FUNDS,"));
}

TEST_F(ExportIntegrationTest, WhatCannotBeWrittenLeavesNothingBehind) {
  ExportWorld(*client_).Fill();
  const std::string file = out() + "/books";
  const auto beyond = Export("--format jsonl --at-position 999999 --output " + file);
  EXPECT_EQ(beyond.exit_code, 1);
  EXPECT_THAT(beyond.output, HasSubstr("POSITION_BEYOND_HEAD"));
  const auto nowhere = Export("--format jsonl --output " + out() + "/no/books");
  EXPECT_EQ(nowhere.exit_code, 4);
  EXPECT_THAT(nowhere.output, HasSubstr("cannot open"));
  EXPECT_EQ(Export("--format jsonl > /dev/full").exit_code, 4);
  EXPECT_EQ(Export("--format csv").exit_code, 2);
  EXPECT_EQ(Export("--format xml").exit_code, 2);
  server_->Kill9();
  EXPECT_EQ(Export("--timeout 500ms --format jsonl --output " + file).exit_code, 3);
  EXPECT_THAT(FilesIn(out()), IsEmpty());
}

TEST_F(ExportIntegrationTest, AnEmptyLedgerHasAnEmptyExport) {
  const std::string file = out() + "/empty.jsonl";
  ASSERT_EQ(Export("--format jsonl --output " + file).exit_code, 0);
  EXPECT_EQ(WithoutOrigin(ReadFile(file)).size(), 1U);
  EXPECT_EQ(Run(*server_, "import --format jsonl " + file).exit_code, 0);
  EXPECT_EQ(Export("--format hledger").exit_code, 0);
}

TEST_F(ExportIntegrationTest, ACutOrForeignFileIsNamed) {
  ExportWorld(*client_).Fill();
  const std::string file = out() + "/all.jsonl";
  ASSERT_EQ(Export("--format jsonl --output " + file).exit_code, 0);
  const std::string text = ReadFile(file);
  const auto end = text.rfind('\n', text.size() - 2);
  const auto other = ServerProcess::Start(directory_.path() + "/other");
  ASSERT_NE(other, nullptr);
  std::ofstream(file) << text.substr(0, end + 1);
  const auto cut = Run(*other, "import --format jsonl " + file);
  EXPECT_EQ(cut.exit_code, 4);
  EXPECT_THAT(cut.output, HasSubstr("it was truncated"));
  std::ofstream(file) << "a,b\n";
  const auto foreign = Run(*other, "import --format jsonl " + file);
  EXPECT_EQ(foreign.exit_code, 4);
  EXPECT_THAT(foreign.output, HasSubstr("line 1"));
  EXPECT_EQ(RunFlorin("import " + file).exit_code, 2);
}

}  // namespace
}  // namespace florin
