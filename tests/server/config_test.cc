// Flags and the TOML file of florind.

#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "server/settings.h"
#include "tests/support/temporary_directory.h"

namespace florin::server {
namespace {

using testing::HasSubstr;

CommandLine Parse(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"florind"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  return ParseCommandLine(static_cast<int>(argv.size()), argv.data());
}

class ConfigFileTest : public testing::Test {
 protected:
  CommandLine ParseWithFile(const std::string& text, std::vector<std::string> arguments = {}) {
    path_ = directory_.path() + "/florind.toml";
    std::ofstream(path_) << text;
    arguments.insert(arguments.end(), {"--config", path_});
    return Parse(arguments);
  }

  test_support::TemporaryDirectory directory_;
  std::string path_;
};

TEST(ConfigTest, DefaultsNeedNoArguments) {
  const CommandLine line = Parse({});
  ASSERT_FALSE(line.exit_code) << line.output;
  EXPECT_EQ(line.config.listen, "127.0.0.1:50051");
  EXPECT_EQ(line.config.data_dir, "./data");
  EXPECT_EQ(line.config.max_active_accounts, 100'000);
}

TEST(ConfigTest, HelpExplainsEverySettingWithItsDefault) {
  const CommandLine line = Parse({"--help"});
  EXPECT_EQ(line.exit_code, 0);
  for (const Setting& setting : Settings()) {
    EXPECT_THAT(line.output, HasSubstr(setting.Flag()));
  }
  EXPECT_THAT(line.output, HasSubstr("127.0.0.1:50051"));
  EXPECT_THAT(line.output, HasSubstr("100000"));
}

TEST(ConfigTest, VersionNamesTheProgram) {
  const CommandLine line = Parse({"--version"});
  EXPECT_EQ(line.exit_code, 0);
  EXPECT_THAT(line.output, HasSubstr("florind " FLORIN_VERSION));
}

TEST(ConfigTest, RefusesBadFlags) {
  EXPECT_EQ(Parse({"--no-such-flag"}).exit_code, 2);
  EXPECT_EQ(Parse({"--max-in-flight", "many"}).exit_code, 2);
  EXPECT_THAT(Parse({"--max-in-flight", "0"}).output,
              HasSubstr("--max-in-flight is 0; it must be 1 to"));
  EXPECT_THAT(Parse({"--log-level", "loud"}).output, HasSubstr("\"loud\""));
  EXPECT_THAT(Parse({"--log-format", "xml"}).output, HasSubstr("text or json"));
  EXPECT_THAT(Parse({"--listen", "127.0.0.1"}).output, HasSubstr("HOST:PORT"));
  for (const char* const flag : {"--listen", "--metrics-listen"}) {
    for (const char* const address :
         {"127.0.0.1:99999", "127.0.0.1:", ":50051", "::1:50051", "[::1]", "unix:", "1"}) {
      EXPECT_THAT(Parse({flag, address}).output, HasSubstr("HOST:PORT")) << address;
    }
  }
}

// Bug: a terminal obeyed what a flag or a file held when an error quoted it.
TEST(ConfigTest, WhatIsQuotedStaysOnItsLine) {
  const std::string hostile = "a\nlistening on 127.0.0.1:1\x1b[8m\u202e";
  const std::string shown = "a\\nlistening on 127.0.0.1:1\\x1b[8m\\u202e";
  for (const std::string flag : {"--log-level", "--listen", "--max-in-flight", "--config"}) {
    const CommandLine line = Parse({flag, hostile});
    EXPECT_EQ(line.exit_code, 2);
    EXPECT_THAT(line.output, HasSubstr(shown)) << flag;
    EXPECT_EQ(line.output.find_first_of("\x1b\xe2"), std::string::npos) << flag;
  }
  const CommandLine unknown = Parse({"--" + hostile});
  EXPECT_THAT(unknown.output, HasSubstr(shown));
  EXPECT_THAT(unknown.output, HasSubstr("\nRun florind --help to see the settings.\n"));
}

TEST_F(ConfigFileTest, WhatAFileHoldsStaysOnItsLine) {
  const CommandLine line = ParseWithFile("\"a\\nb\\u001b[8m\" = 1");
  EXPECT_EQ(line.exit_code, 2);
  EXPECT_THAT(line.output, HasSubstr("\"a\\nb\\x1b[8m\""));
}

TEST(ConfigTest, OtherAddressesThanLoopbackNeedASayso) {
  for (const char* const address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1"}) {
    const CommandLine line = Parse({"--listen", address});
    EXPECT_EQ(line.exit_code, 2) << address;
    EXPECT_THAT(line.output, HasSubstr("--allow-insecure"));
    EXPECT_FALSE(Parse({"--listen", address, "--allow-insecure"}).exit_code);
  }
  for (const char* const address :
       {"127.0.0.1:0", "localhost:1", "[::1]:1", "unix:/tmp/florin.sock"}) {
    EXPECT_FALSE(Parse({"--listen", address}).exit_code) << address;
  }
}

TEST(ConfigTest, ANameThatDoesNotResolveIsSaidToBeOne) {
  for (const char* const flag : {"--listen", "--metrics-listen"}) {
    // The second one looked like a loopback address.
    for (const char* const address : {"nosuchhost.invalid:1", "127.nosuchhost.invalid:1"}) {
      const CommandLine line = Parse({flag, address});
      EXPECT_EQ(line.exit_code, 2) << address;
      EXPECT_THAT(
          line.output,
          HasSubstr(std::string(flag) + " " + address + " names a host that cannot be found (" +
                    std::string(address).substr(0, std::string(address).rfind(':'))));
      EXPECT_THAT(line.output, testing::Not(HasSubstr("other machines")));
    }
  }
}

TEST_F(ConfigFileTest, SetsEveryKind) {
  const CommandLine line =
      ParseWithFile("listen = \"127.0.0.1:7\"\nmax_in_flight = 5\nallow_insecure = true\n");
  ASSERT_FALSE(line.exit_code) << line.output;
  EXPECT_EQ(line.config.listen, "127.0.0.1:7");
  EXPECT_EQ(line.config.max_in_flight, 5);
  EXPECT_TRUE(line.config.allow_insecure);
}

TEST_F(ConfigFileTest, FlagGoesBeforeFile) {
  const CommandLine line =
      ParseWithFile("listen = \"127.0.0.1:7\"\nmax_in_flight = 5\n", {"--listen", "127.0.0.1:8"});
  EXPECT_EQ(line.config.listen, "127.0.0.1:8");
  EXPECT_EQ(line.config.max_in_flight, 5);
}

TEST_F(ConfigFileTest, NamesTheLine) {
  const auto output = [this](const std::string& text) {
    const CommandLine line = ParseWithFile(text);
    EXPECT_EQ(line.exit_code, 2) << text;
    return line.output;
  };
  EXPECT_THAT(output("listen = \"127.0.0.1:7\"\n\nmax_in_flght = 5\n"),
              HasSubstr("florind.toml:3: there is no setting \"max_in_flght\""));
  EXPECT_THAT(output("\n[limits]\nmax_in_flight = 5\n"),
              HasSubstr("florind.toml:2: there is no setting \"limits\""));
  EXPECT_THAT(output("max_in_flight = \"5\"\n"),
              HasSubstr("florind.toml:1: max_in_flight must be a number"));
  EXPECT_THAT(output("listen = 5\n"),
              HasSubstr("florind.toml:1: listen must be a string in quotes"));
  EXPECT_THAT(output("\nmax_in_flight = 0\n"), HasSubstr("florind.toml:2:"));
  EXPECT_THAT(output("listen = \n"), HasSubstr("florind.toml:1:"));
  EXPECT_EQ(Parse({"--config", "/no/such/file.toml"}).exit_code, 2);
}

}  // namespace
}  // namespace florin::server
