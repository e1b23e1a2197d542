// Goal: whatever happened, the store answers as the simplest model does.
// Method: random valid histories, cut into commit groups and commits at random, with
// caches and intervals small enough that every path is taken; then everything
// is compared by brute force, also after a restart.

#include <gtest/gtest.h>

#include "tests/storage/books/ledger_checks.h"
#include "tests/storage/books/scripted_store.h"

namespace florin::storage {
namespace {

struct Shape {
  std::uint64_t seed;
  int history_interval;
  std::size_t head_cache_accounts;
  std::size_t commit_group_bytes;
  std::size_t ring_bytes;
  int commands;
};

class StoreRandomTest : public testing::ScriptedStoreTest,
                        public ::testing::WithParamInterface<Shape> {
 protected:
  void SetUp() override {
    const Shape& shape = GetParam();
    options_.history_interval = shape.history_interval;
    options_.head_cache_accounts = shape.head_cache_accounts;
    options_.commit_group_bytes = shape.commit_group_bytes;
    options_.ring_bytes = shape.ring_bytes;
    random_.seed(shape.seed);
    Open();
  }
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
