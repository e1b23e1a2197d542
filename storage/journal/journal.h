#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "domain/result.h"
#include "storage/format/commit_group.h"

namespace florin::storage {

/// The end of a log.
struct JournalHead {
  std::int64_t position = 0;
  Hash hash{};
  std::int64_t time = 0;
};

/// The log of one partition: append, read, head. Narrow on purpose, so that a
/// replicated log can stand behind it (docs/adr/0003-journal.md).
///
/// Threads: Append from one thread at a time; reads from any.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Appends `commit_groups` after position `expected_head`, all or none, with one
  /// sync.
  ///
  /// Requires: the commit groups follow each other and `expected_head` without a gap,
  /// hashes linked. Durability: on OK they survive power loss. Errors:
  /// kVersionConflict if the head is not `expected_head` or the epoch is not
  /// the owner's, nothing written; kDiskFull, nothing written;
  /// kStorageUnavailable if the outcome is unknown: the journal takes no
  /// further append until it is opened again.
  virtual domain::Status Append(std::int64_t expected_head, std::int64_t owner_epoch,
                                std::span<const CommitGroupPtr> commit_groups) = 0;

  /// The commit group that holds `position` and those after it, until `bytes_max` of
  /// records or `commit_groups_max` are reached (at least one commit group if there is any).
  /// Empty beyond the head. Errors: kDataCorrupt with file or position.
  virtual domain::Result<std::vector<CommitGroupPtr>> Read(std::int64_t position,
                                                           std::size_t commit_groups_max,
                                                           std::size_t bytes_max) = 0;

  /// Last position whose commit group's commit time is at or below `time` (0: none): a
  /// commit group may also hold later ones, the caller looks inside the next commit group.
  virtual domain::Result<std::int64_t> LastCommitGroupEndAtOrBefore(std::int64_t time) = 0;

  [[nodiscard]] virtual JournalHead Head() const = 0;
};

}  // namespace florin::storage
