#include "clients/importer/seen_ids.h"

#include <gtest/gtest.h>

#include <string>

namespace florin::importer {
namespace {

TEST(SeenIdsTest, KnowsTheNumberThatCameFirst) {
  SeenIds ids;
  EXPECT_EQ(ids.Find("a", 2), std::nullopt);
  EXPECT_EQ(ids.Find("b", 3), std::nullopt);
  EXPECT_EQ(ids.Find("a", 4), 2);
  EXPECT_EQ(ids.Find("a", 5), 2);
  EXPECT_EQ(ids.Find("", 6), std::nullopt);
  EXPECT_EQ(ids.Find("", 7), 6);
}

TEST(SeenIdsTest, Counts) {
  SeenIds counts;
  EXPECT_EQ(counts.Count("a"), 1);
  EXPECT_EQ(counts.Count("b"), 1);
  EXPECT_EQ(counts.Count("a"), 2);
  EXPECT_EQ(counts.Count("a"), 3);
}

TEST(SeenIdsTest, TellsManyApartAndKeepsLargeNumbers) {
  constexpr std::int64_t kMany = 300'000;
  constexpr std::int64_t kFar = 1'000'000'000'000;
  SeenIds ids;
  for (std::int64_t i = 0; i < kMany; ++i) {
    ASSERT_EQ(ids.Find("row-" + std::to_string(i), kFar + i), std::nullopt);
  }
  for (std::int64_t i = 0; i < kMany; ++i) {
    ASSERT_EQ(ids.Find("row-" + std::to_string(i), 1), kFar + i);
  }
}

}  // namespace
}  // namespace florin::importer
