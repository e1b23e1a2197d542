#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "florin/v1/event_service.pb.h"
#include "tests/integration/reference/history.h"

namespace florin::integration {

/// One thing that the log says has happened: a client's command, or a hold's
/// expiry.
struct Step {
  /// Null: an expiry, of `expired`.
  const Call* call = nullptr;
  /// Of an atomic batch: all its items; else the one at `item`.
  bool whole_call = false;
  std::size_t item = 0;
  std::string expired;
  /// First and last position of its events.
  std::int64_t first_position = 0;
  std::int64_t last_position = 0;
};

/// Something that was answered and left no trace in the log: refusals that are
/// not recorded, replays, validate_only commands, reads. It has to be right in
/// one of the states between `low` and `high` (counted in steps done).
struct Unplaced {
  const Call* call = nullptr;
  /// The whole call is judged at once: atomic and validate_only batches.
  bool whole_call = false;
  std::size_t item = 0;
  std::size_t low = 0;
  std::size_t high = 0;
};

/// What all clients saw, in the order that the log proves.
struct Timeline {
  std::vector<Step> steps;
  std::vector<Unplaced> unplaced;
};

/// Places every answer in the log. Fails the test where that cannot be: two
/// answers at one position, events that nobody asked for, a refusal that should
/// be in the log and is not, and an order against real time or against the
/// order within a call.
Timeline MakeTimeline(const std::vector<const History*>& histories,
                      const std::vector<v1::Event>& log);

}  // namespace florin::integration
