// Goal: everything derived can be thrown away: rebuilt it equals what was kept,
// key by key.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/storage/books/ledger_checks.h"
#include "tests/storage/books/scripted_store.h"

namespace florin::storage {
namespace {

using Contents = std::map<std::string, std::string>;

Contents Dump(const Index& index) {
  Contents contents;
  const auto entry = index.IterateAll();
  for (entry->SeekToFirst(); entry->Valid(); entry->Next())
    contents[entry->key().ToString()] = entry->value().ToString();
  EXPECT_TRUE(entry->status().ok()) << entry->status().ToString();
  return contents;
}

class RebuildTest : public testing::ScriptedStoreTest,
                    public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  void SetUp() override {
    options_.history_interval = 8;
    options_.head_cache_accounts = 16;
    options_.commit_group_bytes = 2'000;
    random_.seed(GetParam());
    Open();
  }
};

TEST_P(RebuildTest, EqualsWhatWasKeptKeyByKey) {
  Run(300);
  Open();
  Run(300);
  ASSERT_TRUE(store_->Checkpoint().ok());
  Run(100);
  ASSERT_TRUE(store_->Checkpoint().ok());
  const Contents kept = Dump(store_->index());
  EXPECT_GT(kept.size(), 500u);

  store_.reset();
  std::filesystem::remove_all(options_.directory + "/index");
  Open();
  EXPECT_EQ(store_->replayed_commands(), static_cast<std::int64_t>(script_.commands().size()));
  ASSERT_TRUE(store_->Checkpoint().ok());
  const Contents rebuilt = Dump(store_->index());
  EXPECT_EQ(rebuilt.size(), kept.size());
  for (const auto& [key, value] : kept) {
    const auto found = rebuilt.find(key);
    ASSERT_NE(found, rebuilt.end()) << "key " << ::testing::PrintToString(key);
    EXPECT_EQ(found->second, value) << "key " << ::testing::PrintToString(key);
  }
  testing::CheckEverything(script_, &store_->reader());
}

TEST_P(RebuildTest, IsDoneForAnotherInterval) {
  Run(200);
  store_.reset();
  options_.history_interval = 16;
  Open();
  EXPECT_EQ(store_->replayed_commands(), static_cast<std::int64_t>(script_.commands().size()));
  testing::CheckBalances(script_, &store_->reader());
}

TEST_P(RebuildTest, IsDoneForACorruptIndex) {
  Run(200);
  ASSERT_TRUE(store_->Checkpoint().ok());
  store_.reset();
  std::ofstream(options_.directory + "/index/CURRENT", std::ios::trunc) << "MANIFEST-999999\n";
  Open();
  EXPECT_EQ(store_->replayed_commands(), static_cast<std::int64_t>(script_.commands().size()));
  testing::CheckEverything(script_, &store_->reader());
}

TEST_P(RebuildTest, ReplaysNothingAfterACheckpoint) {
  Run(200);
  ASSERT_TRUE(store_->Checkpoint().ok());
  Open();
  EXPECT_EQ(store_->replayed_commands(), 0);
  testing::CheckHeads(script_, &store_->reader());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RebuildTest, ::testing::Values(11, 12));

}  // namespace
}  // namespace florin::storage
