// Goal: a damaged byte is mended or refused by name, never answered around.
// Method: a stopped store's files are damaged one place at a time, all files in
// turn. What still opens is asked everything; each answer must be the one that
// the undamaged store gave, or DATA_CORRUPT with the place.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/storage/books/scripted_store.h"
#include "tests/storage/books/store_answers.h"

namespace florin::storage {
namespace {

namespace fs = std::filesystem;
using domain::Reason;
using testing::Answers;

constexpr int kTrials = 200;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// How often each end was seen.
struct Ends {
  int did_not_open = 0;
  int refused_some = 0;
  int answered_all = 0;
};

class CorruptionTest : public testing::ScriptedStoreTest {
 protected:
  void SetUp() override {
    // Small commit groups, so that the hashes of most of them are not looked at on opening.
    options_.commit_group_bytes = 1;
    options_.head_cache_accounts = 16;
    random_.seed(kSeed);
    // Opening writes out what the log held, so there are tables and a log.
    for (int i = 0; i < 3; ++i) {
      Open();
      Run(120);
      ASSERT_TRUE(store_->Checkpoint().ok());
    }
    Run(20);
    // Nothing in memory, as when the damaged store is asked.
    Open();
    truth_ = testing::AskEverything(script_, &store_->reader());
    for (const auto& [question, answer] : truth_) {
      ASSERT_TRUE(answer.ok()) << question << ": " << answer.refusal().message;
    }
    store_.reset();
    fs::copy(options_.directory, whole_, fs::copy_options::recursive);
    for (const auto& entry : fs::recursive_directory_iterator(whole_)) {
      // RocksDB's own messages are for people.
      const bool is_text = entry.path().filename().string().starts_with("LOG");
      if (!entry.is_regular_file() || entry.file_size() == 0 || is_text) continue;
      // Tables are what is read long after the start: they come up four times as often.
      const std::size_t times = entry.path().extension() == ".sst" ? 4 : 1;
      files_.insert(files_.end(), times, fs::relative(entry.path(), whole_));
    }
    std::sort(files_.begin(), files_.end());
  }

  /// One change that a disk, or a hand, might make. Says which.
  std::string Damage(const fs::path& file) {
    const fs::path path = fs::path(options_.directory) / file;
    std::string bytes = ReadFile(path);
    const std::size_t at = random_() % bytes.size();
    std::string what;
    switch (random_() % 4) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random_() % 8)));
        what = "a bit turned";
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] + 1 + static_cast<int>(random_() % 255));
        what = "a byte changed";
        break;
      case 2:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    std::min<std::size_t>(512, bytes.size() - at), '\0');
        what = "up to 512 bytes zeroed";
        break;
      default:
        bytes.resize(at);
        what = "cut";
        break;
    }
    WriteFile(path, bytes);
    return file.string() + ": " + what + " at byte " + std::to_string(at);
  }

  void CheckAnswers(Ends* ends) {
    int refused = 0;
    for (const auto& [question, answer] : testing::AskEverything(script_, &store_->reader())) {
      if (answer.ok()) {
        EXPECT_EQ(*answer, *truth_.at(question)) << question;
        continue;
      }
      ++refused;
      EXPECT_EQ(answer.refusal().reason, Reason::kDataCorrupt) << answer.refusal().message;
      EXPECT_FALSE(answer.refusal().metadata.empty()) << answer.refusal().message;
    }
    ++(refused > 0 ? ends->refused_some : ends->answered_all);
  }

  void Try(const fs::path& file, Ends* ends) {
    fs::remove_all(options_.directory);
    fs::copy(whole_, options_.directory, fs::copy_options::recursive);
    SCOPED_TRACE(Damage(file));
    auto store = EmbeddedStore::Open(options_);
    if (store.ok()) {
      store_ = std::move(*store);
      CheckAnswers(ends);
      store_.reset();
      return;
    }
    ++ends->did_not_open;
    const domain::Refusal& refusal = store.refusal();
    EXPECT_TRUE(refusal.reason == Reason::kDataCorrupt ||
                refusal.reason == Reason::kStorageUnavailable)
        << refusal.message;
    EXPECT_NE(refusal.message.find(options_.directory), std::string::npos) << refusal.message;
  }

  static constexpr std::uint64_t kSeed = 4'711;
  const std::string whole_ = directory_.path() + "/whole";
  std::vector<fs::path> files_;
  Answers truth_;
};

TEST_F(CorruptionTest, IsNeverAnsweredAround) {
  std::cout << "seed " << kSeed << "\n";
  Ends ends;
  for (int trial = 0; trial < kTrials && !HasFailure(); ++trial)
    Try(files_[static_cast<std::size_t>(trial) % files_.size()], &ends);
  std::cout << "did not open " << ends.did_not_open << ", refused some answers "
            << ends.refused_some << ", answered all " << ends.answered_all << "\n";
  // All three must have been seen, or the damage was of no account.
  EXPECT_GT(ends.did_not_open, 5);
  // How many tables there are depends on when they were written.
  EXPECT_GT(ends.refused_some, 2);
  EXPECT_GT(ends.answered_all, 5);
}

}  // namespace
}  // namespace florin::storage
