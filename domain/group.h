#pragma once

#include <cstdint>
#include <optional>

#include "domain/event_filter.h"

namespace florin::domain {

/// Stored; never renumber. Source: GroupOrder in group_service.proto.
enum class GroupOrder : std::uint8_t {
  /// One event of a stream at a time; a parked one holds its stream back.
  kStream = 1,
  /// Any order; a parked event holds nothing back.
  kNone = 2,
};

/// What a consumer group was asked to do. Durations in nanoseconds.
/// Source: GroupSettings in group_service.proto.
struct GroupSettings {
  EventFilterSpec filter;
  /// Unacknowledged after this: delivered again.
  std::int64_t ack_timeout_ns = 30'000'000'000;
  /// Deliveries before an event is parked; negative: never.
  std::int32_t max_attempts = 10;
  /// Wait before attempt n + 1: doubles from min to max.
  std::int64_t min_backoff_ns = 100'000'000;
  std::int64_t max_backoff_ns = 30'000'000'000;
  std::optional<std::int64_t> event_ttl_ns;
  /// Most unacknowledged events of a member.
  std::int32_t max_in_flight = 256;
  GroupOrder order = GroupOrder::kStream;
  /// Most events parked, or waiting behind one; beyond it the group stops.
  std::int64_t max_parked_and_waiting = 100'000;
};

}  // namespace florin::domain
