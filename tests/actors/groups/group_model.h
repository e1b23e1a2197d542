#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "domain/event_filter.h"
#include "domain/group.h"

namespace florin::actors {

/// What a group should know, kept in the plainest way: the events that matter, and what became of
/// each. A copy is what a restart brings back.
struct GroupModel {
  enum class Fate : std::uint8_t {
    kOpen,
    kDone,
    kHolds,
    kParked,
    /// The cursor passed it while it did not match: it comes only if it had been put aside before.
    kPassed,
  };
  struct Event {
    std::string stream;
    std::string type;
    Fate fate = Fate::kOpen;
    std::int32_t attempts = 0;
  };
  std::map<std::int64_t, Event> events;

  /// What was in flight without success: whether it is parked now.
  bool Fail(std::int64_t position, const domain::GroupSettings& settings) {
    Event& event = events.at(position);
    ++event.attempts;
    if (settings.max_attempts < 0 || event.attempts < settings.max_attempts) return false;
    Park(position, settings);
    return true;
  }
  void Park(std::int64_t position, const domain::GroupSettings& settings) {
    events.at(position).fate =
        settings.order == domain::GroupOrder::kStream ? Fate::kHolds : Fate::kParked;
  }
  void Release(std::int64_t position, bool done) {
    events.at(position).fate = done ? Fate::kDone : Fate::kOpen;
    events.at(position).attempts = 0;
  }
  void Reset(std::int64_t after) {
    for (auto& [position, event] : events) {
      event.fate = position <= after ? Fate::kDone : Fate::kOpen;
      event.attempts = 0;
    }
  }
  [[nodiscard]] bool IsParked(std::int64_t position) const {
    const auto found = events.find(position);
    return found != events.end() &&
           (found->second.fate == Fate::kHolds || found->second.fate == Fate::kParked);
  }
  [[nodiscard]] std::set<std::int64_t> Parked() const {
    std::set<std::int64_t> positions;
    for (const auto& [position, event] : events) {
      if (IsParked(position)) positions.insert(position);
    }
    return positions;
  }
  /// The first event of the same stream that must be dealt with before; 0: none.
  [[nodiscard]] std::int64_t Before(std::int64_t position,
                                    const domain::EventFilter& filter) const {
    const std::string& stream = events.at(position).stream;
    for (const auto& [earlier, event] : events) {
      if (earlier >= position) break;
      if (event.stream != stream) continue;
      if (event.fate == Fate::kHolds) return earlier;
      if (event.fate == Fate::kOpen && filter.Matches(stream, event.type)) return earlier;
    }
    return 0;
  }
  /// The cursor went from `from` to `to`: what does not match is not looked at again.
  void Pass(std::int64_t from, std::int64_t to, const domain::EventFilter& filter) {
    for (auto event = events.upper_bound(from); event != events.end() && event->first <= to;
         ++event) {
      const bool matches = filter.Matches(event->second.stream, event->second.type);
      if (event->second.fate == Fate::kOpen && !matches) event->second.fate = Fate::kPassed;
    }
  }
  /// Without order nothing is held back, also later.
  void LiftOrder() {
    for (auto& [position, event] : events) {
      if (event.fate == Fate::kHolds) event.fate = Fate::kParked;
    }
  }
};

}  // namespace florin::actors
