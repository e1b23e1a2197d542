#pragma once

#include <absl/container/node_hash_map.h>

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

#include "storage/store.h"

namespace florin::storage {

/// The newest published states of accounts: those that the disk does not have
/// yet ("dirty"), and as many others as fit, the least recently used going
/// first.
///
/// A look-up that misses is current on disk: an entry leaves only when its
/// state is there. Threads: Find, Ticket and Fill from any; the rest from the
/// publisher.
class HeadCache {
 public:
  explicit HeadCache(std::size_t capacity);

  [[nodiscard]] std::optional<Head> Find(const std::string& account_id);

  /// Taken before reading the disk; Fill keeps what was read only if nothing
  /// was evicted since, as it might be older than what was evicted.
  [[nodiscard]] std::uint64_t Ticket(const std::string& account_id);
  /// The entry if there is one by now, else `state` as read from disk.
  Head Fill(std::shared_ptr<const domain::AccountState> state, std::uint64_t ticket);

  /// A newer state; `dirty_since` is at or below the position of its first
  /// change that the disk lacks, 0: it has all.
  void Publish(const Head& head, std::int64_t dirty_since, std::uint64_t command_count);

  /// A dirty state that is to be written.
  struct Due {
    std::shared_ptr<const domain::AccountState> state;
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
  struct Entry {
    Head head;
    std::int64_t dirty_since = 0;
    // Valid only while clean.
    std::list<const std::string*>::iterator place;
  };
  struct Shard {
    mutable std::mutex mutex;
    // All guarded by mutex.
    absl::node_hash_map<std::string, Entry> entries;
    std::list<const std::string*> clean;  // most recently used first
    std::uint64_t evictions = 0;
  };
  struct DirtyMark {
    std::string account_id;
    std::int64_t since = 0;
    std::uint64_t command_count = 0;
  };

  static constexpr std::size_t kShards = 16;

  Shard& ShardOf(const std::string& account_id);
  void EvictOver(Shard* shard);

  std::size_t shard_capacity_;
  std::size_t dirty_max_;
  std::array<Shard, kShards> shards_;
  // Oldest first; each dirty entry stands in it once. Of the publisher.
  std::deque<DirtyMark> dirty_;
};

}  // namespace florin::storage
