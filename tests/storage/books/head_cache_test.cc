// Goal: a look-up that misses the cache of heads is current on disk, whatever
// was evicted meanwhile.

#include "storage/books/head_cache.h"

#include <gtest/gtest.h>

namespace florin::storage {
namespace {

std::shared_ptr<const domain::AccountState> State(const std::string& account_id,
                                                  std::int64_t version) {
  auto state = std::make_shared<domain::AccountState>();
  state->account_id = account_id;
  state->version = version;
  return state;
}

HeadCache::Update UpdateOf(const Head& head) { return {AccountFigures::Of(*head.state), nullptr}; }

void Publish(HeadCache* cache, const Head& head, std::int64_t dirty_since,
             std::uint64_t command_count) {
  cache->Publish(cache->EntryOf(*State(head.state->account_id, 0)).get(), UpdateOf(head),
                 dirty_since, command_count);
}

/// Other accounts come, until the account has left.
void Evict(HeadCache* cache, const std::string& account_id) {
  for (int i = 0; cache->Find(account_id).has_value(); ++i) {
    ASSERT_LT(i, 1000);
    const std::string other = "b" + std::to_string(i);
    static_cast<void>(cache->Fill(State(other, 1), cache->Ticket(other)));
  }
}

TEST(HeadCacheTest, KeepsWhatTheDiskLacks) {
  HeadCache cache(1);
  for (int i = 0; i < 100; ++i) Publish(&cache, Head{State("a" + std::to_string(i), 1)}, 10 + i, 1);
  EXPECT_EQ(cache.size(), 100u) << "nothing dirty may leave";
  EXPECT_EQ(cache.OldestDirty(), 10);
}

TEST(HeadCacheTest, LetsGoOfWhatIsWritten) {
  HeadCache cache(16);
  for (int i = 0; i < 100; ++i) Publish(&cache, Head{State("a" + std::to_string(i), 1)}, 10 + i, 1);
  const auto due = cache.TakeDue(2);
  EXPECT_EQ(due.size(), 100u);
  EXPECT_FALSE(cache.OldestDirty().has_value());
  EXPECT_EQ(cache.size(), 100u) << "not before it is written";
  cache.MarkClean(due);
  EXPECT_LE(cache.size(), 16u);
}

TEST(HeadCacheTest, TakesTheOldestWhenTooMuchIsDirty) {
  HeadCache cache(20);
  for (int i = 0; i < 15; ++i) Publish(&cache, Head{State("a" + std::to_string(i), 1)}, 10 + i, 5);
  const auto due = cache.TakeDue(5);
  ASSERT_EQ(due.size(), 5u) << "half of twenty may be dirty";
  EXPECT_EQ(HeadCache::StateOf(*due.front().entry).account_id, "a0");
  EXPECT_EQ(cache.OldestDirty(), 15);
}

TEST(HeadCacheTest, WritesTheNewestStateOfADirtyAccountOnce) {
  HeadCache cache(100);
  Publish(&cache, Head{State("a", 1)}, 10, 1);
  Publish(&cache, Head{State("a", 2)}, 20, 2);
  const auto due = cache.TakeDue(3);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(HeadCache::StateOf(*due.front().entry).version, 2);
  EXPECT_EQ(due.front().dirty_since, 10);
}

TEST(HeadCacheTest, DoesNotKeepAReadThatAnEvictionOvertook) {
  HeadCache cache(1);
  const std::uint64_t ticket = cache.Ticket("a");
  // Between a reader's miss and its fill: version 2 is published, written and
  // evicted by another of the same shard.
  Publish(&cache, Head{State("a", 2)}, 10, 1);
  cache.MarkClean(cache.TakeDue(2));
  Evict(&cache, "a");
  EXPECT_EQ(cache.Fill(State("a", 1), ticket).state->version, 1);
  EXPECT_FALSE(cache.Find("a").has_value()) << "version 1 must not stay";
}

// The writer keeps the entry of an account that it has used.
TEST(HeadCacheTest, AKeptEntryTakesItsPlaceBack) {
  HeadCache cache(1);
  const HeadCache::HeadEntryPtr kept = cache.EntryOf(*State("a", 0));
  EXPECT_FALSE(cache.Find("a").has_value()) << "not before it is published";
  cache.Publish(kept.get(), UpdateOf(Head{State("a", 2)}), 10, 1);
  EXPECT_EQ(cache.EntryOf(*State("a", 0)), kept);
  cache.MarkClean(cache.TakeDue(2));
  Evict(&cache, "a");
  static_cast<void>(cache.Fill(State("a", 2), cache.Ticket("a")));
  EXPECT_NE(cache.EntryOf(*State("a", 0)), kept);
  const std::size_t size = cache.size();
  cache.Publish(kept.get(), UpdateOf(Head{State("a", 3)}), 20, 2);
  EXPECT_EQ(cache.size(), size);
  EXPECT_EQ(cache.EntryOf(*State("a", 0)), kept);
  EXPECT_EQ(cache.Find("a")->state->version, 3);
  EXPECT_EQ(cache.OldestDirty(), 20);
  // It is written and leaves as any other.
  const auto due = cache.TakeDue(3);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(HeadCache::StateOf(*due.front().entry).version, 3);
  cache.MarkClean(due);
  Evict(&cache, "a");
  EXPECT_LE(cache.size(), 16u);
}

TEST(HeadCacheTest, AKeptEntryHasWhatWasChangedBeforeItLeft) {
  HeadCache cache(1);
  const HeadCache::HeadEntryPtr kept = cache.EntryOf(*State("a", 1));
  auto changed = *State("a", 2);
  changed.owner_id = "owner";
  cache.Publish(
      kept.get(),
      {AccountFigures::Of(changed), std::make_shared<const domain::AccountState>(changed)}, 10, 1);
  EXPECT_EQ(cache.Find("a")->state->owner_id, "owner");
  cache.MarkClean(cache.TakeDue(2));
  Evict(&cache, "a");
  cache.Publish(kept.get(), UpdateOf(Head{State("a", 3)}), 20, 2);
  const auto head = cache.Find("a");
  EXPECT_EQ(head->state->version, 3);
  EXPECT_EQ(head->state->owner_id, "owner");
}

// What a reader has does not change under it.
TEST(HeadCacheTest, AFoundHeadStaysAsItWas) {
  HeadCache cache(100);
  Publish(&cache, Head{State("a", 1)}, 10, 1);
  const auto found = cache.Find("a");
  Publish(&cache, Head{State("a", 2)}, 20, 2);
  EXPECT_EQ(found->state->version, 1);
  EXPECT_EQ(cache.Find("a")->state->version, 2);
}

TEST(HeadCacheTest, FillYieldsToWhatWasPublishedMeanwhile) {
  HeadCache cache(100);
  const std::uint64_t ticket = cache.Ticket("a");
  Publish(&cache, Head{State("a", 2)}, 10, 1);
  const Head head = cache.Fill(State("a", 1), ticket);
  EXPECT_EQ(head.state->version, 2);
}

}  // namespace
}  // namespace florin::storage
