// Goal: whatever happened, the store answers as the simplest model does.
// Method: random valid histories, cut into groups and commits at random, with
// caches and intervals small enough that every path is taken; then everything
// is compared by brute force, also after a restart.

#include <gtest/gtest.h>

#include <random>

#include "storage/store.h"
#include "tests/storage/fault_file_system.h"
#include "tests/storage/ledger_checks.h"
#include "tests/storage/ledger_script.h"
#include "tests/support/temporary_directory.h"

namespace florin::storage {
namespace {

using testing::LedgerScript;

struct Shape {
  std::uint64_t seed;
  int history_interval;
  std::size_t head_cache_accounts;
  std::size_t group_bytes;
  std::size_t ring_bytes;
  int commands;
};

class StoreRandomTest : public ::testing::TestWithParam<Shape> {
 protected:
  void SetUp() override {
    const Shape& shape = GetParam();
    options_.directory = directory_.path() + "/data";
    // Real syncs would only make it slow.
    options_.file_system = std::make_shared<testing::FaultFileSystem>(1);
    options_.history_interval = shape.history_interval;
    options_.head_cache_accounts = shape.head_cache_accounts;
    options_.group_bytes = shape.group_bytes;
    options_.ring_bytes = shape.ring_bytes;
    random_.seed(shape.seed);
    Open();
  }

  void Open() {
    store_.reset();
    auto store = Store::Open(options_);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(store.value());
    script_.Continue(&store_->writer());
  }

  void Run(int commands) {
    for (int i = 0; i < commands; ++i) {
      script_.Random(&random_);
      if (random_() % 4 == 0) {
        ASSERT_TRUE(script_.Commit().ok());
      }
    }
    ASSERT_TRUE(script_.Commit().ok());
  }

  test_support::TemporaryDirectory directory_;
  StoreOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<Store> store_;
  LedgerScript script_{nullptr};
};

TEST_P(StoreRandomTest, AnswersAsTheModelDoes) {
  Run(GetParam().commands);
  testing::CheckEverything(script_, &store_->reader());
}

TEST_P(StoreRandomTest, AnswersTheSameAfterRestarts) {
  const int part = GetParam().commands / 3;
  Run(part);
  Open();
  Run(part);
  ASSERT_TRUE(store_->Checkpoint().ok());
  Open();
  Run(part);
  Open();
  testing::CheckEverything(script_, &store_->reader());
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, StoreRandomTest,
    ::testing::Values(Shape{1, 4, 16, 500, 2'000, 240},
                      Shape{2, 32, 200'000, 64 * 1024, 1 << 20, 240}, Shape{3, 1, 16, 1, 1, 150},
                      Shape{4, 7, 32, 3'000, 1 << 20, 240}, Shape{5, 1000, 16, 64 * 1024, 1, 240}),
    [](const auto& param) { return "Seed" + std::to_string(param.param.seed); });

}  // namespace
}  // namespace florin::storage
