#include "storage/head_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

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
  Entry& entry = found->second;
  if (entry.dirty_since == 0) shard.clean.splice(shard.clean.begin(), shard.clean, entry.place);
  return entry.head;
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
  if (found != shard.entries.end()) return found->second.head;
  Head head{std::move(state), 0};
  if (shard.evictions != ticket) return head;
  const auto added = shard.entries.emplace(head.state->account_id, Entry{head, 0, {}}).first;
  shard.clean.push_front(&added->first);
  added->second.place = shard.clean.begin();
  EvictOver(&shard);
  return head;
}

void HeadCache::EvictOver(Shard* shard) {
  while (shard->entries.size() > shard_capacity_ && !shard->clean.empty()) {
    const std::string account_id = *shard->clean.back();
    shard->clean.pop_back();
    shard->entries.erase(account_id);
    ++shard->evictions;
  }
}

void HeadCache::Publish(const Head& head, std::int64_t dirty_since, std::uint64_t command_count) {
  const std::string& account_id = head.state->account_id;
  Shard& shard = ShardOf(account_id);
  const std::lock_guard lock(shard.mutex);
  const auto [found, added] = shard.entries.try_emplace(account_id);
  Entry& entry = found->second;
  entry.head = head;
  const bool was_clean = !added && entry.dirty_since == 0;
  if (dirty_since == 0) {
    // On disk as it is; an entry that was dirty is not made clean here, it has
    // a mark in the queue.
    if (added) {
      shard.clean.push_front(&found->first);
      entry.place = shard.clean.begin();
    }
  } else if (added || was_clean) {
    if (was_clean) shard.clean.erase(entry.place);
    entry.dirty_since = dirty_since;
    dirty_.push_back(DirtyMark{account_id, dirty_since, command_count});
  }
  EvictOver(&shard);
}

std::vector<HeadCache::Due> HeadCache::TakeDue(std::uint64_t command_count) {
  std::vector<Due> due;
  while (!dirty_.empty() &&
         (dirty_.front().command_count < command_count || dirty_.size() > dirty_max_)) {
    const DirtyMark mark = std::move(dirty_.front());
    dirty_.pop_front();
    Shard& shard = ShardOf(mark.account_id);
    const std::lock_guard lock(shard.mutex);
    due.push_back(Due{shard.entries.at(mark.account_id).head.state, mark.since});
  }
  return due;
}

void HeadCache::MarkClean(const std::vector<Due>& written) {
  for (const Due& due : written) {
    Shard& shard = ShardOf(due.state->account_id);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(due.state->account_id);
    found->second.dirty_since = 0;
    shard.clean.push_front(&found->first);
    found->second.place = shard.clean.begin();
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
