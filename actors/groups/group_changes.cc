// What a group has to store, and what follows once it is stored.

#include <utility>

#include "actors/groups/core.h"

namespace florin::actors {

bool GroupCore::Dirty(std::int64_t now) const {
  return changed_ || (Moved() && now >= take_time_ + limits_.cursor_interval_ns);
}

storage::GroupChange GroupCore::TakeChange(std::int64_t now) {
  storage::GroupChange change;
  change.group_id = group_id_;
  change.clear = std::exchange(clear_, storage::GroupChange::Clear::kNothing);
  state_.cursor = Cursor();
  change.state = state_;
  change.actions = std::exchange(actions_, {});
  for (const std::int64_t position : changed_parked_) {
    const auto parked = parked_.find(position);
    if (parked != parked_.end()) {
      change.parked.push_back(parked->second);
    } else {
      change.parked_gone.push_back(position);
    }
  }
  for (const std::int64_t position : changed_waiting_) {
    const auto side = side_.find(position);
    if (side != side_.end()) {
      const GroupEntry& entry = *side->second;
      change.waiting.push_back({position, entry.stream->name, entry.commit_time, entry.since});
    } else {
      change.waiting_gone.push_back(position);
    }
  }
  for (const std::int64_t position : changed_attempts_) {
    const auto failed = failed_.find(position);
    if (failed != failed_.end()) {
      change.attempts.push_back(failed->second);
    } else {
      change.attempts_gone.push_back(position);
    }
  }
  finished_.DropThrough(state_.cursor);
  finished_.TakeChange(&change);
  changed_parked_.clear();
  changed_waiting_.clear();
  changed_attempts_.clear();
  for (const auto& [id, member] : members_) member->acks_taken = member->acks_received;
  changed_ = false;
  stored_cursor_ = state_.cursor;
  take_time_ = now;
  return change;
}

void GroupCore::OnDurable() {
  for (const auto& [id, member] : members_) {
    if (member->acks_durable == member->acks_taken) continue;
    member->acks_durable = member->acks_taken;
    Touch(member.get());
  }
}

}  // namespace florin::actors
