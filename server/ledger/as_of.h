#pragma once

#include <cstdint>
#include <string>

#include "domain/refusal.h"
#include "domain/result.h"
#include "server/convert/queries.h"
#include "server/rpc/service_host.h"

namespace florin::server {

[[nodiscard]] domain::Refusal AccountNotFound(const std::string& account_id);
/// It exists, but did not yet at `position`.
[[nodiscard]] domain::Refusal AccountNotYetOpen(const std::string& account_id,
                                                std::int64_t position);
[[nodiscard]] domain::Refusal TransactionNotFound(const std::string& transaction_id);
[[nodiscard]] domain::Refusal AssetNotFound(const std::string& asset);
[[nodiscard]] domain::Refusal VersionBeyondHead(const std::string& account_id, std::int64_t version,
                                                std::int64_t head);

/// The end of the last whole command at or before what `as_of` says (not a
/// version); now: the visible head. Blocks: on disk for a time, and for a time
/// that is hardly over also until no command under way can still carry it, so
/// that the same question always has the same answer within one run of the
/// server.
/// Errors: kPositionBeyondHead, kTimeInFuture, kOverloaded if that takes too
/// long, the reader's.
[[nodiscard]] domain::Result<std::int64_t> ResolvePosition(ServiceHost& host, const AsOf& as_of);

}  // namespace florin::server
