#pragma once

#include <mutex>
#include <vector>

#include "storage/journal/journal.h"

namespace florin::storage {

/// The journal's twin in memory, for tests: the same checks, no disk, faults on
/// request.
///
/// Threads: as Journal.
class MemoryJournal final : public Journal {
 public:
  domain::Status Append(std::int64_t expected_head, std::int64_t owner_epoch,
                        std::span<const CommitGroupPtr> commit_groups) override;
  domain::Result<std::vector<CommitGroupPtr>> Read(std::int64_t position,
                                                   std::size_t commit_groups_max,
                                                   std::size_t bytes_max) override;
  domain::Result<std::int64_t> LastCommitGroupEndAtOrBefore(std::int64_t time) override;
  [[nodiscard]] JournalHead Head() const override;

  /// Every later Append answers with this and writes nothing, until kNone is
  /// set.
  void FailAppends(domain::Reason reason);
  /// Ownership moves on: appends of older epochs are refused.
  void SetOwnerEpoch(std::int64_t owner_epoch);

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<CommitGroupPtr> commit_groups_;
  std::int64_t owner_epoch_ = 0;
  domain::Reason failing_ = domain::Reason::kNone;
};

}  // namespace florin::storage
