#pragma once

#include <optional>

#include "apps/importer/profile.h"
#include "apps/importer/row_source.h"

namespace florin::importer {

/// Looks at the lines that were passed over unread, by [file] skip_lines or as a
/// header that gives way to [file] columns: one of them may be a transaction, or
/// show that the columns are others.
///
/// Requires: `profile` is bound to the columns of `rows`.
/// Errors: with the line of the file and the way out.
[[nodiscard]] std::optional<Error> CheckThrownAway(const RowSource& rows, const Profile& profile);

}  // namespace florin::importer
