// Goal: what the shell makes of what is typed, and the scripts and pages that are
// generated from the same tree of commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include "apps/cli/interrupt_watch.h"
#include "apps/cli/program.h"
#include "apps/cli/shell_words.h"
#include "apps/cli/word_completion.h"
#include "tests/support/temporary_directory.h"

namespace florin::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Words = std::vector<std::string>;

TEST(SplitWordsTest, PartsLikeAShell) {
  EXPECT_EQ(SplitWords(""), Words());
  EXPECT_EQ(SplitWords("  a\t b \r"), (Words{"a", "b"}));
  EXPECT_EQ(SplitWords("--name \"Indian rupee\" 'a b'c"),
            (Words{"--name", "Indian rupee", "a bc"}));
  EXPECT_EQ(SplitWords("a\\ b \"c\\\"d\" 'e\\f'"), (Words{"a b", "c\"d", "e\\f"}));
  EXPECT_EQ(SplitWords("a # b"), Words{"a"});
  EXPECT_EQ(SplitWords("a#b ''"), (Words{"a#b", ""}));
  EXPECT_EQ(SplitWords("a 'b"), std::nullopt);
  EXPECT_EQ(SplitWords("\"b"), std::nullopt);
}

// florin [--limit N] account open ID --type asset|liability, transfer --debit ACCOUNT,
// post --posting ACCOUNT ACCOUNT AMOUNT
CommandNode SmallTree() {
  CommandNode program{.name = "florin"};
  program.options = {{.names = {"-h", "--help"}}, {.names = {"--limit"}, .values = {"N"}}};
  CommandNode open{.name = "open"};
  open.options = {{.names = {"id"}, .values = {"ACCOUNT"}, .positional = true},
                  {.names = {"--type"}, .values = {"asset|liability"}}};
  CommandNode account{.name = "account"};
  account.commands = {open};
  CommandNode post{.name = "post"};
  post.options = {{.names = {"--posting"}, .values = {"ACCOUNT", "ACCOUNT", "AMOUNT"}}};
  program.commands = {account, post};
  return program;
}

Words CompleteIn(const Words& before, const std::string& current) {
  return CompleteWord(SmallTree(), before, current, [](const std::string&) {
    return Words{"c:2", "c:1", "x"};
  });
}

TEST(CompleteWordTest, KnowsWhereInTheLineItStands) {
  EXPECT_THAT(CompleteIn({}, ""), ElementsAre("account", "post"));
  EXPECT_THAT(CompleteIn({}, "ac"), ElementsAre("account"));
  EXPECT_THAT(CompleteIn({}, "x"), IsEmpty());
  EXPECT_THAT(CompleteIn({"account"}, ""), ElementsAre("open"));
  EXPECT_THAT(CompleteIn({"account", "open"}, "c"), ElementsAre("c:1", "c:2"));
  EXPECT_THAT(CompleteIn({"account", "open", "c:1"}, ""), IsEmpty());
  EXPECT_THAT(CompleteIn({"account", "open", "c:1"}, "-"),
              ElementsAre("--help", "--limit", "--type"));
  EXPECT_THAT(CompleteIn({"account", "open", "--type"}, ""), ElementsAre("asset", "liability"));
  EXPECT_THAT(CompleteIn({"account", "open", "--type"}, "l"), ElementsAre("liability"));
  EXPECT_THAT(CompleteIn({"account", "--limit", "3", "open", "--type", "asset"}, "x"),
              ElementsAre("x"));
  EXPECT_THAT(CompleteIn({"post", "--posting", "c:1"}, "c:"), ElementsAre("c:1", "c:2"));
  EXPECT_THAT(CompleteIn({"post", "--posting", "c:1", "c:2"}, ""), IsEmpty());
}

TEST(CompleteWordTest, CommonPrefixes) {
  EXPECT_EQ(CommonPrefix({}), "");
  EXPECT_EQ(CommonPrefix({"abc"}), "abc");
  EXPECT_EQ(CommonPrefix({"abc", "abd", "ab"}), "ab");
  EXPECT_EQ(CommonPrefix({"abc", "x"}), "");
}

struct Ran {
  ExitCode code;
  std::string out;
  std::string err;
};

Ran RunFlorin(Words arguments, const std::string& input = "") {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in(input);
  const ExitCode code = RunProgram(std::move(arguments), {.out = out, .err = err, .in = &in});
  return {code, out.str(), err.str()};
}

TEST(ShellTest, GoesOnBehindWhatIsWrong) {
  const auto ran = RunFlorin({"shell"},
                             "# a comment\n\nflorin --version\nacount\ntransfer 'x\nshell\nhelp\n"
                             "status --server 127.0.0.1:1\n--version\nexit\n--version\n");
  EXPECT_EQ(ran.code, ExitCode::kUnreachable);
  EXPECT_THAT(ran.out, AllOf(StartsWith("florin 0."), HasSubstr("Usage: florin ")));
  EXPECT_THAT(ran.out.substr(ran.out.size() - 14), StartsWith("\nflorin 0."));
  EXPECT_THAT(
      ran.err,
      AllOf(HasSubstr("there is no command 'acount'"), HasSubstr("a quote is left open"),
            HasSubstr("this is already the shell"), HasSubstr("nothing answers at 127.0.0.1:1")));
  EXPECT_THAT(ran.err, Not(HasSubstr("ipv4:")));
  EXPECT_EQ(RunFlorin({"shell"}, "--version\n").code, ExitCode::kOk);
}

TEST(InterruptWatchTest, StopsWhatBlocksOnceCtrlCComes) {
  std::promise<void> stopped;
  const InterruptWatch watch([&stopped] { stopped.set_value(); });
  EXPECT_FALSE(watch.interrupted());
  ASSERT_EQ(std::raise(SIGINT), 0);
  stopped.get_future().wait();
  EXPECT_TRUE(watch.interrupted());
}

// What a script of bash prints.
std::string Bash(const std::string& script, const test_support::TemporaryDirectory& directory) {
  const std::string path = directory.path() + "/script";
  std::ofstream(path) << script;
  std::FILE* pipe = popen(("bash '" + path + "' 2>&1").c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) {
    output.append(buffer, count);
  }
  pclose(pipe);
  return output;
}

TEST(CompletionTest, BashCompletesCommandsOptionsAndChoices) {
  const test_support::TemporaryDirectory directory;
  const auto ran = RunFlorin({"completion", "bash"});
  ASSERT_EQ(ran.code, ExitCode::kOk);
  const auto complete = [&](const std::string& words, int at) {
    return Bash(ran.out + "COMP_WORDS=(" + words + ")\nCOMP_CWORD=" + std::to_string(at) +
                    "\n_florin_complete\necho \"${COMPREPLY[*]}\"\n",
                directory);
  };
  EXPECT_EQ(complete("florin tra", 1), "transfer transaction\n");
  EXPECT_EQ(complete("florin account re", 2), "reactivate\n");
  EXPECT_EQ(complete("florin --json account suspend x --sc", 5), "--scope\n");
  EXPECT_EQ(complete("florin account open a --type ''", 5),
            "asset liability equity revenue expense\n");
  EXPECT_EQ(complete("florin account update a --clear o", 5), "owner\n");
  EXPECT_EQ(complete("florin --server ''", 2), "\n");
  EXPECT_EQ(complete("florin asset list --ti", 3), "--timeout\n");
}

TEST(CompletionTest, OtherShellsAreRefused) {
  EXPECT_EQ(RunFlorin({"completion", "fish"}).code, ExitCode::kUsage);
  EXPECT_THAT(RunFlorin({"completion", "fish"}).err, HasSubstr("'fish' is not one of bash, zsh"));
  EXPECT_THAT(RunFlorin({"completion", "zsh"}).out, StartsWith("#compdef florin\n"));
}

TEST(ManPageTest, EveryCommandHasAPageThatRendersWithoutWarnings) {
  const test_support::TemporaryDirectory directory;
  ASSERT_EQ(RunFlorin({"man", "--directory", directory.path()}).code, ExitCode::kOk);
  int pages = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    ++pages;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    EXPECT_THAT(text.str(), AllOf(StartsWith(".TH FLORIN"), HasSubstr(".SH SYNOPSIS\n")));
    // No line may be a request by accident: all of ours are two capitals, or nf, fi.
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with('.')) {
        EXPECT_THAT(line, testing::MatchesRegex("\\.(TH|SH|SS|TP|PP|BR|nf|fi)( .*)?")) << entry;
      }
    }
    EXPECT_EQ(Bash("command -v groff >/dev/null || exit 0\ngroff -man -Tutf8 -ww -z '" +
                       entry.path().string() + "'\n",
                   test_support::TemporaryDirectory()),
              "")
        << entry;
  }
  // One for florin itself, one for each command that --help lists.
  const std::string help = RunFlorin({"--help"}).out;
  const std::string commands = help.substr(help.find("Subcommands:\n") + 13);
  const std::string listed = commands.substr(0, commands.find("\n\n") + 1);
  EXPECT_EQ(pages, 1 + std::count(listed.begin(), listed.end(), '\n'));
}

TEST(HelpTest, EveryCommandShowsAnExampleAndNoChecks) {
  for (const char* line : {"asset register",
                           "asset list",
                           "account open",
                           "account show",
                           "account list",
                           "account balance",
                           "account history",
                           "account update",
                           "account suspend",
                           "account reactivate",
                           "account close",
                           "transfer",
                           "transaction create",
                           "transaction settle",
                           "transaction void",
                           "transaction reverse",
                           "transaction show",
                           "transaction list",
                           "events tail",
                           "events read",
                           "events wait",
                           "group create",
                           "group update",
                           "group delete",
                           "group show",
                           "group list",
                           "group consume",
                           "group parked",
                           "group replay",
                           "group discard",
                           "group reset",
                           "group log",
                           "books",
                           "status",
                           "watch",
                           "import",
                           "shell",
                           "completion"}) {
    Words words = SplitWords(line).value();
    words.emplace_back("--help");
    const auto ran = RunFlorin(words);
    EXPECT_EQ(ran.code, ExitCode::kOk) << line;
    EXPECT_THAT(ran.out, AllOf(HasSubstr(std::string("\n  florin ") + line), HasSubstr("Example"),
                               Not(HasSubstr("POSITIVE")), Not(HasSubstr(":NONNEGATIVE"))));
  }
  EXPECT_THAT(RunFlorin({"account", "update", "--help"}).out,
              AllOf(HasSubstr("--clear max-balance|metadata|owner "), Not(HasSubstr("{"))));
}

TEST(ManPageTest, NamesWhatACommandTakes) {
  EXPECT_THAT(RunFlorin({"man", "account"}).out,
              AllOf(HasSubstr(".SS florin account suspend\n"), HasSubstr("both|debits|credits"),
                    HasSubstr("\\fB\\-\\-expected\\-version\\fR \\fIN\\fR\n")));
  // What an option is checked with is not part of what its value is called.
  for (const char* command :
       {"account", "asset", "events", "group", "import", "transaction", "watch"}) {
    EXPECT_THAT(RunFlorin({"man", command}).out,
                AllOf(Not(HasSubstr("POSITIVE")), Not(HasSubstr("NONNEGATIVE")),
                      Not(HasSubstr("INT in")), Not(HasSubstr("{"))));
  }
  EXPECT_THAT(RunFlorin({"man"}).out, HasSubstr("FLORIN_SERVER"));
  EXPECT_EQ(RunFlorin({"man", "nothing"}).code, ExitCode::kUsage);
  EXPECT_EQ(RunFlorin({"man", "--directory", "/nowhere/at/all"}).code, ExitCode::kFile);
}

}  // namespace
}  // namespace florin::cli
