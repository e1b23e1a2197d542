#include "server/events/tail.h"

#include <utility>

namespace florin::server {
namespace {

/// More than a turn consumes; bounds what one call decodes.
constexpr std::size_t kCommitGroupsAtOnce = 16;

}  // namespace

domain::Result<CommitGroupEventsList> EventTail::Recent(std::int64_t position) {
  const std::int64_t head = Head();
  if (position > head) return std::make_shared<const std::vector<CommitGroupEventsPtr>>();
  {
    const std::lock_guard lock(recent_mutex_);
    if (recent_ != nullptr && recent_position_ == position && recent_head_ == head) return recent_;
  }
  const auto commit_groups = reader_->RecentCommitGroups(position - 1, kCommitGroupsAtOnce);
  if (!commit_groups) return CommitGroupEventsList();
  auto decoded = Decode(position, *commit_groups);
  // A ring that begins later than asked for has lost what was asked for.
  if (decoded.ok() && decoded.value()->empty()) return CommitGroupEventsList();
  if (decoded.ok()) {
    const std::lock_guard lock(recent_mutex_);
    recent_position_ = position;
    recent_head_ = head;
    recent_ = *decoded;
  }
  return decoded;
}

domain::Result<CommitGroupEventsList> EventTail::Read(std::int64_t position,
                                                      std::size_t bytes_max) {
  if (auto known = cache_.Find(position)) {
    return std::make_shared<const std::vector<CommitGroupEventsPtr>>(1, std::move(known));
  }
  const auto commit_groups = reader_->ReadCommitGroups(position, kCommitGroupsAtOnce, bytes_max);
  if (!commit_groups.ok()) return commit_groups.refusal();
  return Decode(position, *commit_groups);
}

domain::Result<CommitGroupEventsList> EventTail::Decode(
    std::int64_t position, const std::vector<storage::CommitGroupPtr>& commit_groups) {
  std::vector<CommitGroupEventsPtr> decoded;
  for (const storage::CommitGroupPtr& commit_group : commit_groups) {
    if (commit_group->last_position < position) continue;
    if (commit_group->first_position > position) break;
    auto loaded = cache_.Get(*commit_group);
    if (!loaded.ok()) {
      // What is sound before it goes out first; then it is met again.
      if (decoded.empty()) return loaded.refusal();
      break;
    }
    position = commit_group->last_position + 1;
    decoded.push_back(std::move(*loaded));
  }
  return std::make_shared<const std::vector<CommitGroupEventsPtr>>(std::move(decoded));
}

}  // namespace florin::server
