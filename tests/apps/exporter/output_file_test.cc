#include "apps/exporter/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "tests/support/temporary_directory.h"

namespace florin::exporter {
namespace {

class OutputFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.path() + "/out"; }
  [[nodiscard]] std::string Content() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::ptrdiff_t FileCount() const {
    return std::distance(std::filesystem::directory_iterator(directory_.path()),
                         std::filesystem::directory_iterator());
  }

  const test_support::TemporaryDirectory directory_;
};

TEST_F(OutputFileTest, AppearsOnlyWhenItIsCommitted) {
  OutputFile file(path());
  file.stream() << "new";
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_EQ(file.Sync(), std::nullopt);
  EXPECT_EQ(file.Commit(), std::nullopt);
  EXPECT_EQ(Content(), "new");
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(OutputFileTest, WithoutCommitWhatWasThereStays) {
  std::ofstream(path()) << "old";
  { OutputFile(path()).stream() << "half"; }
  EXPECT_EQ(Content(), "old");
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(OutputFileTest, AFileThatBeginsOtherwiseIsSomebodyElses) {
  std::ofstream(path()) << "Datum;Betrag\n";
  {
    const OutputFile file(path(), {"; ledger "});
    EXPECT_THAT(file.Problem().value_or(""), testing::HasSubstr("no export of this format wrote"));
  }
  EXPECT_EQ(Content(), "Datum;Betrag\n");
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(OutputFileTest, AnEarlierExportOrAnEmptyFileIsReplaced) {
  for (const char* old : {"", "; ledger x, position 7\n"}) {
    std::ofstream(path(), std::ios::trunc) << old;
    OutputFile file(path(), {"{\"end\":", "; ledger "});
    EXPECT_EQ(file.Problem(), std::nullopt);
    file.stream() << "new";
    EXPECT_EQ(file.Sync(), std::nullopt);
    EXPECT_EQ(file.Commit(), std::nullopt);
    EXPECT_EQ(Content(), "new");
  }
}

TEST_F(OutputFileTest, ALinkStaysOne) {
  const std::string link = directory_.path() + "/link";
  std::ofstream(path()) << "old";
  std::filesystem::create_symlink(path(), link);
  OutputFile file(link);
  file.stream() << "new";
  EXPECT_EQ(file.Sync(), std::nullopt);
  EXPECT_EQ(file.Commit(), std::nullopt);
  EXPECT_EQ(Content(), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

TEST_F(OutputFileTest, SaysWhyItCannotBeOpened) {
  const OutputFile file(directory_.path() + "/no/out");
  ASSERT_TRUE(file.Problem());
  EXPECT_THAT(*file.Problem(), testing::HasSubstr("No such file or directory"));
  EXPECT_TRUE(OutputFile(directory_.path()).Problem());
}

TEST_F(OutputFileTest, AFullDeviceIsAProblem) {
  OutputFile file("/dev/full");
  file.stream() << "x";
  EXPECT_TRUE(file.Sync());
}

}  // namespace
}  // namespace florin::exporter
