#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/result.h"

namespace florin::server {

/// A place in one ledger's log, as subscribers store it.
///
/// Shape: hexadecimal of version (1 byte), hash of the ledger's id (8),
/// partition (4), position (8), checksum (4); all big-endian. Opaque to
/// clients, so that a partitioned log can put more into it.
[[nodiscard]] std::string EncodeCheckpoint(std::string_view ledger_id, std::int64_t position);

/// The position in a checkpoint of this ledger.
/// Errors: kCheckpointInvalid: not one of ours, damaged, of another ledger, or
/// beyond `head`.
[[nodiscard]] domain::Result<std::int64_t> DecodeCheckpoint(std::string_view text,
                                                            std::string_view ledger_id,
                                                            std::int64_t head);

}  // namespace florin::server
