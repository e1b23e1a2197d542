#include "apps/importer/seen_ids.h"

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

TEST(SeenIdsTest, TheHashIsTheSameInEveryRun) {
  const auto hash = SeenIds::Sha256("");
  EXPECT_EQ(hash.key, 0xe3b0c44298fc1c14U);
  EXPECT_EQ(hash.check, std::uint64_t{0x9afbf4} << 40U);
}

TEST(SeenIdsTest, TextsOfOneKeyAreToldApart) {
  const auto one_key = [](std::string_view text) {
    return SeenIds::Hash{7, std::uint64_t{static_cast<unsigned char>(text.front())} << 40U};
  };
  SeenIds ids(one_key);
  SeenIds counts(one_key);
  for (const char* text : {"a", "b", "c"}) {
    EXPECT_EQ(ids.Find(text, text[0]), std::nullopt);
    EXPECT_EQ(counts.Count(text), 1);
  }
  for (const char* text : {"c", "a", "b"}) {
    EXPECT_EQ(ids.Find(text, 1), text[0]);
    EXPECT_EQ(counts.Count(text), 2);
  }
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
