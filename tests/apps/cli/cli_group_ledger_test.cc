// Goal: `florin group` does to a real server's groups what it says.
// Method: RunProgram against a real florind: one group from its creation to its
// end, and what the server refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "apps/cli/program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

using Words = std::vector<std::string>;

class CliGroupLedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path());
    ASSERT_NE(server_, nullptr);
    Do({"asset", "register", "EUR", "--scale", "2"});
    Do({"account", "open", "cash", "--asset", "EUR", "--type", "asset", "--unlimited-overdraft"});
    Do({"account", "open", "c:1", "--asset", "EUR", "--type", "liability"});
    Do({"transfer", "100.00", "--debit", "cash", "--credit", "c:1", "--id", "t1"});
    Do({"transfer", "5.00", "--debit", "cash", "--credit", "c:1", "--id", "t2"});
  }

  ExitCode Run(Words arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), {"--server", server_->address()});
    return RunProgram(std::move(arguments), {.out = out_, .err = err_});
  }
  std::string Do(const Words& arguments) {
    EXPECT_EQ(Run(arguments), ExitCode::kOk) << err_.str();
    return out_.str();
  }
  std::string Refused(const Words& arguments) {
    EXPECT_EQ(Run(arguments), ExitCode::kRefused) << err_.str();
    EXPECT_THAT(err_.str(), HasSubstr("\nnext: "));
    return err_.str();
  }

  std::unique_ptr<test_support::ServerProcess> server_;

 private:
  const test_support::TemporaryDirectory directory_;
  std::ostringstream out_;
  std::ostringstream err_;
};

// `florin group consume mail` on a thread of its own.
class Elsewhere {
 public:
  Elsewhere(const std::string& server, Words options) {
    Words words = {"--server", server, "group", "consume", "mail"};
    words.insert(words.end(), options.begin(), options.end());
    thread_ = std::thread([this, words = std::move(words)] {
      code_ = RunProgram(words, {.out = out_, .err = err_});
    });
  }
  ~Elsewhere() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  ExitCode Join() {
    thread_.join();
    return code_;
  }
  [[nodiscard]] std::string out() const { return out_.str(); }

 private:
  std::ostringstream out_;
  std::ostringstream err_;
  ExitCode code_ = ExitCode::kOk;
  std::thread thread_;
};

std::int64_t Lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

// The log: 1 asset, 2-3 accounts, 4-6 and 7-9 the transfers.
TEST_F(CliGroupLedgerTest, ParksWhatFailsShowsReplaysAndDiscardsIt) {
  EXPECT_EQ(Do({"group", "create", "mail", "--type", "account.funds.*", "--prefix",
                "c:", "--max-attempts", "2", "--min-backoff", "10ms", "--max-backoff", "10ms"}),
            "created: mail, at position 0 of 9\n");
  EXPECT_EQ(Run({"events", "wait", "--position", "9", "--group", "mail", "--timeout", "300ms"}),
            ExitCode::kTimedOut);
  // The first event is parked after two attempts, and holds back the second.
  Elsewhere failing(server_->address(), {"--member", "m1", "--exec", "exit 3"});
  Do({"events", "wait", "--position", "9", "--group", "mail", "--timeout", "60s"});
  EXPECT_THAT(Do({"group", "parked", "mail"}),
              AllOf(HasSubstr("account.funds.deposited  c:1"), HasSubstr("m1  exit code 3\n")));
  EXPECT_THAT(Do({"group", "show", "mail"}),
              AllOf(HasSubstr("parked       1; 1 wait behind them\n"), HasSubstr("\nParked:\n"),
                    HasSubstr("\nm1 ")));
  EXPECT_THAT(Refused({"group", "consume", "mail", "--member", "m1"}),
              AllOf(HasSubstr("error: MEMBER_EXISTS: "), HasSubstr("--take-over")));
  EXPECT_THAT(Refused({"group", "reset", "mail", "--to", "end"}),
              AllOf(StartsWith("error: PARKED_EVENTS_LEFT: "), HasSubstr("--discard-parked")));
  // Another takes the name over, and the failing one is ended.
  Elsewhere working(server_->address(), {"--member", "m1", "--take-over", "--limit", "1"});
  EXPECT_EQ(failing.Join(), ExitCode::kRefused);
  EXPECT_EQ(Do({"group", "discard", "mail", "--all", "--reason", "never mind"}),
            "discarded: 1 event\n");
  EXPECT_EQ(working.Join(), ExitCode::kOk);
  EXPECT_EQ(Lines(working.out()), 1);
  EXPECT_THAT(Do({"group", "log", "mail"}),
              AllOf(HasSubstr("parked"), HasSubstr("exit code 3"), HasSubstr("discarded"),
                    HasSubstr("never mind\n")));
}

TEST_F(CliGroupLedgerTest, ConsumesInOrderAndWaits) {
  Do({"group", "create", "mail", "--type", "account.funds.*", "--prefix", "c:"});
  const std::string shown = Do({"group", "consume", "mail", "--limit", "2"});
  EXPECT_EQ(Lines(shown), 2);
  EXPECT_LT(shown.find("balance 100.00"), shown.find("balance 105.00"));
  EXPECT_EQ(Do({"events", "wait", "--position", "9", "--group", "mail"}), "passed: position 9\n");
  EXPECT_THAT(
      Do({"group", "show", "mail"}),
      AllOf(HasSubstr("state        caught up\n"), HasSubstr("types        account.funds.*\n"),
            HasSubstr("prefixes     c:\n"), HasSubstr("No members")));
  EXPECT_THAT(Do({"group", "list"}), HasSubstr("\nmail   caught up"));
  EXPECT_THAT(Do({"group", "reset", "mail", "--to", "beginning", "--reason", "again"}),
              StartsWith("reset: mail, at position 0 of 9"));
  EXPECT_EQ(Lines(Do({"group", "consume", "mail", "--limit", "2", "--json"})), 2);
  EXPECT_THAT(Do({"group", "log", "mail"}),
              AllOf(HasSubstr("created"), HasSubstr("reset"), HasSubstr("again\n")));
  EXPECT_EQ(Do({"group", "delete", "mail"}), "deleted: mail\n");
  EXPECT_THAT(Refused({"group", "show", "mail"}), StartsWith("error: GROUP_NOT_FOUND: "));
}

TEST_F(CliGroupLedgerTest, SaysWhatTheServerRefuses) {
  Do({"group", "create", "mail"});
  EXPECT_THAT(Do({"group", "create", "mail"}), StartsWith("created: mail"));
  EXPECT_THAT(Refused({"group", "create", "mail", "--max-attempts", "3"}),
              StartsWith("error: GROUP_EXISTS: "));
  EXPECT_THAT(Refused({"group", "create", "m2", "--ack-timeout", "1ms"}),
              AllOf(StartsWith("error: FIELD_INVALID: "), HasSubstr("settings.ack_timeout")));
  EXPECT_THAT(Refused({"group", "create", "m2", "--type", "a..b"}),
              StartsWith("error: FIELD_INVALID: "));
  EXPECT_THAT(Refused({"group", "create", "m2", "--from", "checkpoint:zz"}),
              StartsWith("error: CHECKPOINT_INVALID: "));
  EXPECT_THAT(Refused({"group", "create", "m2", "--from", "position:4711"}),
              StartsWith("error: POSITION_BEYOND_HEAD: "));
  EXPECT_THAT(Refused({"group", "consume", "none"}), HasSubstr("error: GROUP_NOT_FOUND: "));
  EXPECT_THAT(Do({"group", "update", "mail", "--event-ttl", "7d"}), StartsWith("updated: mail"));
  EXPECT_THAT(Do({"group", "show", "mail"}), HasSubstr("event ttl    7d\n"));
  EXPECT_THAT(Do({"group", "update", "mail", "--clear", "event-ttl"}), StartsWith("updated: mail"));
}

}  // namespace
}  // namespace florin::cli
