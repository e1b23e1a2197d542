#pragma once

#include <span>

#include "domain/result.h"
#include "storage/format/errors.h"
#include "storage/journal/journal.h"

namespace florin::storage {

/// What every journal checks before it appends: the head, the owner's epoch,
/// positions and hashes in a chain. Errors: kVersionConflict naming what does
/// not follow.
[[nodiscard]] domain::Status CheckAppend(const JournalHead& head, std::int64_t current_epoch,
                                         std::int64_t expected_head, std::int64_t owner_epoch,
                                         std::span<const CommitGroupPtr> commit_groups);

/// Whether `commit_group`, read at `where`, is the one after `before`: by position and
/// by hash. Errors: kDataCorrupt.
[[nodiscard]] domain::Status CheckFollows(const CommitGroup& before,
                                          const CommitGroup& commit_group,
                                          const CorruptPlace& where);

}  // namespace florin::storage
