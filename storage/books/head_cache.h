#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/books/account_figures.h"
#include "storage/store.h"

namespace florin::storage {

/// The newest published states of accounts: those that the disk does not have
/// yet ("dirty"), and as many others as fit, the least recently used going
/// first.
///
/// A look-up that misses is current on disk: an entry leaves only when its
/// state is there. Threads: Find, Ticket, Fill and EntryOf from any; the rest from the
/// publisher.
class HeadCache {
 public:
  /// An account's place in the cache, or one that it may get: whoever keeps it need not look it up.
  class HeadEntry;
  using HeadEntryPtr = std::shared_ptr<HeadEntry>;

  explicit HeadCache(std::size_t capacity);

  [[nodiscard]] std::optional<Head> Find(const std::string& account_id);

  /// Taken before reading the disk; Fill keeps what was read only if nothing
  /// was evicted since, as it might be older than what was evicted.
  [[nodiscard]] std::uint64_t Ticket(const std::string& account_id);
  /// The entry if there is one by now, else `state` as read from disk.
  Head Fill(std::shared_ptr<const domain::AccountState> state, std::uint64_t ticket);

  /// The account's entry, or a new one that is in the cache once it is published. `state`: as
  /// published last, unless all of it is published next.
  [[nodiscard]] HeadEntryPtr EntryOf(const domain::AccountState& state);
  /// What a batch made of an account.
  struct Update {
    AccountFigures figures;
    /// Null if no more than the figures has changed.
    std::shared_ptr<const domain::AccountState> whole;
  };
  /// A newer state; `dirty_since` is at or below the position of its first
  /// change that the disk lacks, 0: it has all. `entry`: EntryOf the account; from then on it is
  /// the account's, also if another has come into the cache meanwhile.
  void Publish(HeadEntry* entry, const Update& update, std::int64_t dirty_since,
               std::uint64_t command_count);
  /// The entry will be published soon: has its memory fetched. The publisher's.
  static void Prefetch(const HeadEntry& entry);

  /// The state as published last. The publisher's, who alone changes it.
  [[nodiscard]] static const domain::AccountState& StateOf(const HeadEntry& entry);

  /// A dirty state that is to be written.
  struct Due {
    HeadEntry* entry = nullptr;
    std::int64_t dirty_since = 0;
  };
  /// The longest dirty ones: those dirty since before command `command_count`,
  /// and more while over half the cache is dirty. They stay until MarkClean
  /// says that they are on disk.
  [[nodiscard]] std::vector<Due> TakeDue(std::uint64_t command_count);
  void MarkClean(const std::vector<Due>& written);

  /// Lowest `dirty_since` of what is dirty and not taken; nothing: all is
  /// clean.
  [[nodiscard]] std::optional<std::int64_t> OldestDirty();

  [[nodiscard]] std::size_t size() const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    // All guarded by mutex.
    absl::flat_hash_map<std::string, HeadEntryPtr> entries;
    std::list<HeadEntry*> clean;  // most recently used first
    std::uint64_t evictions = 0;
  };
  /// What is dirty stays in `entries`.
  struct DirtyMark {
    HeadEntry* entry = nullptr;
    std::int64_t since = 0;
    std::uint64_t command_count = 0;
  };

  static constexpr std::size_t kShards = 16;

  Shard& ShardOf(const std::string& account_id);
  // Requires: the shard's mutex is held.
  static Head HeadOf(const HeadEntry& entry);
  static void PutIn(HeadEntry* entry);
  static void MakeClean(HeadEntry* entry);
  void EvictOver(Shard* shard);

  std::size_t shard_capacity_;
  std::size_t dirty_max_;
  std::array<Shard, kShards> shards_;
  // Oldest first; each dirty entry stands in it once. Of the publisher.
  std::deque<DirtyMark> dirty_;
};

class HeadCache::HeadEntry : public std::enable_shared_from_this<HeadEntry> {
 private:
  friend class HeadCache;

  Shard* shard = nullptr;
  // Guarded by shard->mutex; the publisher, who alone changes an entry's state, reads it without.
  domain::AccountState state;
  std::int64_t dirty_since = 0;
  // False: not yet, or evicted, or another one has its place.
  bool cached = false;
  // In `clean`; valid only while cached and clean.
  std::list<HeadEntry*>::iterator place;
};

}  // namespace florin::storage
