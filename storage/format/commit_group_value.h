#pragma once

#include <string>
#include <string_view>

#include "domain/result.h"
#include "storage/format/commit_group.h"
#include "storage/format/errors.h"

namespace florin::storage {

/// A commit group as the journal's family keeps it: a fixed head, then the
/// records. Shape: docs/formats/directories.md, "journal/".
[[nodiscard]] std::string EncodeCommitGroup(const CommitGroup& commit_group);

/// Errors: kDataCorrupt where the bytes are no commit group; `where` names the place.
[[nodiscard]] domain::Result<CommitGroupPtr> DecodeCommitGroup(std::string_view value,
                                                               const CorruptPlace& where);

/// Only the numbers of a commit group's head; cheap, for searching.
struct CommitGroupHead {
  std::int64_t first_position = 0;
  std::int64_t last_position = 0;
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
};
[[nodiscard]] domain::Result<CommitGroupHead> DecodeCommitGroupHead(std::string_view value,
                                                                    const CorruptPlace& where);

/// Lower case hexadecimal, for messages.
[[nodiscard]] std::string ToHex(const Hash& hash);

}  // namespace florin::storage
