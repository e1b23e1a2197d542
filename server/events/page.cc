#include "server/events/page.h"

#include <google/protobuf/arena.h>

#include <algorithm>

namespace florin::server {

domain::Status EventPage::Add(const storage::Record& record, const Wanted& wanted) {
  found_.clear();
  auto expanded =
      storage::ExpandEvents(record, [&](const storage::EventHeader& header) -> florin::v1::Event* {
        if (!wanted(header)) return nullptr;
        auto* const event =
            google::protobuf::Arena::CreateMessage<florin::v1::Event>(response_->GetArena());
        found_.emplace_back(header.position, event);
        return event;
      });
  if (!expanded.ok()) return expanded;
  if (descending_) std::reverse(found_.begin(), found_.end());
  for (const auto& [position, event] : found_) AddEvent(position, event);
  return domain::Ok{};
}

void EventPage::AddEvent(std::int64_t position, florin::v1::Event* event) {
  if (full_) return;
  const std::size_t size = event->ByteSizeLong();
  if (response_->events_size() >= events_max_ ||
      (response_->events_size() > 0 && bytes_ + size > bytes_max_)) {
    full_ = true;
    return;
  }
  bytes_ += size;
  last_position_ = position;
  response_->mutable_events()->UnsafeArenaAddAllocated(event);
}

}  // namespace florin::server
