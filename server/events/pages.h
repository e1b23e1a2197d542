#pragma once

#include <cstddef>
#include <optional>

#include "domain/refusal.h"
#include "florin/v1/event_service.pb.h"
#include "server/events/event_requests.h"
#include "storage/store.h"

namespace florin::server {

/// What one page may cost. A page that reaches a limit ends there, with a token
/// to go on, also when nothing on it matched: a sparse filter on a long log
/// takes more calls, never a long one.
struct PageLimits {
  std::size_t response_bytes = 1U << 20;
  /// Of stored records, when the log is read.
  std::size_t scanned_bytes = 4U << 20;
  /// When one stream is read.
  std::int64_t scanned_versions = 2'000;
};

/// A page of the log or of a stream into `response`. Reads from disk.
/// Errors: kPageTokenInvalid, kPositionBeyondHead, kVersionBeyondHead,
/// kDataCorrupt, kStorageUnavailable; the response is then good for nothing.
[[nodiscard]] std::optional<domain::Refusal> ReadEventsPage(
    storage::Reader* reader, const EventQuery& query, const PageLimits& limits,
    florin::v1::ReadEventsResponse* response);

/// A page of commit groups, as they are stored. Reads from disk.
/// Errors: as ReadEventsPage.
[[nodiscard]] std::optional<domain::Refusal> ReadCommitGroupsPage(
    storage::Reader* reader, const CommitGroupQuery& query, const PageLimits& limits,
    florin::v1::ReadCommitGroupsResponse* response);

}  // namespace florin::server
