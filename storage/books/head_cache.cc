#include "storage/books/head_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "storage/prefetch.h"

namespace florin::storage {

HeadCache::HeadCache(std::size_t capacity)
    : shard_capacity_(std::max<std::size_t>(capacity / kShards, 1)),
      dirty_max_(std::max<std::size_t>(capacity / 2, 1)) {}

HeadCache::Shard& HeadCache::ShardOf(const std::string& account_id) {
  return shards_[(std::hash<std::string>{}(account_id) >> 40) % kShards];
}

std::optional<Head> HeadCache::Find(const std::string& account_id) {
  Shard& shard = ShardOf(account_id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(account_id);
  if (found == shard.entries.end()) return std::nullopt;
  const HeadEntry& entry = *found->second;
  if (entry.dirty_since == 0) shard.clean.splice(shard.clean.begin(), shard.clean, entry.place);
  return HeadOf(entry);
}

/// A copy, since what is published next is written in place.
Head HeadCache::HeadOf(const HeadEntry& entry) {
  return {std::make_shared<const domain::AccountState>(entry.state)};
}

std::uint64_t HeadCache::Ticket(const std::string& account_id) {
  Shard& shard = ShardOf(account_id);
  const std::lock_guard lock(shard.mutex);
  return shard.evictions;
}

Head HeadCache::Fill(std::shared_ptr<const domain::AccountState> state, std::uint64_t ticket) {
  Shard& shard = ShardOf(state->account_id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(state->account_id);
  if (found != shard.entries.end()) return HeadOf(*found->second);
  Head head{std::move(state)};
  if (shard.evictions != ticket) return head;
  const auto entry = std::make_shared<HeadEntry>();
  entry->shard = &shard;
  entry->state = *head.state;
  PutIn(entry.get());
  MakeClean(entry.get());
  EvictOver(&shard);
  return head;
}

HeadCache::HeadEntryPtr HeadCache::EntryOf(const domain::AccountState& state) {
  Shard& shard = ShardOf(state.account_id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(state.account_id);
  if (found != shard.entries.end()) return found->second;
  auto entry = std::make_shared<HeadEntry>();
  entry->shard = &shard;
  entry->state = state;
  return entry;
}

void HeadCache::PutIn(HeadEntry* entry) {
  HeadEntryPtr& place = entry->shard->entries[entry->state.account_id];
  if (place != nullptr) {
    // Read from disk meanwhile, so it is clean: what is dirty is in the cache, and no other is made
    // for its account.
    entry->shard->clean.erase(place->place);
    place->cached = false;
  }
  place = entry->shared_from_this();
  entry->cached = true;
}

void HeadCache::MakeClean(HeadEntry* entry) {
  entry->dirty_since = 0;
  entry->shard->clean.push_front(entry);
  entry->place = entry->shard->clean.begin();
}

void HeadCache::EvictOver(Shard* shard) {
  while (shard->entries.size() > shard_capacity_ && !shard->clean.empty()) {
    HeadEntry* entry = shard->clean.back();
    shard->clean.pop_back();
    entry->cached = false;
    ++shard->evictions;
    // By iterator: the key that a look-up compares with may go with the entry.
    shard->entries.erase(shard->entries.find(entry->state.account_id));
  }
}

void HeadCache::Publish(HeadEntry* entry, const Update& update, std::int64_t dirty_since,
                        std::uint64_t command_count) {
  Shard& shard = *entry->shard;
  const std::lock_guard lock(shard.mutex);
  const bool added = !entry->cached;
  if (added) {
    entry->dirty_since = 0;
    PutIn(entry);
  }
  if (update.whole != nullptr) {
    entry->state = *update.whole;
  } else {
    update.figures.ApplyTo(&entry->state);
  }
  const bool was_clean = !added && entry->dirty_since == 0;
  if (dirty_since == 0) {
    // On disk as it is; an entry that was dirty is not made clean here, it has
    // a mark in the queue.
    if (added) MakeClean(entry);
  } else if (added || was_clean) {
    if (was_clean) shard.clean.erase(entry->place);
    entry->dirty_since = dirty_since;
    dirty_.push_back(DirtyMark{entry, dirty_since, command_count});
  }
  EvictOver(&shard);
}

const domain::AccountState& HeadCache::StateOf(const HeadEntry& entry) { return entry.state; }

void HeadCache::Prefetch(const HeadEntry& entry) { PrefetchToWrite(&entry, sizeof(entry)); }

std::vector<HeadCache::Due> HeadCache::TakeDue(std::uint64_t command_count) {
  std::vector<Due> due;
  while (!dirty_.empty() &&
         (dirty_.front().command_count < command_count || dirty_.size() > dirty_max_)) {
    due.push_back(Due{dirty_.front().entry, dirty_.front().since});
    dirty_.pop_front();
  }
  return due;
}

void HeadCache::MarkClean(const std::vector<Due>& written) {
  for (const Due& due : written) {
    Shard& shard = *due.entry->shard;
    const std::lock_guard lock(shard.mutex);
    MakeClean(due.entry);
    EvictOver(&shard);
  }
}

std::optional<std::int64_t> HeadCache::OldestDirty() {
  if (dirty_.empty()) return std::nullopt;
  return dirty_.front().since;
}

std::size_t HeadCache::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    size += shard.entries.size();
  }
  return size;
}

}  // namespace florin::storage
