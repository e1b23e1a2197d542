#include "storage/journal/live_tail.h"

#include <algorithm>
#include <utility>

namespace florin::storage {

void LiveTail::Publish(std::span<const CommitGroupPtr> groups, const JournalHead& head) {
  {
    const std::lock_guard lock(mutex_);
    for (const CommitGroupPtr& group : groups) {
      groups_.push_back(group);
      bytes_ += group->records.size();
    }
    // The newest group stays, however large.
    while (bytes_ > bytes_max_ && groups_.size() > 1) {
      bytes_ -= groups_.front()->records.size();
      groups_.pop_front();
    }
    head_ = head;
  }
  const std::lock_guard lock(listeners_mutex_);
  for (const auto& [token, wake] : listeners_) wake();
}

JournalHead LiveTail::Head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

std::deque<CommitGroupPtr>::const_iterator LiveTail::FirstEndingAfter(std::int64_t position) const {
  const auto ends_before = [](const CommitGroupPtr& group, std::int64_t limit) {
    return group->last_position <= limit;
  };
  return std::lower_bound(groups_.begin(), groups_.end(), position, ends_before);
}

std::optional<std::vector<CommitGroupPtr>> LiveTail::After(std::int64_t position,
                                                           std::size_t groups_max) const {
  const std::lock_guard lock(mutex_);
  if (position >= head_.position) return std::vector<CommitGroupPtr>();
  if (groups_.empty() || groups_.front()->first_position > position + 1) return std::nullopt;
  std::vector<CommitGroupPtr> found;
  for (auto group = FirstEndingAfter(position); group != groups_.end() && found.size() < groups_max;
       ++group)
    found.push_back(*group);
  return found;
}

CommitGroupPtr LiveTail::Holding(std::int64_t position) const {
  const std::lock_guard lock(mutex_);
  const auto group = FirstEndingAfter(position - 1);
  if (group == groups_.end() || (*group)->first_position > position) return nullptr;
  return *group;
}

std::uint64_t LiveTail::Listen(std::function<void()> wake) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.emplace(next_token_, std::move(wake));
  return next_token_++;
}

void LiveTail::Unlisten(std::uint64_t token) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.erase(token);
}

}  // namespace florin::storage
