#pragma once

#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/transaction.h"

namespace florin::storage {

/// Stands for an account where its id would take too much memory: 32 bits of a hash that is the
/// same in every process. Never 0. Two accounts may share one, so that a mark only says which
/// accounts are not meant.
using AccountMark = std::uint32_t;

/// The accounts that a transaction moves money on, each once.
using AccountMarks = absl::InlinedVector<AccountMark, 4>;

[[nodiscard]] AccountMark MarkOf(std::string_view account_id);
[[nodiscard]] AccountMarks MarksOf(const domain::Transaction& transaction);

/// Four bytes each (docs/formats/directories.md, "holds").
void PutMarks(std::string* out, const AccountMarks& marks);
/// Nothing: the bytes are not marks.
[[nodiscard]] std::optional<AccountMarks> ReadMarks(std::string_view bytes);

}  // namespace florin::storage
