// Goal: somebody else's project can use the installed client library.
// Method: installs into a directory, moves it, builds the examples against it
// with builds of their own, runs one against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/integration/florin_program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin {
namespace {

using testing::HasSubstr;

std::string Quoted(const std::string& path) { return "'" + path + "'"; }

// Configures and builds examples/NAME as a project of its own.
void Build(const std::string& name, const std::string& prefix, const std::string& build) {
  const std::string cmake = Quoted(FLORIN_CMAKE);
  const auto configured = RunCommand(
      cmake + " -G Ninja -S " + Quoted(FLORIN_SOURCE_DIR "/examples/" + name) + " -B " +
      Quoted(build) + " -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH=" + Quoted(prefix) +
      " -DCMAKE_CXX_COMPILER=" + Quoted(FLORIN_CXX) + " -DCMAKE_CXX_FLAGS='-Wall -Wextra -Werror'");
  ASSERT_EQ(configured.exit_code, 0) << configured.output;
  const auto built = RunCommand(cmake + " --build " + Quoted(build));
  ASSERT_EQ(built.exit_code, 0) << built.output;
}

TEST(CppClientInstallTest, TheExamplesBuildAgainstAMovedPrefixAndRun) {
  const test_support::TemporaryDirectory directory;
  const std::string cmake = Quoted(FLORIN_CMAKE);
  const std::string prefix = directory.path() + "/prefix";
  const auto installed =
      RunCommand(cmake + " --install " + Quoted(FLORIN_BINARY_DIR) +
                 " --component florin-client --prefix " + Quoted(directory.path() + "/first"));
  ASSERT_EQ(installed.exit_code, 0) << installed.output;
  std::filesystem::rename(directory.path() + "/first", prefix);

  const std::string build = directory.path() + "/build";
  Build("cpp-client", prefix, build);
  Build("compliance-feed", prefix, directory.path() + "/feed");
  Build("notifications", prefix, directory.path() + "/notifications");

  const auto server = test_support::ServerProcess::Start(directory.path() + "/data");
  ASSERT_NE(server, nullptr);
  const std::string shop = Quoted(build + "/shop") + " " + server->address() + " 2026-11-21";
  const auto first = RunCommand(shop);
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(first.output,
            "payment posted, the till has 12.50\n"
            "sales 100 posted, 0 known\n"
            "seen 101 transactions\n");
  const auto second = RunCommand(shop);
  EXPECT_EQ(second.exit_code, 0) << second.output;
  EXPECT_THAT(second.output, HasSubstr("sales 0 posted, 100 known\nseen 101 transactions\n"));
}

}  // namespace
}  // namespace florin
