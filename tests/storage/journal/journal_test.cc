// Goal: the journal on RocksDB and its twin in memory keep the same promises.

#include <gtest/gtest.h>

#include "storage/format/record_codec.h"
#include "storage/journal/memory_journal.h"
#include "storage/journal/rocks_journal.h"
#include "tests/storage/fault_file_system.h"
#include "tests/support/temporary_directory.h"

namespace florin::storage {
namespace {

enum class Kind { kMemory, kRocks };

class JournalTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kMemory) {
      journal_ = std::make_unique<MemoryJournal>();
      return;
    }
    shared_ = MakeRocksShared(std::make_shared<testing::FaultFileSystem>(1), 1 << 20);
    RocksJournalOptions options;
    options.directory = directory_.path();
    auto journal = RocksJournal::Open(shared_, options);
    ASSERT_TRUE(journal.ok()) << journal.refusal().message;
    journal_ = std::move(journal.value());
  }

  /// `count` positions at `time`, after what was made before.
  CommitGroupPtr Make(int count, std::int64_t time) {
    auto commit_group = std::make_shared<CommitGroup>();
    commit_group->first_position = made_.position + 1;
    commit_group->last_position = made_.position + count;
    commit_group->first_time = time;
    commit_group->last_time = time + 1;
    commit_group->previous_hash = made_.hash;
    commit_group->records = "records from " + std::to_string(commit_group->first_position);
    commit_group->hash = ChainHash(commit_group->previous_hash, commit_group->records);
    made_ = JournalHead{commit_group->last_position, commit_group->hash, commit_group->last_time};
    return commit_group;
  }

  domain::Status Append(std::vector<CommitGroupPtr> commit_groups) {
    return journal_->Append(journal_->Head().position, 0, commit_groups);
  }

  test_support::TemporaryDirectory directory_;
  RocksShared shared_;
  std::unique_ptr<Journal> journal_;
  JournalHead made_;
};

TEST_P(JournalTest, BeginsEmpty) {
  EXPECT_EQ(journal_->Head().position, 0);
  EXPECT_TRUE(journal_->Read(1, 10, 1000)->empty());
  EXPECT_EQ(journal_->LastCommitGroupEndAtOrBefore(1'000).value(), 0);
}

TEST_P(JournalTest, ReadsBackWhatWasAppended) {
  const CommitGroupPtr first = Make(3, 100);
  const CommitGroupPtr second = Make(1, 101);
  ASSERT_TRUE(Append({first, second}).ok());
  EXPECT_EQ(journal_->Head().position, 4);
  EXPECT_EQ(journal_->Head().hash, second->hash);
  for (const std::int64_t position : {1, 2, 3}) {
    const auto commit_groups = journal_->Read(position, 10, 1'000'000);
    ASSERT_TRUE(commit_groups.ok());
    ASSERT_EQ(commit_groups->size(), 2u);
    EXPECT_EQ(commit_groups->front()->records, first->records);
    EXPECT_EQ(commit_groups->front()->hash, first->hash);
    EXPECT_EQ(commit_groups->front()->first_time, 100);
    EXPECT_EQ(commit_groups->front()->last_time, 101);
  }
  EXPECT_EQ(journal_->Read(4, 10, 1'000'000)->size(), 1u);
  EXPECT_TRUE(journal_->Read(5, 10, 1'000'000)->empty());
}

TEST_P(JournalTest, ReadsNoMoreThanAskedFor) {
  ASSERT_TRUE(Append({Make(1, 1), Make(1, 2), Make(1, 3)}).ok());
  EXPECT_EQ(journal_->Read(1, 2, 1'000'000)->size(), 2u);
  EXPECT_EQ(journal_->Read(1, 10, 1)->size(), 1u)
      << "at least one commit group, however small the budget";
}

TEST_P(JournalTest, RefusesAnotherHead) {
  ASSERT_TRUE(Append({Make(2, 1)}).ok());
  const std::vector<CommitGroupPtr> next = {Make(2, 2)};
  for (const std::int64_t head : {0, 1, 3}) {
    const auto appended = journal_->Append(head, 0, next);
    ASSERT_FALSE(appended.ok());
    EXPECT_EQ(appended.refusal().reason, domain::Reason::kVersionConflict);
  }
  EXPECT_EQ(journal_->Head().position, 2);
  EXPECT_TRUE(journal_->Append(2, 0, next).ok());
}

TEST_P(JournalTest, RefusesAnotherEpoch) {
  const auto appended = journal_->Append(0, 1, std::vector<CommitGroupPtr>{Make(1, 1)});
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.refusal().reason, domain::Reason::kVersionConflict);
  EXPECT_EQ(journal_->Head().position, 0);
}

TEST_P(JournalTest, RefusesGapsBrokenChainsAndTimeGoingBack) {
  ASSERT_TRUE(Append({Make(2, 100)}).ok());
  const CommitGroupPtr good = Make(2, 200);
  for (const int fault : {0, 1, 2}) {
    auto bad = std::make_shared<CommitGroup>(*good);
    if (fault == 0) ++bad->first_position;
    if (fault == 1) bad->previous_hash[7] ^= 1;
    if (fault == 2) bad->first_time = 50;
    const auto appended = Append({bad});
    ASSERT_FALSE(appended.ok()) << fault;
    EXPECT_EQ(appended.refusal().reason, domain::Reason::kVersionConflict);
    EXPECT_EQ(journal_->Head().position, 2);
  }
  EXPECT_TRUE(Append({good}).ok());
}

TEST_P(JournalTest, FindsTheLastCommitGroupAtOrBeforeATime) {
  // Each begins at its time and ends one later; positions 1-2, 3-4, ...
  const std::vector<std::int64_t> times = {10, 20, 30, 31, 50, 51, 52};
  for (const std::int64_t time : times) ASSERT_TRUE(Append({Make(2, time)}).ok());
  for (std::int64_t time = 0; time <= 60; ++time) {
    std::int64_t expected = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (times[i] + 1 <= time) expected = 2 * static_cast<std::int64_t>(i + 1);
    }
    EXPECT_EQ(journal_->LastCommitGroupEndAtOrBefore(time).value(), expected) << "at " << time;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, JournalTest, ::testing::Values(Kind::kMemory, Kind::kRocks),
                         [](const auto& param) {
                           return param.param == Kind::kMemory ? "Memory" : "Rocks";
                         });

TEST(MemoryJournalTest, FailsOnRequest) {
  MemoryJournal journal;
  journal.FailAppends(domain::Reason::kDiskFull);
  EXPECT_EQ(journal.Append(0, 0, {}).refusal().reason, domain::Reason::kDiskFull);
  journal.FailAppends(domain::Reason::kNone);
  EXPECT_TRUE(journal.Append(0, 0, {}).ok());
  journal.SetOwnerEpoch(2);
  EXPECT_EQ(journal.Append(0, 1, {}).refusal().reason, domain::Reason::kVersionConflict);
}

}  // namespace
}  // namespace florin::storage
