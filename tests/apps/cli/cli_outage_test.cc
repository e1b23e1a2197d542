// Goal: whoever follows a ledger is told of every outage, not only of the first, and
// each time that it is over, also where nothing happens in the ledger meanwhile.
// Method: each command that follows, against a real florind that is killed twice.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "apps/cli/program.h"
#include "tests/apps/cli/shared_output.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::cli {
namespace {

using Words = std::vector<std::string>;

struct Following {
  std::string name;
  Words command;
  // On standard output when it follows.
  std::string follows;
};

class CliOutageTest : public testing::TestWithParam<Following> {
 protected:
  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path());
    ASSERT_NE(server_, nullptr);
    Do({"asset", "register", "EUR", "--scale", "2"});
    Do({"group", "create", "mail"});
  }

  ExitCode Run(Words words, test_support::SharedOutput& out, test_support::SharedOutput& err) {
    words.insert(words.begin(), {"--server", server_->address(), "--timeout", "60s"});
    return RunProgram(std::move(words), {.out = out.stream(), .err = err.stream()});
  }

  void Do(const Words& words) {
    test_support::SharedOutput out;
    test_support::SharedOutput err;
    EXPECT_EQ(Run(words, out, err), ExitCode::kOk) << err.text();
  }

  std::unique_ptr<test_support::ServerProcess> server_;

 private:
  const test_support::TemporaryDirectory directory_;
};

TEST_P(CliOutageTest, EveryOutageIsToldAndThatItIsOver) {
  test_support::SharedOutput out;
  test_support::SharedOutput err;
  ExitCode code = ExitCode::kOk;
  std::thread following([&] { code = Run(GetParam().command, out, err); });
  EXPECT_TRUE(out.Await(GetParam().follows, 1)) << out.text() << err.text();
  for (const int outage : {1, 2, 3}) {
    server_->Kill9();
    EXPECT_TRUE(err.Await("connection lost (", outage)) << err.text();
    EXPECT_TRUE(server_->RestartInPlace());
    EXPECT_TRUE(err.Await("connected again\n", outage)) << err.text();
  }
  kill(getpid(), SIGINT);
  following.join();
  EXPECT_EQ(code, ExitCode::kInterrupted) << err.text();
}

INSTANTIATE_TEST_SUITE_P(
    Commands, CliOutageTest,
    testing::Values(
        Following{"Tail", {"events", "tail", "--from", "beginning"}, "asset.registered"},
        Following{"Consume", {"group", "consume", "mail"}, "asset.registered"},
        Following{"Watch", {"watch"}, "MiB"}, Following{"WatchJson", {"watch", "--json"}, "\n"}),
    [](const auto& following) { return following.param.name; });

}  // namespace
}  // namespace florin::cli
