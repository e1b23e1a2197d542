#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "actors/groups.h"
#include "domain/event_filter.h"
#include "domain/refusal.h"

namespace florin::actors {

/// What is to be done for a group outside of it.
struct GroupOutput {
  struct Write {
    std::uint64_t member = 0;
    DeliveryBatch batch;
  };
  struct End {
    std::uint64_t member = 0;
    domain::Refusal refusal;
  };
  /// GroupFeed::Read, answered with OnPage.
  struct Read {
    std::uint64_t generation = 0;
    std::int64_t after = 0;
    std::size_t events_max = 0;
    std::size_t bytes_max = 0;
    std::shared_ptr<const domain::EventFilter> filter;
  };
  /// GroupFeed::Fetch, answered with OnFetched.
  struct Fetch {
    std::uint64_t generation = 0;
    std::vector<std::int64_t> positions;
    std::size_t bytes_max = 0;
  };
  std::vector<Write> writes;
  std::vector<End> ends;
  std::optional<Read> read;
  std::optional<Fetch> fetch;
};

/// Sums since the group's core was made.
struct GroupCounters {
  std::int64_t delivered = 0;
  std::int64_t redelivered = 0;
  std::int64_t acknowledged = 0;
  std::int64_t parked = 0;
};

/// How much a group has now.
struct GroupCounts {
  std::int64_t members = 0;
  std::int64_t in_flight = 0;
  std::int64_t parked = 0;
  /// Of events that are read and not done.
  std::int64_t held_bytes = 0;
  GroupCounters sums;
};

}  // namespace florin::actors
