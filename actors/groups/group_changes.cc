#include "actors/groups/group_changes.h"

#include <limits>
#include <utility>

namespace florin::actors {

void GroupChanges::Record(GroupActionKind kind, std::int64_t now, storage::ActionRecord action) {
  action.number = ++state_.last_action;
  action.kind = static_cast<std::uint8_t>(kind);
  action.time = now;
  actions_.push_back(std::move(action));
  changed_ = true;
}

void GroupChanges::Clear(std::int64_t now) {
  clear_ = storage::GroupChange::Clear::kEvents;
  state_.base_time = now;
}

bool GroupChanges::Dirty(std::int64_t cursor, std::int64_t now) const {
  return changed_ || (Moved(cursor) && now >= take_time_ + cursor_interval_ns_);
}

std::int64_t GroupChanges::NextTime(std::int64_t cursor) const {
  return cursor == stored_cursor_ ? std::numeric_limits<std::int64_t>::max()
                                  : take_time_ + cursor_interval_ns_;
}

void GroupChanges::TakeChange(std::int64_t cursor, std::int64_t now, storage::GroupChange* change) {
  change->clear = std::exchange(clear_, storage::GroupChange::Clear::kNothing);
  state_.cursor = cursor;
  change->state = state_;
  change->actions = std::exchange(actions_, {});
  changed_ = false;
  stored_cursor_ = cursor;
  take_time_ = now;
}

}  // namespace florin::actors
