#include "server/event_group.h"

#include <google/protobuf/io/coded_stream.h>

#include <iterator>
#include <utility>

#include "florin/v1/event_service.pb.h"
#include "server/message_bytes.h"
#include "storage/event_codec.h"
#include "storage/record_codec.h"

namespace florin::server {
namespace {

using google::protobuf::io::CodedOutputStream;

void AppendField(const florin::v1::Event& event, std::string* out) {
  const std::size_t size = event.ByteSizeLong();
  const std::size_t start = out->size();
  const std::size_t head = 1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(size));
  out->resize(start + head + size);
  auto* target = reinterpret_cast<std::uint8_t*>(out->data() + start);
  *target++ = static_cast<std::uint8_t>(kEventsTag);
  target = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), target);
  event.SerializeWithCachedSizesToArray(target);
}

domain::Refusal Corrupt(std::int64_t position) {
  return {domain::Reason::kDataCorrupt,
          "the record at position " + std::to_string(position) +
              " does not hold the events that its positions say",
          {{"position", std::to_string(position)}}};
}

}  // namespace

domain::Result<EventGroupPtr> EventGroup::Load(const storage::CommitGroup& group) {
  auto records = storage::DecodeGroup(group);
  if (!records.ok()) return records.refusal();
  if (records->empty()) return Corrupt(group.first_position);
  auto loaded = FromRecords(std::move(*records));
  if (loaded.ok() && (loaded.value()->first_position() != group.first_position ||
                      loaded.value()->last_position() != group.last_position)) {
    return Corrupt(group.first_position);
  }
  return loaded;
}

domain::Result<EventGroupPtr> EventGroup::FromRecords(std::vector<storage::RecordPtr> records) {
  EventGroupPtr group(new EventGroup());
  group->first_position_ = records.front()->first_position;
  group->slots_ = std::make_unique<Slot[]>(records.size());
  std::int64_t next = group->first_position_;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto headers = storage::EventHeaders(*records[i]);
    if (!headers.ok()) return headers.refusal();
    Slot& slot = group->slots_[i];
    slot.record = std::move(records[i]);
    slot.time = slot.record->change.commit_time;
    slot.first_event = static_cast<std::uint32_t>(group->events_.size());
    for (storage::EventHeader& header : *headers) {
      if (header.position != next++) return Corrupt(slot.record->first_position);
      group->events_.push_back(
          {std::move(header.stream), header.type, static_cast<std::uint32_t>(i), false});
    }
    if (headers->empty() || next != slot.record->last_position + 1)
      return Corrupt(slot.record->first_position);
    group->events_.back().ends_command = true;
  }
  return group;
}

domain::Result<std::string_view> EventGroup::Encoded(std::size_t index) {
  Slot& slot = slots_[events_[index].record];
  std::call_once(slot.once, [&slot] { Encode(&slot); });
  if (slot.refusal) return *slot.refusal;
  const std::size_t i = index - slot.first_event;
  const std::size_t begin = i == 0 ? 0 : slot.ends[i - 1];
  return std::string_view(slot.bytes).substr(begin, slot.ends[i] - begin);
}

void EventGroup::Encode(Slot* slot) {
  ArenaLease arena;
  const auto count =
      static_cast<std::size_t>(slot->record->last_position - slot->record->first_position + 1);
  std::vector<florin::v1::Event*> events;
  events.reserve(count);
  const auto status = storage::ExpandEvents(*slot->record, [&](const storage::EventHeader&) {
    return events.emplace_back(arena.New<florin::v1::Event>());
  });
  if (!status.ok()) {
    slot->refusal = status.refusal();
  } else if (events.size() != count) {
    slot->refusal = Corrupt(slot->record->first_position);
  } else {
    slot->ends.reserve(count);
    for (const florin::v1::Event* event : events) {
      AppendField(*event, &slot->bytes);
      slot->ends.push_back(static_cast<std::uint32_t>(slot->bytes.size()));
    }
  }
  // The bytes say all; what they were made from takes several times their
  // memory.
  slot->record.reset();
}

EventGroupPtr EventGroupCache::Find(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  auto after = by_position_.upper_bound(position);
  if (after == by_position_.begin()) return nullptr;
  const auto entry = std::prev(after)->second;
  if (entry->group->last_position() < position) return nullptr;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->group;
}

domain::Result<EventGroupPtr> EventGroupCache::Get(const storage::CommitGroup& group) {
  if (auto known = Find(group.first_position)) return known;
  // Two threads may load the same group at once; that is cheaper than making
  // one wait.
  auto loaded = EventGroup::Load(group);
  if (!loaded.ok()) return loaded;
  const std::lock_guard lock(mutex_);
  if (by_position_.contains(group.first_position)) return loaded;
  entries_.push_front({group.first_position, group.records.size(), *loaded});
  by_position_[group.first_position] = entries_.begin();
  records_bytes_ += group.records.size();
  while (records_bytes_ > records_bytes_max_ && entries_.size() > 1) {
    records_bytes_ -= entries_.back().records_bytes;
    by_position_.erase(entries_.back().first_position);
    entries_.pop_back();
  }
  return loaded;
}

}  // namespace florin::server
