// Goal: the program as a user meets it: output, errors, exit codes.
// Method: RunProgram against fakes of the services.
#include "apps/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/clients/fake_ledger.h"
#include "tests/support/temporary_directory.h"

namespace florin::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ProgramTest : public testing::Test {
 protected:
  ExitCode Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), {"--server", server_.target()});
    return RunProgram(std::move(arguments), {out_, err_, false});
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }
  [[nodiscard]] std::int64_t LineCount() const {
    const std::string text = out();
    return std::count(text.begin(), text.end(), '\n');
  }

  client::FakeLedger ledger_;
  client::FakeEvents events_;
  client::FakeAdmin admin_;
  const client::FakeServer server_{{&ledger_, &events_, &admin_}};
  const test_support::TemporaryDirectory directory_;

 private:
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ProgramTest, HelpAndVersionAreResults) {
  EXPECT_EQ(Run({"--help"}), ExitCode::kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("FLORIN_SERVER"), HasSubstr("import")));
  EXPECT_EQ(Run({"--version"}), ExitCode::kOk);
  EXPECT_THAT(out(), StartsWith("florin 0."));
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"asset"},
                                             {"asset", "register"},
                                             {"asset", "list"},
                                             {"account"},
                                             {"account", "open"},
                                             {"account", "show"},
                                             {"account", "list"},
                                             {"transfer"},
                                             {"transaction", "show"},
                                             {"transaction", "list"},
                                             {"events", "tail"},
                                             {"status"},
                                             {"import"}}) {
    auto arguments = command;
    arguments.emplace_back("--help");
    EXPECT_EQ(Run(arguments), ExitCode::kOk) << command.back();
    EXPECT_THAT(out(), HasSubstr("Usage: florin " + command.front()));
    EXPECT_EQ(err(), "");
  }
}

TEST_F(ProgramTest, WrongUsageNamesWhatIsWrong) {
  EXPECT_EQ(Run({}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("subcommand"));
  EXPECT_EQ(Run({"acount"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("there is no command 'acount'"));
  EXPECT_EQ(Run({"account", "opne", "x"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("there is no command 'opne'"));
  EXPECT_EQ(Run({"status", "extra"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("extra"));
  EXPECT_EQ(Run({"transfer", "1.00", "--debit", "a"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--credit"));
  EXPECT_EQ(Run({"account", "open", "a", "--asset", "EUR", "--type", "cash"}), ExitCode::kUsage);
  EXPECT_THAT(err(), AllOf(HasSubstr("'cash' is not one of asset, liability"),
                           HasSubstr("'florin account open --help'")));
  EXPECT_EQ(Run({"status", "--timeout", "soon"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("'soon' is not a duration"));
  EXPECT_EQ(Run({"status", "--timeout", "0s"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("'0s' is too short"));
  EXPECT_EQ(Run({"account", "show", "a", "--at-time", "noon"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("'noon' is not a time"));
  EXPECT_EQ(out(), "");
}

TEST_F(ProgramTest, RegistersAnAssetOnceAndAgain) {
  EXPECT_EQ(Run({"asset", "register", "INR", "--scale", "2"}), ExitCode::kOk);
  EXPECT_EQ(out(), "registered: INR with 2 decimals\n");
  EXPECT_EQ(Run({"asset", "register", "INR", "--scale", "2"}), ExitCode::kOk);
  EXPECT_EQ(out(), "registered before: INR with 2 decimals\n");
  EXPECT_EQ(Run({"asset", "register", "INR", "--scale", "3"}), ExitCode::kRefused);
  EXPECT_THAT(err(), StartsWith("error: ASSET_EXISTS: asset INR"));
  EXPECT_THAT(err(), HasSubstr("next: "));
  EXPECT_EQ(Run({"asset", "list"}), ExitCode::kOk);
  EXPECT_EQ(out(), "ASSET  SCALE  NAME\nINR        2\n");
}

TEST_F(ProgramTest, OpensAnAccountAsItIsTold) {
  EXPECT_EQ(Run({"account", "open", "c:1", "--asset", "INR", "--type", "Liability", "--owner", "o",
                 "--overdraft-limit", "5.00", "--metadata", "a=1", "--metadata", "b=x=y"}),
            ExitCode::kOk);
  EXPECT_EQ(out(), "opened: c:1 (INR liability)\n");
  const auto& sent = ledger_.accounts.at("c:1");
  EXPECT_EQ(sent.type(), v1::ACCOUNT_TYPE_LIABILITY);
  EXPECT_EQ(sent.owner_id(), "o");
  EXPECT_EQ(sent.limits().overdraft_limit(), "5.00");
  EXPECT_EQ(sent.metadata().at("a"), "1");
  EXPECT_EQ(sent.metadata().at("b"), "x=y");
  EXPECT_EQ(Run({"account", "open", "c", "--asset", "INR", "--type", "asset", "--overdraft-limit",
                 "5", "--unlimited-overdraft"}),
            ExitCode::kUsage);
  EXPECT_EQ(
      Run({"account", "open", "c", "--asset", "INR", "--type", "asset", "--metadata", "novalue"}),
      ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("'novalue' must look like key=value"));
}

TEST_F(ProgramTest, ListsTransactionsAsAsked) {
  EXPECT_EQ(Run({"transaction", "list", "--account", "a", "--status", "posted", "--status",
                 "REFUSED", "--start", "2026-01-31", "--ascending"}),
            ExitCode::kOk);
  EXPECT_EQ(out(),
            "TIME  TRANSACTION  STATUS  AMOUNT  DEBITED  CREDITED         "
            "TYPE  REFERENCE\n"
            "      t1           posted    7.00  a        b (+1 postings)\n");
  EXPECT_EQ(ledger_.last_list.statuses_size(), 2);
  EXPECT_EQ(ledger_.last_list.statuses(1), v1::TRANSACTION_STATUS_REFUSED);
  EXPECT_EQ(ledger_.last_list.start_commit_time().seconds(), 1769817600);
  EXPECT_TRUE(ledger_.last_list.ascending());
  EXPECT_EQ(Run({"transaction", "list", "--status", "gone"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("'gone' is not one of pending"));
}

TEST_F(ProgramTest, TransfersAndShowsWhatIsLeft) {
  EXPECT_EQ(Run({"transfer", "--debit", "a", "--credit", "b", "12.50", "--id", "t1",
                 "--hold-timeout", "30m"}),
            ExitCode::kOk);
  EXPECT_EQ(out(),
            "posted: t1\n"
            "ACCOUNT  POSTED  AVAILABLE  VERSION\n"
            "a         -1.00       0.00        0\n"
            "b        100.00       0.00        0\n");
  const auto& sent = ledger_.posted.at(0);
  EXPECT_EQ(sent.postings(0).debit_account_id(), "a");
  EXPECT_EQ(sent.postings(0).credit_account_id(), "b");
  EXPECT_EQ(sent.postings(0).amount(), "12.50");
  EXPECT_EQ(sent.hold().timeout().seconds(), 1800);
  EXPECT_EQ(Run({"transfer", "--debit", "a", "--credit", "b", "12.50", "--id", "t1"}),
            ExitCode::kOk);
  EXPECT_THAT(out(), StartsWith("posted, by an earlier call: t1\n"));
}

TEST_F(ProgramTest, MakesAnIdWhereNoneIsGiven) {
  EXPECT_EQ(Run({"transfer", "--debit", "a", "--credit", "b", "1"}), ExitCode::kOk);
  EXPECT_EQ(ledger_.posted.at(0).transaction_id().size(), 36U);
  EXPECT_FALSE(ledger_.posted.at(0).has_hold());
}

TEST_F(ProgramTest, ARefusalShowsReasonValuesAndTheWayOut) {
  EXPECT_EQ(Run({"transfer", "--debit", "a", "--credit", "b", "5", "--type", "refuse"}),
            ExitCode::kRefused);
  EXPECT_EQ(out(), "");
  EXPECT_THAT(err(), StartsWith("error: INSUFFICIENT_FUNDS: account 'a' has "
                                "1.00\n  account_id  a\n  available   1.00\n"
                                "next: "));
  EXPECT_THAT(err(), Not(HasSubstr("--id")));
  EXPECT_EQ(
      Run({"transfer", "--debit", "a", "--credit", "b", "5", "--type", "refuse", "--id", "t9"}),
      ExitCode::kRefused);
  EXPECT_THAT(err(), HasSubstr("new --id: 't9' stays refused"));
}

TEST_F(ProgramTest, JsonIsOneDocumentOrOneALine) {
  EXPECT_EQ(Run({"--json", "transfer", "--debit", "a", "--credit", "b", "1", "--id", "t1"}),
            ExitCode::kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("\"transaction_id\": \"t1\""),
                           HasSubstr("\"replayed\": false"), EndsWith("}\n")));
  Run({"asset", "register", "INR", "--scale", "2"});
  Run({"asset", "register", "EUR", "--scale", "2"});
  EXPECT_EQ(Run({"asset", "list", "--json"}), ExitCode::kOk);
  EXPECT_EQ(out(),
            "{\"code\":\"EUR\",\"scale\":2,\"name\":\"\"}\n"
            "{\"code\":\"INR\",\"scale\":2,\"name\":\"\"}\n");
}

TEST_F(ProgramTest, ListsGoOverPagesAndStopAtTheLimit) {
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    ledger_.accounts[id].set_account_id(id);
  }
  EXPECT_EQ(Run({"account", "list"}), ExitCode::kOk);
  EXPECT_EQ(LineCount(), 6) << out();
  EXPECT_EQ(err(), "");
  EXPECT_EQ(Run({"account", "list", "--limit", "3"}), ExitCode::kOk);
  EXPECT_EQ(LineCount(), 4) << out();
  EXPECT_THAT(err(), HasSubstr("3 shown, there are more"));
  EXPECT_EQ(Run({"account", "list", "--limit", "0"}), ExitCode::kOk);
  EXPECT_EQ(LineCount(), 6);
  ledger_.accounts.clear();
  EXPECT_EQ(Run({"account", "list"}), ExitCode::kOk);
  EXPECT_EQ(out(), "");
  EXPECT_EQ(err(), "(none)\n");
}

TEST_F(ProgramTest, TailEndsAtTheHeadWithOnce) {
  EXPECT_EQ(Run({"events", "tail", "--once", "--type", "account.#", "--prefix", "acc", "--stream",
                 "transaction/t1"}),
            ExitCode::kOk);
  EXPECT_EQ(LineCount(), 5);
  EXPECT_THAT(out(), HasSubstr("account.opened"));
  EXPECT_TRUE(events_.last_request.beginning());
  EXPECT_EQ(events_.last_request.filter().type_patterns(0), "account.#");
  EXPECT_EQ(events_.last_request.filter().stream_prefixes(0), "acc");
  EXPECT_EQ(events_.last_request.filter().streams(0), "transaction/t1");
  EXPECT_EQ(err(), "");
  EXPECT_EQ(Run({"events", "tail", "--once", "--stream", "customer:"}), ExitCode::kOk);
  EXPECT_THAT(err(), HasSubstr("--prefix customer: takes all that begin with it"));
}

TEST_F(ProgramTest, TailIsColouredOnRequestOnly) {
  EXPECT_EQ(Run({"events", "tail", "--once"}), ExitCode::kOk);
  EXPECT_THAT(out(), Not(HasSubstr("\x1b[")));
  EXPECT_EQ(Run({"events", "tail", "--once", "--color", "always"}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("\x1b[32maccount.opened         \x1b[0m"));
  EXPECT_EQ(Run({"events", "tail", "--once", "--color", "always", "--json"}), ExitCode::kOk);
  EXPECT_THAT(out(), Not(HasSubstr("\x1b[")));
  EXPECT_EQ(Run({"events", "tail", "--once", "--color", "blue"}), ExitCode::kUsage);
}

TEST_F(ProgramTest, TailLeavesAFileAloneThatIsNoCheckpoint) {
  for (const char* text : {"\nprecious\n", "two words\n", "1\n2\n"}) {
    const std::string file = directory_.path() + "/foreign";
    std::ofstream(file, std::ios::trunc) << text;
    EXPECT_EQ(Run({"events", "tail", "--once", "--checkpoint-file", file}), ExitCode::kFile)
        << text;
    EXPECT_THAT(err(), HasSubstr("not a checkpoint file"));
    std::ifstream left(file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(left), {}), text);
  }
}

TEST_F(ProgramTest, TailGoesOnBehindItsCheckpointFile) {
  const std::string file = directory_.path() + "/place";
  const std::vector<std::string> tail = {"events", "tail", "--json", "--checkpoint-file", file};
  auto first = tail;
  first.insert(first.end(), {"--from", "beginning", "--limit", "3"});
  EXPECT_EQ(Run(first), ExitCode::kOk);
  EXPECT_EQ(LineCount(), 3);
  auto second = tail;
  second.insert(second.end(), {"--from", "beginning", "--limit", "1"});
  EXPECT_EQ(Run(second), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("\"position\":\"4\""));
  EXPECT_EQ(events_.last_request.after_checkpoint(), "3");
  EXPECT_EQ(events_.last_request.max_batch_size(), 1);
}

TEST_F(ProgramTest, TailTakesEveryKindOfStart) {
  const auto start = [&](const std::string& from) {
    EXPECT_EQ(Run({"events", "tail", "--limit", "1", "--from", from}), ExitCode::kOk);
    return events_.last_request;
  };
  EXPECT_TRUE(start("end").end());
  EXPECT_EQ(start("2026-01-31").time().seconds(), 1769817600);
  EXPECT_EQ(start("checkpoint:2").after_checkpoint(), "2");
  EXPECT_EQ(Run({"events", "tail", "--from", "somewhere"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("'somewhere'"));
}

TEST_F(ProgramTest, StatusIsReadable) {
  EXPECT_EQ(Run({"status"}), ExitCode::kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("1.2.3"), HasSubstr("1,234,567"), HasSubstr("5.0 MiB"),
                           HasSubstr("ready")));
}

TEST_F(ProgramTest, NoServerSaysWhereItLooked) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunProgram({"status", "--server", "127.0.0.1:1"}, {out, err, false}),
            ExitCode::kUnreachable);
  EXPECT_THAT(err.str(), StartsWith("error: UNAVAILABLE: nothing answers at 127.0.0.1:1\n"
                                    "next: is florind running at 127.0.0.1:1?"));
}

TEST_F(ProgramTest, AnAddressThatIsNoneIsWrongUsage) {
  for (const char* const text : {"", "127.0.0.1", "ledger.example", "http://127.0.0.1:50051",
                                 "::1:50051", ":50051", "127.0.0.1:70000", "127.0.0.1:"}) {
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(RunProgram({"status", "--server", text}, {out, err, false}), ExitCode::kUsage)
        << text;
    EXPECT_THAT(err.str(), HasSubstr("'" + std::string(text) + "' is not the address of a server"));
  }
}

TEST_F(ProgramTest, AHostThatIsNotKnownIsSaidToBeOne) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunProgram({"status", "--server", "nosuchhost.invalid:1"}, {out, err, false}),
            ExitCode::kUnreachable);
  EXPECT_THAT(err.str(), HasSubstr("the host name of nosuchhost.invalid:1 is unknown"));
}

TEST_F(ProgramTest, OutputThatNobodyGetsIsAnError) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--help"}, {"--version"}, {"status"}, {"account", "list"}}) {
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    std::ostringstream err;
    std::vector<std::string> all = {"--server", server_.target()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    EXPECT_EQ(RunProgram(all, {out, err, false}), ExitCode::kFile) << arguments.front();
    EXPECT_THAT(err.str(), HasSubstr("the output could not be written"));
  }
}

TEST_F(ProgramTest, ACallThatTheServerDoesNotKnowIsItsTrouble) {
  EXPECT_EQ(Run({"transaction", "show", "t"}), ExitCode::kServerTrouble);
  EXPECT_THAT(err(), HasSubstr("does not know this call"));
}

}  // namespace
}  // namespace florin::cli
