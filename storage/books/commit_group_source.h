#pragma once

#include <cstdint>
#include <deque>
#include <mutex>

#include "domain/result.h"
#include "storage/format/record.h"
#include "storage/journal/journal.h"
#include "storage/journal/live_tail.h"

namespace florin::storage {

/// Commit groups and records by position: from the ring, from a few commit groups read
/// before, from the journal.
///
/// Threads: any; may block on disk.
class CommitGroupSource {
 public:
  CommitGroupSource(Journal* journal, const LiveTail* tail) : journal_(journal), tail_(tail) {}

  /// Errors: kDataCorrupt if no commit group holds `position`. Requires: 1 <= position
  /// <= a head that was visible.
  domain::Result<CommitGroupPtr> Holding(std::int64_t position);
  domain::Result<RecordPtr> RecordAt(std::int64_t position);

 private:
  CommitGroupPtr FromCache(std::int64_t position);
  void Keep(const CommitGroupPtr& commit_group);

  Journal* journal_;
  const LiveTail* tail_;
  std::mutex mutex_;
  // Guarded by mutex_. Walks of a history meet the same commit group many times, and
  // seldom more than a few at once.
  std::deque<CommitGroupPtr> cache_;
};

}  // namespace florin::storage
