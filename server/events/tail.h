#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/result.h"
#include "server/events/commit_group_events.h"
#include "storage/store.h"

namespace florin::server {

/// Commit groups that follow each other.
using CommitGroupEventsList = std::shared_ptr<const std::vector<CommitGroupEventsPtr>>;

/// The log as subscriptions see it: decoded commit groups, shared by all who read the
/// same. Threads: any.
class EventTail {
 public:
  /// Requires: `reader` outlives it. `cache_bytes`: see CommitGroupEventsCache.
  EventTail(storage::Reader* reader, std::size_t cache_bytes)
      : reader_(reader), ledger_id_(reader->LedgerId()), cache_(cache_bytes) {}

  [[nodiscard]] const std::string& ledger_id() const { return ledger_id_; }
  [[nodiscard]] std::int64_t Head() const { return reader_->VisibleHead().position; }

  /// The commit groups that hold `position` and what follows, without touching the
  /// disk; empty beyond the head, null when they are no longer in memory.
  /// Errors: kDataCorrupt.
  domain::Result<CommitGroupEventsList> Recent(std::int64_t position);
  /// The same from disk where need be, about `bytes_max` of records. May block.
  /// Errors: kDataCorrupt, kStorageUnavailable.
  domain::Result<CommitGroupEventsList> Read(std::int64_t position, std::size_t bytes_max);
  /// The last position of the commands before `time`. May block. Errors as
  /// Read.
  domain::Result<std::int64_t> LastPositionBefore(std::int64_t time) {
    return reader_->CommandEndAtOrBeforeTime(time - 1);
  }

 private:
  domain::Result<CommitGroupEventsList> Decode(
      std::int64_t position, const std::vector<storage::CommitGroupPtr>& commit_groups);

  storage::Reader* const reader_;
  const std::string ledger_id_;
  CommitGroupEventsCache cache_;

  /// The last answer of Recent: live subscriptions all ask the same.
  std::mutex recent_mutex_;
  std::int64_t recent_position_ = 0;
  std::int64_t recent_head_ = 0;
  CommitGroupEventsList recent_;
};

}  // namespace florin::server
