// Goal: what Commit answered OK to is there after the power failed, whenever it
// fails. Method: one ledger lives many lives on a file system that forgets what
// was not synced. Each life ends at a random write, sync, creation or rename,
// also while opening. After each the log must link, be a prefix of what was
// staged that holds all that was acknowledged, and the store must answer as the
// model of that prefix does. The same without syncing must show loss, or the
// test would prove nothing.

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage/books/embedded_store.h"
#include "storage/format/record_codec.h"
#include "tests/storage/books/ledger_checks.h"
#include "tests/storage/books/ledger_script.h"
#include "tests/storage/fault_file_system.h"
#include "tests/support/temporary_directory.h"

namespace florin::storage {
namespace {

using testing::FaultFileSystem;
using testing::LedgerScript;

/// The models that a life may leave behind.
struct Outcome {
  /// Holds all that was acknowledged.
  LedgerScript acknowledged{nullptr};
  /// With the commit that was under way when the power failed, if one was.
  LedgerScript attempted{nullptr};
};

/// One ledger and its lives.
class Victim {
 public:
  Victim(std::uint64_t seed, std::string directory, bool sync)
      : random_(seed), file_system_(std::make_shared<FaultFileSystem>(seed)) {
    options_.directory = std::move(directory);
    options_.file_system = file_system_;
    options_.sync = sync;
    options_.history_interval = 8;
    options_.head_cache_accounts = 16;
    options_.commit_group_bytes = 1'000;
    options_.block_cache_bytes = 1 << 20;
    // So that these short lives see the index flushed too.
    options_.checkpoint_commands = 40;
  }

  /// A life, a death, and the check of what is left.
  void LiveAndCheck();
  /// Whether a life of some length left less than was acknowledged.
  bool LivesAndLoses();

  [[nodiscard]] int died_opening() const { return died_opening_; }
  [[nodiscard]] int acknowledged_commits() const { return acknowledged_commits_; }

 private:
  domain::Result<std::unique_ptr<EmbeddedStore>> Open() { return EmbeddedStore::Open(options_); }

  /// Runs until the power fails.
  void Live(EmbeddedStore* store) {
    LedgerScript script = outcome_.acknowledged;
    script.Continue(&store->writer());
    while (!file_system_->dead()) {
      const std::uint64_t count = 1 + random_() % 12;
      for (std::uint64_t i = 0; i < count; ++i) script.Random(&random_);
      outcome_.attempted = script;
      auto batch = script.CommitOnly();
      if (!batch.ok()) return;
      outcome_.acknowledged = script;
      ++acknowledged_commits_;
      store->writer().Publish(std::move(batch.value()));
    }
  }

  /// The log after a life: linked, and which of the two it is.
  LedgerScript* Identify(EmbeddedStore* store) {
    Hash previous{};
    std::int64_t position = 0;
    auto commit_groups = store->reader().ReadCommitGroups(1, 1'000'000, 1u << 30);
    EXPECT_TRUE(commit_groups.ok());
    for (const CommitGroupPtr& commit_group : *commit_groups) {
      EXPECT_TRUE(VerifyHash(*commit_group).ok());
      EXPECT_EQ(commit_group->previous_hash, previous);
      EXPECT_EQ(commit_group->first_position, position + 1);
      previous = commit_group->hash;
      position = commit_group->last_position;
    }
    for (LedgerScript* script : {&outcome_.acknowledged, &outcome_.attempted}) {
      if (script->position() == position) return script;
    }
    return nullptr;
  }

  std::mt19937_64 random_;
  std::shared_ptr<FaultFileSystem> file_system_;
  StoreOptions options_;
  Outcome outcome_;
  int died_opening_ = 0;
  int acknowledged_commits_ = 0;
};

void Victim::LiveAndCheck() {
  file_system_->DieAfter(static_cast<std::int64_t>(random_() % 700));
  {
    auto store = Open();
    if (store.ok()) {
      Live(store->get());
    } else {
      ASSERT_TRUE(file_system_->dead()) << store.refusal().message;
      ++died_opening_;
    }
  }
  file_system_->Revive();
  auto store = Open();
  ASSERT_TRUE(store.ok()) << store.refusal().message;
  LedgerScript* survived = Identify(store->get());
  ASSERT_NE(survived, nullptr) << "head " << (*store)->reader().VisibleHead().position
                               << ", acknowledged " << outcome_.acknowledged.position()
                               << ", attempted " << outcome_.attempted.position();
  testing::CheckHeads(*survived, &(*store)->reader());
  testing::CheckTransactions(*survived, &(*store)->reader());
  const LedgerScript kept = *survived;
  outcome_.acknowledged = kept;
  outcome_.attempted = kept;
}

bool Victim::LivesAndLoses() {
  file_system_->DieAfter(static_cast<std::int64_t>(400 + random_() % 700));
  {
    auto store = Open();
    if (store.ok()) Live(store->get());
  }
  file_system_->Revive();
  auto store = Open();
  return !store.ok() || Identify(store->get()) == nullptr;
}

class PowerLossTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  static void SetUpTestSuite() {
    // The databases of a process share its background threads; one that waits
    // after a failure must not hold up the others.
    rocksdb::Env* env = rocksdb::Env::Default();
    env->SetBackgroundThreads(16, rocksdb::Env::Priority::HIGH);
    env->SetBackgroundThreads(16, rocksdb::Env::Priority::LOW);
  }

  std::unique_ptr<Victim> NewVictim(std::uint64_t number, bool sync) {
    return std::make_unique<Victim>(GetParam() * 1'000 + number,
                                    directory_.path() + "/" + std::to_string(number), sync);
  }

  test_support::TemporaryDirectory directory_;
};

constexpr std::uint64_t kLedgers = 6;
constexpr int kLives = 10;

TEST_P(PowerLossTest, LosesNothingAcknowledged) {
  std::vector<std::unique_ptr<Victim>> victims;
  for (std::uint64_t i = 0; i < kLedgers; ++i) {
    victims.push_back(NewVictim(i, true));
  }
  // Side by side: a store whose disk fails waits a second before it gives up.
  std::vector<std::thread> threads;
  threads.reserve(victims.size());
  for (const std::unique_ptr<Victim>& victim : victims) {
    threads.emplace_back([&victim] {
      for (int life = 0; life < kLives && !HasFailure(); ++life) {
        SCOPED_TRACE("life " + std::to_string(life));
        victim->LiveAndCheck();
      }
    });
  }
  int died_opening = 0;
  int acknowledged_commits = 0;
  for (std::uint64_t i = 0; i < kLedgers; ++i) {
    threads[i].join();
    died_opening += victims[i]->died_opening();
    acknowledged_commits += victims[i]->acknowledged_commits();
  }
  // Both kinds of death must have been tried.
  EXPECT_GT(died_opening, 0);
  EXPECT_GT(acknowledged_commits, static_cast<int>(kLedgers) * kLives);
  RecordProperty("died_opening", died_opening);
  RecordProperty("acknowledged_commits", acknowledged_commits);
}

TEST_P(PowerLossTest, NoticesThatNothingIsSynced) {
  bool lost = false;
  for (std::uint64_t i = 0; i < 10 && !lost; ++i) {
    lost = NewVictim(i, false)->LivesAndLoses();
  }
  EXPECT_TRUE(lost) << "without a sync acknowledged commits must get lost";
}

INSTANTIATE_TEST_SUITE_P(Seeds, PowerLossTest, ::testing::Values(101, 102, 103, 104, 105));

}  // namespace
}  // namespace florin::storage
