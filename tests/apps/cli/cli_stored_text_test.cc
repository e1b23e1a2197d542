// Goal: what somebody stored cannot make a line in what somebody else reads, nor hide
// one; and 1970-01-01T00:00:00Z is a time.
// Method: RunProgram against a real florind that holds such texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "apps/cli/program.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

using Words = std::vector<std::string>;

// A line of an event that never was, and what hides all that follows; in one byte, too.
constexpr char kForged[] =
    "a\n     9999  2026-12-01T00:00:00.000Z  transaction.posted  transaction/forged  1.00\x1b[8m";
constexpr char kShown[] =
    "a\\n     9999  2026-12-01T00:00:00.000Z  transaction.posted  transaction/forged  1.00\\x1b[8m";
constexpr char kMarks[] = "\u009b8m\u202e\u2066\u2028\x7f\\n";
constexpr char kMarksShown[] = "\\u009b8m\\u202e\\u2066\\u2028\\x7f\\\\n";

class CliStoredTextTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = test_support::ServerProcess::Start(directory_.path());
    ASSERT_NE(server_, nullptr);
    Do({"asset", "register", "EUR", "--scale", "2", "--name", kForged});
    Do({"account", "open", "cash", "--asset", "EUR", "--type", "asset", "--unlimited-overdraft"});
    Do({"account", "open", "c:1", "--asset", "EUR", "--type", "liability", "--owner", "o",
        "--metadata", std::string("m=") + kMarks});
    Do({"transfer", "5.00", "--debit", "cash", "--credit", "c:1", "--id", "t1", "--type", kForged,
        "--description", kMarks, "--reference", kMarks, "--effective-time",
        "1970-01-01T00:00:00Z"});
    Do({"account", "suspend", "c:1", "--reason", kForged});
    Do({"group", "create", "mail"});
  }

  // Checks that nothing a terminal would obey stands in what is printed.
  std::string Do(Words words) {
    std::ostringstream out;
    std::ostringstream err;
    const std::string command = words.front() + " " + words.back();
    words.insert(words.begin(), {"--server", server_->address()});
    EXPECT_EQ(RunProgram(std::move(words), {.out = out, .err = err}), ExitCode::kOk) << err.str();
    for (const std::string& text : {out.str(), err.str()}) {
      const bool clean = std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c == '\n' || (c >= ' ' && c < 0x7F);
      });
      EXPECT_TRUE(clean) << command << ": " << text;
    }
    return out.str();
  }

  // Every event is one line, and begins with its position; a group spreads streams.
  static void ExpectOneLineAnEvent(const std::string& shown) {
    std::istringstream lines(shown);
    std::vector<int> positions;
    for (std::string line; std::getline(lines, line);) {
      positions.push_back(std::stoi(line));
    }
    EXPECT_THAT(positions, UnorderedElementsAre(1, 2, 3, 4, 5, 6, 7)) << shown;
    EXPECT_THAT(shown, HasSubstr(kShown));
  }

 private:
  const test_support::TemporaryDirectory directory_;
  std::unique_ptr<test_support::ServerProcess> server_;
};

TEST_F(CliStoredTextTest, AnEventIsOneLineWhateverItHolds) {
  ExpectOneLineAnEvent(Do({"events", "tail", "--once"}));
  ExpectOneLineAnEvent(Do({"events", "read"}));
  ExpectOneLineAnEvent(Do({"group", "consume", "mail", "--limit", "7", "--member", "m"}));
}

TEST_F(CliStoredTextTest, ViewsShowEveryControlCharacter) {
  EXPECT_THAT(Do({"transaction", "show", "t1"}), AllOf(HasSubstr(kShown), HasSubstr(kMarksShown)));
  EXPECT_THAT(Do({"transaction", "list"}), AllOf(HasSubstr(kShown), HasSubstr(kMarksShown)));
  EXPECT_THAT(Do({"account", "show", "c:1"}), HasSubstr(std::string("m=") + kMarksShown));
  EXPECT_THAT(Do({"asset", "list"}), HasSubstr(kShown));
}

TEST_F(CliStoredTextTest, JsonIsExactAndHoldsNoneAsItIs) {
  const std::string shown = Do({"--json", "transaction", "show", "t1"});
  EXPECT_THAT(shown, HasSubstr(R"(\u009b8m\u202e\u2066\u2028\u007f\\n")"));
  EXPECT_THAT(Do({"export", "--format", "jsonl"}),
              HasSubstr(R"(\u009b8m\u202e\u2066\u2028\u007f\\n")"));
  Do({"export", "--format", "hledger"});
}

TEST_F(CliStoredTextTest, TheFirstMomentOf1970IsATime) {
  EXPECT_THAT(Do({"transaction", "show", "t1"}), HasSubstr("effective    1970-01-01T00:00:00Z\n"));
  EXPECT_THAT(Do({"export", "--format", "hledger"}), HasSubstr("\n1970-01-01 (t1) "));
}

}  // namespace
}  // namespace florin::cli
