#include "actors/groups/finished_positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace florin::actors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(FinishedPositionsTest, KnowsWhatWasPutInAcrossBlocks) {
  FinishedPositions finished;
  for (const std::int64_t position : {1, 4'095, 4'096, 9'000}) finished.Insert(position);
  for (const std::int64_t position : {1, 4'095, 4'096, 9'000})
    EXPECT_TRUE(finished.Contains(position));
  for (const std::int64_t position : {0, 2, 4'094, 4'097, 100'000})
    EXPECT_FALSE(finished.Contains(position));
  EXPECT_EQ(finished.Last(), 9'000);
  EXPECT_EQ(finished.blocks(), 3U);
}

TEST(FinishedPositionsTest, WritesOnlyWhatHasChanged) {
  FinishedPositions finished;
  for (const std::int64_t position : {1, 2, 3, 7, 5'000}) finished.Insert(position);
  storage::GroupChange change;
  finished.TakeChange(&change);
  ASSERT_EQ(change.finished.size(), 2U);
  EXPECT_THAT(change.finished[0].runs, ElementsAre(Pair(1, 3), Pair(7, 1)));
  finished.Insert(5'001);
  change = {};
  finished.TakeChange(&change);
  ASSERT_EQ(change.finished.size(), 1U);
  EXPECT_EQ(change.finished[0].number, 1);
  change = {};
  finished.TakeChange(&change);
  EXPECT_THAT(change.finished, IsEmpty());
}

TEST(FinishedPositionsTest, DropsWholeBlocksThatTheCursorHasPassed) {
  FinishedPositions finished;
  finished.Insert(4'095);
  finished.Insert(4'096);
  storage::GroupChange change;
  finished.TakeChange(&change);
  finished.DropThrough(4'094);
  EXPECT_EQ(finished.blocks(), 2U);
  finished.DropThrough(4'095);
  EXPECT_EQ(finished.blocks(), 1U);
  change = {};
  finished.TakeChange(&change);
  EXPECT_THAT(change.finished_gone, ElementsAre(0));
}

TEST(FinishedPositionsTest, ABlockThatWasNeverWrittenNeedsNoDeletion) {
  FinishedPositions finished;
  finished.Insert(3);
  finished.DropThrough(10'000);
  storage::GroupChange change;
  finished.TakeChange(&change);
  EXPECT_THAT(change.finished_gone, IsEmpty());
  EXPECT_THAT(change.finished, IsEmpty());
}

TEST(FinishedPositionsTest, ComesBackAsItWasStored) {
  FinishedPositions finished;
  for (std::int64_t position = 10; position < 9'000; position += 3) finished.Insert(position);
  storage::GroupChange change;
  finished.TakeChange(&change);
  FinishedPositions loaded;
  loaded.Load(change.finished);
  for (std::int64_t position = 0; position < 9'100; ++position)
    ASSERT_EQ(loaded.Contains(position), finished.Contains(position)) << position;
}

}  // namespace
}  // namespace florin::actors
