#include "actors/groups/memory_use.h"

#include <utility>

namespace florin::actors {

void GroupMemory::Load(GroupEntry* entry, std::string bytes) {
  entry->loaded = true;
  entry->bytes = std::move(bytes);
  ++entry->stream->loaded;
  ++events_;
  bytes_ += entry->bytes.size();
}

void GroupMemory::Drop(GroupEntry* entry) {
  if (entry->fetching) {
    asked_.erase(entry->position);
    entry->fetching = false;
  }
  if (!entry->loaded) return;
  entry->loaded = false;
  --entry->stream->loaded;
  --events_;
  bytes_ -= entry->bytes.size();
  entry->bytes = std::string();
}

bool GroupMemory::Ask(GroupEntry* entry) {
  if (entry->loaded || !asked_.emplace(entry->position, entry).second) return false;
  entry->fetching = true;
  return true;
}

GroupMemory::Entries GroupMemory::TakeAsked() {
  Entries asked = std::exchange(asked_, {});
  for (const auto& [position, entry] : asked) entry->fetching = false;
  return asked;
}

void GroupMemory::Clear() {
  asked_.clear();
  events_ = 0;
  bytes_ = 0;
}

}  // namespace florin::actors
