// Goal: an import as a user meets it: summary, messages, exit codes.
// Method: RunProgram against a fake of the ledger.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "apps/cli/program.h"
#include "tests/clients/fake_ledger.h"
#include "tests/support/temporary_directory.h"

namespace florin::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kProfile[] = R"([[asset]]
code = "EUR"
scale = 2
[accounts.a]
id = "a"
type = "ASSET"
[accounts.b]
id = "b${id}"
type = "ASSET"
[transaction]
id = "t${id}"
amount = "${amount}"
[[rule]]
debit = "a"
credit = "b"
)";

class ImportProgramTest : public testing::Test {
 protected:
  ExitCode Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), {"--server", server_.target()});
    return RunProgram(std::move(arguments), {out_, err_, false});
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
  }
  [[nodiscard]] std::string Path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }

  client::FakeLedger ledger_;
  const client::FakeServer server_{{&ledger_}};
  const test_support::TemporaryDirectory directory_;

 private:
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ImportProgramTest, EndsWithASummary) {
  Write("p.toml", kProfile);
  Write("f.csv", "id,amount\n1,1.00\n2,x\n3,1.00\n");
  EXPECT_EQ(Run({"import", "--profile", Path("p.toml"), Path("f.csv")}), ExitCode::kRefused);
  EXPECT_THAT(out(),
              AllOf(HasSubstr("rows                 3\n"), HasSubstr("posted               2\n"),
                    HasSubstr("rejected             1"), HasSubstr(Path("f.csv.rejected.csv")),
                    Not(HasSubstr("replayed"))));
  EXPECT_EQ(err(), "");
  EXPECT_TRUE(std::filesystem::exists(Path("f.csv.rejected.csv")));
  Write("f.csv", "id,amount\n1,1.00\n3,1.00\n");
  EXPECT_EQ(Run({"import", "--profile", Path("p.toml"), Path("f.csv")}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("replayed             2"));
  EXPECT_EQ(Run({"import", "--json", "--profile", Path("p.toml"), Path("f.csv")}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("\"replayed\": 2,"));
}

TEST_F(ImportProgramTest, AWrongProfileNamesFileAndLine) {
  Write("p.toml", std::string(kProfile) + "colour = 1\n");
  Write("f.csv", "id,amount\n");
  EXPECT_EQ(Run({"import", "--profile", Path("p.toml"), Path("f.csv")}), ExitCode::kUsage);
  EXPECT_THAT(err(),
              StartsWith("error: profile " + Path("p.toml") + ", line 16: unknown key 'colour'"));
  Write("p.toml", kProfile);
  Write("f.csv", "id,value\n");
  EXPECT_EQ(Run({"import", "--profile", Path("p.toml"), Path("f.csv")}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr(", line 12: the file has no column 'amount'"));
}

TEST_F(ImportProgramTest, ACheckNamesTheRowsItWouldNotImportAndWritesNothing) {
  Write("p.toml", kProfile);
  std::string rows = "id,amount\n1,1.250\n1,2\n";
  for (int i = 0; i < 10; ++i) {
    rows += "x" + std::to_string(i) + ",x\n";
  }
  Write("f.csv", rows);
  const std::vector<std::string> check = {"import", "--check-only", "--profile", Path("p.toml"),
                                          Path("f.csv")};
  EXPECT_EQ(Run(check), ExitCode::kRefused);
  EXPECT_THAT(err(), StartsWith("rejected: line 3: DUPLICATE_ID: line 3 gives the id of line 2"));
  EXPECT_THAT(err(), HasSubstr("\nrejected: line 4: BAD_AMOUNT: 'x' is not an amount"));
  EXPECT_THAT(err(), HasSubstr("\nrejected: and 1 more\n"));
  EXPECT_THAT(err(), HasSubstr("\nwarning: line 2: '1.250' is read as 1.25"));
  EXPECT_THAT(out(), Not(HasSubstr("rejected.csv")));
  EXPECT_FALSE(std::filesystem::exists(Path("f.csv.rejected.csv")));
  auto json = check;
  json.insert(json.begin() + 1, "--json");
  EXPECT_EQ(Run(json), ExitCode::kRefused);
  EXPECT_THAT(out(), AllOf(HasSubstr("\"reason\": \"DUPLICATE_ID\""),
                           HasSubstr("\"rejects_file\": \"\""), HasSubstr("line 2: '1.250'")));
}

TEST_F(ImportProgramTest, TheSummarySaysWhereALineEndsInQuotes) {
  Write(
      "p.toml",
      std::string("[file]\nheader = false\ncolumns = [\"id\", \"amount\", \"text\"]\n") + kProfile);
  Write("f.csv", "20,1.00,\"open\n21,1.00,x\n22,1.00,y\n23,1.00,pipe 5\"\n");
  EXPECT_EQ(Run({"import", "--profile", Path("p.toml"), Path("f.csv")}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("\nline ends in quotes  1 row, in line 1\n"));
  EXPECT_EQ(Run({"import", "--json", "--profile", Path("p.toml"), Path("f.csv")}), ExitCode::kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("\"line_ends_in_quotes\": 1,"),
                           HasSubstr("\"first_line_end_in_quotes\": 1,")));
  Write("f.csv", "24,1.00,x\n25,1.00,\"a\nb\"\n26,1.00,\"a\nb\"\n");
  EXPECT_EQ(Run({"import", "--profile", Path("p.toml"), Path("f.csv")}), ExitCode::kOk);
  EXPECT_THAT(out(), HasSubstr("\nline ends in quotes  2 rows, the first in line 2\n"));
}

TEST_F(ImportProgramTest, TheRejectsNeverReplaceAnInputOrSomebodyElsesFile) {
  Write("p.toml", kProfile);
  const std::string rows = "id,amount\n1,1.00\n2,x\n";
  Write("june.csv", rows);
  for (const char* check : {"--json", "--check-only"}) {
    EXPECT_EQ(Run({"import", check, "--profile", Path("p.toml"), "--rejects", Path("june.csv"),
                   Path("june.csv")}),
              ExitCode::kFile);
    EXPECT_THAT(err(), HasSubstr("name another file with --rejects"));
    EXPECT_EQ(Run({"import", check, "--profile", Path("p.toml"), "--rejects", Path("p.toml"),
                   Path("june.csv")}),
              ExitCode::kFile);
  }
  std::ifstream june(Path("june.csv"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(june), {}), rows);
  EXPECT_TRUE(ledger_.posted.empty());
}

TEST_F(ImportProgramTest, AFileThatIsNotThereIsALocalProblem) {
  Write("p.toml", kProfile);
  EXPECT_EQ(Run({"import", "--profile", Path("p.toml"), Path("none.csv")}), ExitCode::kFile);
  EXPECT_THAT(err(), HasSubstr("none.csv: No such file"));
}

}  // namespace
}  // namespace florin::cli
