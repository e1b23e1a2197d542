#pragma once

#include <cstdint>
#include <vector>

#include "actors/groups/core.h"
#include "domain/group.h"
#include "tests/actors/groups/group_world.h"
#include "tests/support/random_source.h"

namespace florin::actors {

/// Settings and limits as small as they may be, so that a short life meets every bound.
inline domain::GroupSettings RandomSettings(test_support::RandomSource* random) {
  domain::GroupSettings settings;
  settings.order = random->Percent(75) ? domain::GroupOrder::kStream : domain::GroupOrder::kNone;
  settings.max_attempts = random->Pick(std::vector<std::int32_t>{-1, 1, 2, 3, 10});
  settings.ack_timeout_ns = random->Between(1, 20) * kSecond;
  settings.min_backoff_ns = kSecond / 10;
  settings.max_backoff_ns = 2 * kSecond;
  settings.max_in_flight = static_cast<std::int32_t>(random->Between(1, 20));
  settings.max_parked_and_waiting = random->Pick(std::vector<std::int64_t>{5, 50, 100'000});
  if (random->Percent(25)) settings.event_ttl_ns = random->Between(5, 200) * kSecond;
  if (random->Percent(50)) settings.filter.type_patterns = {"a.#"};
  return settings;
}

inline GroupLimits RandomLimits(test_support::RandomSource* random) {
  GroupLimits limits;
  limits.window_events = static_cast<std::size_t>(random->Between(4, 100));
  limits.window_positions = limits.window_events * 4;
  limits.stream_events = static_cast<std::int32_t>(random->Between(1, 8));
  limits.page_events = static_cast<std::size_t>(random->Between(1, 20));
  limits.batch_events = static_cast<std::size_t>(random->Between(1, 10));
  limits.fetch_bytes = static_cast<std::size_t>(random->Between(1, 100));
  limits.crowded_bytes = static_cast<std::size_t>(random->Between(1, 50));
  limits.finished_blocks = static_cast<std::size_t>(random->Between(2, 3));
  return limits;
}

}  // namespace florin::actors
