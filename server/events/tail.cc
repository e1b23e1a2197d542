#include "server/events/tail.h"

#include <utility>

namespace florin::server {
namespace {

/// More than a turn consumes; bounds what one call decodes.
constexpr std::size_t kGroupsAtOnce = 16;

}  // namespace

domain::Result<EventGroups> EventTail::Recent(std::int64_t position) {
  const std::int64_t head = Head();
  if (position > head) return std::make_shared<const std::vector<EventGroupPtr>>();
  {
    const std::lock_guard lock(recent_mutex_);
    if (recent_ != nullptr && recent_position_ == position && recent_head_ == head) return recent_;
  }
  const auto groups = reader_->RecentGroups(position - 1, kGroupsAtOnce);
  if (!groups) return EventGroups();
  auto decoded = Decode(position, *groups);
  // A ring that begins later than asked for has lost what was asked for.
  if (decoded.ok() && decoded.value()->empty()) return EventGroups();
  if (decoded.ok()) {
    const std::lock_guard lock(recent_mutex_);
    recent_position_ = position;
    recent_head_ = head;
    recent_ = *decoded;
  }
  return decoded;
}

domain::Result<EventGroups> EventTail::Read(std::int64_t position, std::size_t bytes_max) {
  if (auto known = cache_.Find(position)) {
    return std::make_shared<const std::vector<EventGroupPtr>>(1, std::move(known));
  }
  const auto groups = reader_->ReadGroups(position, kGroupsAtOnce, bytes_max);
  if (!groups.ok()) return groups.refusal();
  return Decode(position, *groups);
}

domain::Result<EventGroups> EventTail::Decode(std::int64_t position,
                                              const std::vector<storage::CommitGroupPtr>& groups) {
  std::vector<EventGroupPtr> decoded;
  for (const storage::CommitGroupPtr& group : groups) {
    if (group->last_position < position) continue;
    if (group->first_position > position) break;
    auto loaded = cache_.Get(*group);
    if (!loaded.ok()) {
      // What is sound before it goes out first; then it is met again.
      if (decoded.empty()) return loaded.refusal();
      break;
    }
    position = group->last_position + 1;
    decoded.push_back(std::move(*loaded));
  }
  return std::make_shared<const std::vector<EventGroupPtr>>(std::move(decoded));
}

}  // namespace florin::server
