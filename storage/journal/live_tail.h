#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "storage/journal/journal.h"

namespace florin::storage {

/// What is visible and new: the visible head, a ring of recent commit groups, who
/// wants to be woken.
///
/// Threads: any.
class LiveTail {
 public:
  explicit LiveTail(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Commit groups and head become visible together; then wakes the listeners.
  void Publish(std::span<const CommitGroupPtr> commit_groups, const JournalHead& head);

  [[nodiscard]] JournalHead Head() const;
  /// Those after `position`; nothing if the ring does not reach back so far.
  [[nodiscard]] std::optional<std::vector<CommitGroupPtr>> After(
      std::int64_t position, std::size_t commit_groups_max) const;
  /// The commit group that holds `position`, null if the ring has it not.
  [[nodiscard]] CommitGroupPtr Holding(std::int64_t position) const;

  /// After Unlisten returns `wake` is not running and will not run. `wake` must
  /// not call these two.
  std::uint64_t Listen(std::function<void()> wake);
  void Unlisten(std::uint64_t token);

 private:
  [[nodiscard]] std::deque<CommitGroupPtr>::const_iterator FirstEndingAfter(
      std::int64_t position) const;

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  JournalHead head_;
  std::deque<CommitGroupPtr> commit_groups_;
  std::size_t bytes_ = 0;

  std::mutex listeners_mutex_;
  // Guarded by listeners_mutex_.
  std::map<std::uint64_t, std::function<void()>> listeners_;
  std::uint64_t next_token_ = 1;
};

}  // namespace florin::storage
