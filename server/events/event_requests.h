#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/event_filter.h"
#include "domain/result.h"
#include "florin/v1/event_service.pb.h"
#include "server/convert/shape.h"
#include "server/events/subscription.h"

namespace florin::server {

/// Of each heartbeat_interval.
inline constexpr DurationRange kHeartbeatRange{100'000'000, 3'600'000'000'000, "0.1 s to 1 h"};

/// Checks a subscription against the ledger's id and head.
/// Errors: kFieldInvalid, kTooManyItems (metadata `field`), kCheckpointInvalid.
[[nodiscard]] domain::Result<SubscriptionStart> ParseSubscription(
    const florin::v1::SubscribeEventsRequest& request, std::string_view ledger_id,
    std::int64_t head);

/// ReadEventsRequest, its shape checked.
struct EventQuery {
  std::string stream;
  /// Of the first event to return; 0: none.
  std::int64_t start_position = 0;
  std::int64_t start_version = 0;
  bool descending = false;
  domain::EventFilter filter;
  int page_size = 0;
  std::string page_token;
  /// UTC nanoseconds, [start, end).
  std::optional<std::int64_t> start_time;
  std::optional<std::int64_t> end_time;
  /// Of everything but page_size and page_token: what a token belongs to.
  std::uint64_t digest = 0;
};

/// Errors: kFieldInvalid, kTooManyItems (metadata `field`).
[[nodiscard]] domain::Result<EventQuery> ParseEventQuery(
    const florin::v1::ReadEventsRequest& request, std::string_view ledger_id);

struct CommitGroupQuery {
  std::int64_t start_position = 0;
  int page_size = 0;
  std::string page_token;
  std::uint64_t digest = 0;
};

/// Errors: kFieldInvalid.
[[nodiscard]] domain::Result<CommitGroupQuery> ParseCommitGroupQuery(
    const florin::v1::ReadCommitGroupsRequest& request, std::string_view ledger_id);

}  // namespace florin::server
