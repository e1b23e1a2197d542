#include "actors/groups/dispatch.h"

#include <algorithm>
#include <limits>

namespace florin::actors {

void GroupDispatch::MakeReady(GroupEntry* entry) {
  if (!entry->loaded) {
    entry->state = GroupEntry::State::kLoading;
    loading_.PushBack(entry);
    return;
  }
  entry->state = GroupEntry::State::kReady;
  entry->again = entry->side || entry->attempts > 0;
  (entry->again ? again_ : ready_).PushBack(entry);
  ++ready_count_;
}

void GroupDispatch::Remove(GroupEntry* entry) {
  switch (entry->state) {
    case GroupEntry::State::kLoading:
      loading_.Remove(entry);
      break;
    case GroupEntry::State::kReady:
      (entry->again ? again_ : ready_).Remove(entry);
      --ready_count_;
      break;
    case GroupEntry::State::kBackoff:
      backoffs_.erase({entry->due, entry->position});
      break;
    case GroupEntry::State::kQueued:
    case GroupEntry::State::kInFlight:
      return;
  }
  entry->state = GroupEntry::State::kQueued;
}

void GroupDispatch::Promote(GroupStream* stream) {
  GroupEntry* first = stream->queue.front();
  if (first == nullptr) {
    if (stream->holders.empty()) window_->ForgetStream(stream);
    return;
  }
  if (!InOrder() || stream->active != nullptr) return;
  // After a start earlier ones of the stream may not be read again yet.
  if (first->position > window_->read_through()) return;
  if (first->state == GroupEntry::State::kQueued && !stream->Holds(first->position))
    MakeReady(first);
}

void GroupDispatch::Resume(GroupEntry* entry) {
  if (InOrder()) {
    Promote(entry->stream);
  } else {
    MakeReady(entry);
  }
}

void GroupDispatch::BackOff(GroupEntry* entry, std::int64_t due) {
  entry->state = GroupEntry::State::kBackoff;
  entry->due = due;
  backoffs_.emplace(std::make_pair(due, entry->position), entry);
}

void GroupDispatch::EndBackoffs(std::int64_t now) {
  while (!backoffs_.empty() && backoffs_.begin()->first.first <= now) {
    GroupEntry* entry = backoffs_.begin()->second;
    Remove(entry);
    Resume(entry);
  }
}

void GroupDispatch::DropBytes(GroupEntry* entry) {
  const bool ready = entry->state == GroupEntry::State::kReady;
  if (ready) Remove(entry);
  window_->memory().Drop(entry);
  if (ready) MakeReady(entry);
}

GroupEntry* GroupDispatch::TakeNext(bool blocked) {
  while (true) {
    GroupEntry* entry = again_.front();
    if (entry == nullptr && !blocked) entry = ready_.front();
    if (entry == nullptr) return nullptr;
    Remove(entry);
    if (MayGoNow(entry)) return entry;
  }
}

/// One that was replayed may have come before it meanwhile.
bool GroupDispatch::MayGoNow(const GroupEntry* entry) const {
  if (!InOrder()) return true;
  const GroupStream& stream = *entry->stream;
  return stream.active == nullptr && stream.queue.front() == entry &&
         !stream.Holds(entry->position);
}

std::int64_t GroupDispatch::NextTime() const {
  return backoffs_.empty() ? std::numeric_limits<std::int64_t>::max()
                           : backoffs_.begin()->first.first;
}

void GroupDispatch::SetRoom(GroupMemberState* member) {
  std::int64_t limit = settings_.max_in_flight;
  if (member->request.max_in_flight > 0)
    limit = std::min<std::int64_t>(limit, member->request.max_in_flight);
  if (member->in_flight >= limit || member->stuck) {
    LeaveRoom(member);
  } else if (!member->in_room) {
    room_.emplace(std::make_tuple(member->in_flight, member->given, member->id), member);
    member->in_room = true;
  }
}

void GroupDispatch::LeaveRoom(GroupMemberState* member) {
  if (member->in_room) room_.erase({member->in_flight, member->given, member->id});
  member->in_room = false;
}

/// Not even `last` once it has two more than the least: or somebody who joins would wait until
/// streams run dry.
GroupMemberState* GroupDispatch::Choose(GroupMemberState* last) const {
  GroupMemberState* least = room_.begin()->second;
  if (last == nullptr || !last->in_room || last->in_flight > least->in_flight + 1) return least;
  return last;
}

void GroupDispatch::Clear() {
  for (const auto& [place, member] : room_) member->in_room = false;
  room_.clear();
  backoffs_.clear();
  ready_.Clear();
  again_.Clear();
  loading_.Clear();
  ready_count_ = 0;
}

}  // namespace florin::actors
