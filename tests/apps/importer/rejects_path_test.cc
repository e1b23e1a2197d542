// Goal: the list of rejected rows never takes the place of somebody's data.
#include "apps/importer/rejects_path.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "apps/importer/rejects_writer.h"
#include "tests/support/temporary_directory.h"

namespace florin::importer {
namespace {

using testing::HasSubstr;

class RejectsPathTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_.path() + "/" + name) << text;
    return directory_.path() + "/" + name;
  }
  static std::string Message(const std::optional<Error>& error) {
    return error ? error->message : "";
  }

  const test_support::TemporaryDirectory directory_;
};

TEST_F(RejectsPathTest, AnInputIsNoPlaceForIt) {
  const std::string input = Write("june.csv", "line,reason,message of the bank\n");
  const std::string profile = Write("shop.toml", "[file]\n");
  EXPECT_THAT(Message(CheckRejectsPath(input, {input})), HasSubstr("is read by this import"));
  EXPECT_THAT(Message(CheckRejectsPath(profile, {input, profile})), HasSubstr("shop.toml"));
  // By whatever name.
  const std::string detour = directory_.path() + "/./june.csv";
  EXPECT_NE(CheckRejectsPath(detour, {input}), std::nullopt);
  const std::string symbolic = directory_.path() + "/symbolic";
  std::filesystem::create_symlink(input, symbolic);
  EXPECT_NE(CheckRejectsPath(symbolic, {input}), std::nullopt);
  const std::string hard = directory_.path() + "/hard";
  std::filesystem::create_hard_link(input, hard);
  EXPECT_NE(CheckRejectsPath(hard, {input}), std::nullopt);
}

TEST_F(RejectsPathTest, AFileThatNoImportWroteIsNoPlaceForIt) {
  const std::string foreign = Write("notes.csv", "precious\n");
  EXPECT_THAT(Message(CheckRejectsPath(foreign, {})), HasSubstr("no import wrote it"));
  EXPECT_FALSE(IsRejectsFile(foreign));
  const std::string ours = Write("ours.csv", "line,reason,message,id\n3,BAD_AMOUNT,x,1\n");
  EXPECT_EQ(CheckRejectsPath(ours, {}), std::nullopt);
  EXPECT_TRUE(IsRejectsFile(ours));
  EXPECT_EQ(CheckRejectsPath(Write("empty.csv", ""), {}), std::nullopt);
  EXPECT_EQ(CheckRejectsPath(directory_.path() + "/none.csv", {foreign}), std::nullopt);
  EXPECT_EQ(CheckRejectsPath("/dev/null", {"-"}), std::nullopt);
}

TEST_F(RejectsPathTest, TriesWhetherItCanBeWrittenAndLeavesNothing) {
  const std::string path = directory_.path() + "/list.csv";
  EXPECT_EQ(TryRejectsPath(path), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(path));
  const std::string old = Write("old.csv", "line,reason,message\n");
  EXPECT_EQ(TryRejectsPath(old), std::nullopt);
  EXPECT_EQ(std::filesystem::file_size(old), 20U);
  EXPECT_EQ(TryRejectsPath("/dev/null"), std::nullopt);
  EXPECT_THAT(Message(TryRejectsPath(directory_.path())), HasSubstr("--rejects"));
  EXPECT_THAT(Message(TryRejectsPath("/no/such/directory/list.csv")),
              HasSubstr("No such file or directory; name another file with --rejects"));
  // Of `florin import <(cat june.csv)`.
  EXPECT_NE(TryRejectsPath("/dev/fd/63.rejected.csv"), std::nullopt);
}

TEST_F(RejectsPathTest, APipeIsNotProbedAndHoldsNobodyUp) {
  const std::string pipe = directory_.path() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  // Nobody reads it, and nobody waits for that.
  EXPECT_EQ(TryRejectsPath(pipe), std::nullopt);
  EXPECT_THAT(OpenRejectsFile(pipe).error().message, HasSubstr("name another file"));
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  EXPECT_EQ(TryRejectsPath(pipe), std::nullopt);
  const auto file = OpenRejectsFile(pipe);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(write(file.value(), "x", 1), 1);
  close(file.value());
  char byte = 0;
  EXPECT_EQ(read(reader, &byte, 1), 1);
  close(reader);
}

TEST_F(RejectsPathTest, AFileThatTookThePlaceMeanwhileStays) {
  const std::string foreign = Write("list.csv", "precious\n");
  EXPECT_THAT(OpenRejectsFile(foreign).error().message, HasSubstr("no import wrote it"));
  EXPECT_EQ(std::filesystem::file_size(foreign), 9U);
  const std::string short_one = Write("short.csv", "line");
  EXPECT_FALSE(OpenRejectsFile(short_one).ok());
  for (const std::string text : {"", "line,reason,message\n1,x,y\n"}) {
    const auto file = OpenRejectsFile(Write("ours.csv", text));
    ASSERT_TRUE(file.ok());
    close(file.value());
    EXPECT_EQ(std::filesystem::file_size(directory_.path() + "/ours.csv"), 0U);
  }
}

TEST_F(RejectsPathTest, OnlyAListOfAnEarlierRunIsTakenAway) {
  const std::string empty = Write("empty.csv", "");
  EXPECT_EQ(RejectsWriter(empty, {}).Finish(true), std::nullopt);
  EXPECT_TRUE(std::filesystem::exists(empty));
  const std::string list = Write("ours.csv", "line,reason,message\n");
  const std::string link = directory_.path() + "/link.csv";
  std::filesystem::create_symlink(list, link);
  EXPECT_EQ(RejectsWriter(link, {}).Finish(false), std::nullopt);
  EXPECT_TRUE(std::filesystem::exists(list));
  EXPECT_EQ(RejectsWriter(link, {}).Finish(true), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(list));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

}  // namespace
}  // namespace florin::importer
