#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace florin::storage {

/// A part of the index: the first byte of its keys. Stored: do not renumber.
enum class Family : std::uint8_t {
  kAccounts = 'a',
  kTransactions = 't',
  kRequests = 'r',
  kStreams = 's',
  kOwners = 'o',
  kRefusals = 'x',
  kHolds = 'h',
  kAssets = 'c',
  kMeta = 'm',
};

/// The key as it is stored: the family's byte, then `key`.
[[nodiscard]] std::string FamilyKey(Family family, std::string_view key);

/// Keys within their family (docs/formats/directories.md). Ids hold no zero
/// byte, so a zero ends them and keys of one id stand together.

[[nodiscard]] std::string StreamPrefix(std::string_view account_id);
[[nodiscard]] std::string StreamKey(std::string_view account_id, std::int64_t version);

[[nodiscard]] std::string OwnerKey(std::string_view owner_id, std::string_view account_id);

[[nodiscard]] std::string RequestKey(bool target_is_account, std::string_view target_id,
                                     std::string_view request_id);

[[nodiscard]] std::string HoldKey(std::int64_t expire_time, std::string_view transaction_id);

[[nodiscard]] std::string RefusalPrefix(std::string_view account_id);
[[nodiscard]] std::string RefusalKey(std::string_view account_id, std::int64_t position);

}  // namespace florin::storage
