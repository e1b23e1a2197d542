#include "server/events/commit_group_events.h"

#include <iterator>
#include <utility>

#include "storage/events/encoder.h"
#include "storage/format/record_codec.h"

namespace florin::server {
namespace {

constexpr std::size_t kEventsOfATransfer = 3;

domain::Refusal Corrupt(std::int64_t position) {
  return {domain::Reason::kDataCorrupt,
          "the record at position " + std::to_string(position) +
              " does not hold the events that its positions say",
          {{"position", std::to_string(position)}}};
}

}  // namespace

domain::Result<CommitGroupEventsPtr> CommitGroupEvents::Load(
    const storage::CommitGroup& commit_group) {
  const auto records = storage::DecodeRecords(commit_group);
  if (!records.ok()) return records.refusal();
  if (records->empty()) return Corrupt(commit_group.first_position);
  auto loaded = FromRecords(*records);
  if (loaded.ok() && (loaded.value()->first_position() != commit_group.first_position ||
                      loaded.value()->last_position() != commit_group.last_position)) {
    return Corrupt(commit_group.first_position);
  }
  return loaded;
}

domain::Result<CommitGroupEventsPtr> CommitGroupEvents::FromRecords(
    std::span<const storage::RecordPtr> records) {
  const std::shared_ptr<CommitGroupEvents> commit_group(new CommitGroupEvents());
  commit_group->first_position_ = records.front()->first_position;
  storage::EventEncoder encoder;
  encoder.Reserve(records.size() * kEventsOfATransfer);
  commit_group->events_.reserve(records.size() * kEventsOfATransfer);
  for (const storage::RecordPtr& record : records) {
    const std::size_t first = encoder.events().size();
    if (record->first_position != commit_group->last_position() + 1)
      return Corrupt(record->first_position);
    // As many as the record has positions, or it says what is wrong.
    const domain::Status encoded = encoder.Add(*record);
    if (!encoded.ok()) return encoded.refusal();
    if (encoder.events().size() == first) return Corrupt(record->first_position);
    for (std::size_t i = first; i < encoder.events().size(); ++i) {
      const storage::EncodedEvent& event = encoder.events()[i];
      commit_group->events_.push_back(
          {{}, event.type, event.begin, record->change.commit_time, false});
    }
    commit_group->events_.back().ends_command = true;
  }
  commit_group->bytes_ = encoder.bytes();
  for (std::size_t i = 0; i < commit_group->events_.size(); ++i) {
    const storage::EncodedEvent& event = encoder.events()[i];
    commit_group->events_[i].stream =
        std::string_view(commit_group->bytes_).substr(event.stream_begin, event.stream_size);
  }
  return CommitGroupEventsPtr(commit_group);
}

CommitGroupEventsPtr CommitGroupEventsCache::Find(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  auto after = by_position_.upper_bound(position);
  if (after == by_position_.begin()) return nullptr;
  const auto entry = std::prev(after)->second;
  if (entry->commit_group->last_position() < position) return nullptr;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->commit_group;
}

domain::Result<CommitGroupEventsPtr> CommitGroupEventsCache::Get(
    const storage::CommitGroup& commit_group) {
  if (auto known = Find(commit_group.first_position)) return known;
  // Two threads may load the same commit group at once; that is cheaper than making
  // one wait.
  auto loaded = CommitGroupEvents::Load(commit_group);
  if (!loaded.ok()) return loaded;
  const std::lock_guard lock(mutex_);
  if (by_position_.contains(commit_group.first_position)) return loaded;
  entries_.push_front({commit_group.first_position, *loaded});
  by_position_[commit_group.first_position] = entries_.begin();
  bytes_ += (*loaded)->MemoryBytes();
  while (bytes_ > bytes_max_ && entries_.size() > 1) {
    bytes_ -= entries_.back().commit_group->MemoryBytes();
    by_position_.erase(entries_.back().first_position);
    entries_.pop_back();
  }
  return loaded;
}

}  // namespace florin::server
