#include "storage/journal/live_tail.h"

#include <algorithm>
#include <utility>

namespace florin::storage {

void LiveTail::Publish(std::span<const CommitGroupPtr> commit_groups, const JournalHead& head) {
  {
    const std::lock_guard lock(mutex_);
    for (const CommitGroupPtr& commit_group : commit_groups) {
      commit_groups_.push_back(commit_group);
      bytes_ += commit_group->records.size();
    }
    // The newest commit group stays, however large.
    while (bytes_ > bytes_max_ && commit_groups_.size() > 1) {
      bytes_ -= commit_groups_.front()->records.size();
      commit_groups_.pop_front();
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
  const auto ends_before = [](const CommitGroupPtr& commit_group, std::int64_t limit) {
    return commit_group->last_position <= limit;
  };
  return std::lower_bound(commit_groups_.begin(), commit_groups_.end(), position, ends_before);
}

std::optional<std::vector<CommitGroupPtr>> LiveTail::After(std::int64_t position,
                                                           std::size_t commit_groups_max) const {
  const std::lock_guard lock(mutex_);
  if (position >= head_.position) return std::vector<CommitGroupPtr>();
  if (commit_groups_.empty() || commit_groups_.front()->first_position > position + 1)
    return std::nullopt;
  std::vector<CommitGroupPtr> found;
  for (auto commit_group = FirstEndingAfter(position);
       commit_group != commit_groups_.end() && found.size() < commit_groups_max; ++commit_group)
    found.push_back(*commit_group);
  return found;
}

CommitGroupPtr LiveTail::Holding(std::int64_t position) const {
  const std::lock_guard lock(mutex_);
  const auto commit_group = FirstEndingAfter(position - 1);
  if (commit_group == commit_groups_.end() || (*commit_group)->first_position > position)
    return nullptr;
  return *commit_group;
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
