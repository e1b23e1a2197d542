#pragma once

#include <string>
#include <string_view>

#include "domain/account.h"
#include "domain/result.h"

namespace florin::storage {

/// An account's snapshot as the index keeps it under its id. Shape:
/// docs/formats/directories.md, "accounts". Depends on the state alone, so that
/// a rebuilt index equals a kept one byte by byte.
[[nodiscard]] std::string EncodeAccount(const domain::AccountState& account);

/// Errors: kDataCorrupt naming the account.
[[nodiscard]] domain::Result<domain::AccountState> DecodeAccount(const std::string& account_id,
                                                                 std::string_view value);

}  // namespace florin::storage
