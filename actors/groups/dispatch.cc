// Who gets what: events that may go, to members with room.

#include <algorithm>
#include <tuple>

#include "actors/groups/core.h"

namespace florin::actors {

/// Requires: it may go now; it is in no chain of work.
void GroupCore::MakeReady(GroupEntry* entry) {
  if (!entry->loaded) {
    entry->state = EntryState::kLoading;
    loading_.PushBack(entry);
    return;
  }
  entry->state = EntryState::kReady;
  entry->again = entry->side || entry->attempts > 0;
  (entry->again ? again_ : ready_).PushBack(entry);
  ++ready_count_;
}

void GroupCore::Unready(GroupEntry* entry) {
  if (entry->state == EntryState::kLoading) {
    loading_.Remove(entry);
  } else if (entry->state == EntryState::kReady) {
    (entry->again ? again_ : ready_).Remove(entry);
    --ready_count_;
  }
  entry->state = EntryState::kQueued;
}

/// The stream's next event goes, if nothing of it is under way or held back; a stream that has
/// nothing left is forgotten.
void GroupCore::Promote(GroupStream* stream) {
  GroupEntry* first = stream->queue.front();
  if (first == nullptr) {
    if (stream->holders.empty()) streams_.erase(stream->name);
    return;
  }
  if (!InOrder() || stream->active != nullptr) return;
  // After a start earlier ones of the stream may not be read again yet.
  if (first->position > read_through_) return;
  if (first->state == EntryState::kQueued && !stream->Holds(first->position)) MakeReady(first);
}

/// One that was replayed may have come before it meanwhile.
bool GroupCore::MayGoNow(const GroupEntry* entry) const {
  if (!InOrder()) return true;
  const GroupStream& stream = *entry->stream;
  return stream.active == nullptr && stream.queue.front() == entry &&
         !stream.Holds(entry->position);
}

void GroupCore::Dispatch(std::int64_t now) {
  while (!room_.empty()) {
    GroupEntry* entry = again_.front();
    // A group that is blocked hands out nothing for the first time.
    if (entry == nullptr && !Blocked()) entry = ready_.front();
    if (entry == nullptr) return;
    Unready(entry);
    if (!MayGoNow(entry)) continue;
    Assign(entry, ChooseMember(*entry->stream), now);
  }
}

/// The member of the stream's last event, else the one with the least to do. Not even the former
/// once it has two more than the latter: or somebody who joins would wait until streams run dry.
GroupCore::Member* GroupCore::ChooseMember(const GroupStream& stream) {
  Member* least = FindMember(std::get<2>(*room_.begin()));
  Member* last = stream.last_member == 0 ? nullptr : FindMember(stream.last_member);
  if (last == nullptr || !last->in_room || last->in_flight > least->in_flight + 1) return least;
  return last;
}

void GroupCore::Assign(GroupEntry* entry, Member* member, std::int64_t now) {
  entry->state = EntryState::kInFlight;
  entry->delivery = ++last_delivery_;
  entry->member = member;
  entry->sent = false;
  entry->due = now + state_.settings.ack_timeout_ns;
  acks_.PushBack(entry);
  in_flight_.emplace(entry->delivery, entry);
  if (InOrder()) entry->stream->active = entry;
  entry->stream->last_member = member->id;
  member->deliveries.PushBack(entry);
  member->outbox.push_back(entry->delivery);
  if (member->in_room) room_.erase({member->in_flight, member->given, member->id});
  member->in_room = false;
  ++member->in_flight;
  ++member->given;
  SetRoom(member);
  Touch(member);
}

/// Puts the member where it belongs in the order of those with room. Requires: if it is there, it
/// stands there as it is counted now.
void GroupCore::SetRoom(Member* member) {
  std::int64_t limit = state_.settings.max_in_flight;
  if (member->request.max_in_flight > 0)
    limit = std::min<std::int64_t>(limit, member->request.max_in_flight);
  const bool has_room = member->in_flight < limit && !member->stuck;
  const auto place = std::make_tuple(member->in_flight, member->given, member->id);
  if (has_room && !member->in_room) room_.insert(place);
  if (!has_room && member->in_room) room_.erase(place);
  member->in_room = has_room;
}

bool GroupCore::CaughtUp() const {
  return read_through_ >= head_ && ready_.empty() && again_.empty() && loading_.empty() &&
         !held_in_window_;
}

}  // namespace florin::actors
