#include "actors/groups/parked.h"

#include <algorithm>
#include <utility>

namespace florin::actors {

GroupParked::GroupParked(const storage::GroupImage& image, GroupWindow* window,
                         GroupDispatch* dispatch, GroupChanges* changes)
    : window_(window), dispatch_(dispatch), changes_(changes) {
  for (const auto& record : image.parked) {
    parked_.emplace(record.position, record);
    if (record.expired) ++expired_;
  }
  for (const auto& record : image.waiting) {
    GroupEntry* entry =
        window_->NewEntry(record.position, window_->StreamOf(record.stream), record.commit_time);
    entry->since = record.since;
    PutAside(entry);
  }
}

std::int64_t GroupParked::Last() const {
  std::int64_t last = 0;
  if (!side_.empty()) last = std::max(last, side_.rbegin()->first);
  if (!parked_.empty()) last = std::max(last, parked_.rbegin()->first);
  return last;
}

std::vector<ParkedEventView> GroupParked::List(std::int64_t after, std::size_t limit) const {
  std::vector<ParkedEventView> views;
  for (auto parked = parked_.upper_bound(after); parked != parked_.end() && views.size() < limit;
       ++parked) {
    const storage::ParkedRecord& record = parked->second;
    ParkedEventView view;
    view.position = record.position;
    view.attempts = record.attempts;
    view.last_reason = record.last_reason;
    view.park_time = record.park_time;
    view.member_name = record.member_name;
    view.principal = record.principal;
    if (record.holds) {
      const GroupStream* stream = window_->FindStream(record.stream);
      // What waits behind several waits behind the first of them.
      const bool first = stream != nullptr && !stream->holders.empty() &&
                         stream->holders.front() == record.position;
      if (first) view.waiting_count = stream->waiting;
    }
    views.push_back(std::move(view));
  }
  return views;
}

void GroupParked::Park(GroupStream* stream, storage::ParkedRecord record) {
  const std::int64_t position = record.position;
  const bool holds = record.holds;
  if (holds) {
    stream->holders.insert(
        std::upper_bound(stream->holders.begin(), stream->holders.end(), position), position);
  }
  if (record.expired) ++expired_;
  changed_parked_.insert(position);
  changes_->Mark();
  parked_.emplace(position, std::move(record));
  if (!holds) return;
  HoldBackAfter(stream);
  Recount(stream);
}

void GroupParked::Remove(const GroupEntry* entry) {
  if (entry->stream->Holds(entry->position)) {
    --entry->stream->waiting;
    --waiting_;
  }
  side_.erase(entry->position);
  side_ages_.erase({entry->since, entry->position});
  changed_side_.insert(entry->position);
  changes_->Mark();
}

void GroupParked::HoldBack(GroupEntry* entry) {
  if (Blocked()) {
    held_in_window_ = true;
    return;
  }
  window_->Remove(entry);
  window_->memory().Drop(entry);
  PutAside(entry);
  changed_side_.insert(entry->position);
  changes_->Mark();
  ++entry->stream->waiting;
  ++waiting_;
}

/// What the stream's new holder holds back: not ready any more, in the window only for want of
/// room.
void GroupParked::HoldBackAfter(GroupStream* stream) {
  for (GroupEntry* entry = stream->queue.front(); entry != nullptr;
       entry = StreamChain::Next(entry)) {
    const bool in_flight = entry->state == GroupEntry::State::kInFlight;
    if (!stream->Holds(entry->position) || in_flight) continue;
    // Nothing of it goes on. One in backoff had its turn before an earlier one was replayed.
    dispatch_->Remove(entry);
    if (!entry->side) HoldBack(entry);
  }
}

void GroupParked::MoveHeldAside() {
  if (!held_in_window_ || Blocked()) return;
  held_in_window_ = false;
  for (GroupEntry* entry = window_->front(); entry != nullptr && !held_in_window_;) {
    GroupEntry* next = WindowChain::Next(entry);
    const bool queued = entry->state == GroupEntry::State::kQueued;
    if (queued && entry->stream->Holds(entry->position)) HoldBack(entry);
    entry = next;
  }
}

void GroupParked::PutAside(GroupEntry* entry) {
  entry->side = true;
  side_.emplace(entry->position, entry);
  side_ages_.emplace(std::make_pair(entry->since, entry->position), entry);
}

/// Counts again what waits in the stream, after what holds it back has changed.
void GroupParked::Recount(GroupStream* stream) {
  waiting_ -= stream->waiting;
  stream->waiting = 0;
  if (!stream->holders.empty()) {
    for (const GroupEntry* entry = stream->queue.front(); entry != nullptr;
         entry = StreamChain::Next(entry)) {
      if (entry->side && stream->Holds(entry->position)) ++stream->waiting;
    }
  }
  waiting_ += stream->waiting;
}

std::vector<std::int64_t> GroupParked::Selected(const ParkedSelection& selection) const {
  std::vector<std::int64_t> positions;
  if (selection.all) {
    for (const auto& [position, record] : parked_) positions.push_back(position);
    return positions;
  }
  for (const std::int64_t position : selection.positions) {
    if (parked_.contains(position)) positions.push_back(position);
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

storage::ParkedRecord GroupParked::Unpark(std::int64_t position) {
  auto node = parked_.extract(position);
  storage::ParkedRecord record = std::move(node.mapped());
  if (record.holds) std::erase(window_->StreamOf(record.stream)->holders, position);
  if (record.expired) --expired_;
  changed_parked_.insert(position);
  changes_->Mark();
  return record;
}

/// What waited behind events that are parked no more goes on.
void GroupParked::LetGo(const std::set<std::string>& streams) {
  for (const std::string& name : streams) {
    Recount(window_->StreamOf(name));
    dispatch_->Promote(window_->StreamOf(name));
  }
}

std::int64_t GroupParked::Replay(const ParkedSelection& selection, storage::ActionRecord action,
                                 std::int64_t now) {
  const std::vector<std::int64_t> positions = Selected(selection);
  if (positions.empty()) return 0;
  std::set<std::string> streams;
  for (const std::int64_t position : positions) {
    const storage::ParkedRecord record = Unpark(position);
    GroupStream* stream = window_->StreamOf(record.stream);
    GroupEntry* entry = window_->NewEntry(position, stream, record.commit_time);
    // Its time to live begins anew, or one that expired could never be delivered.
    entry->since = now;
    PutAside(entry);
    changed_side_.insert(position);
    GroupWindow::Enqueue(entry);
    streams.insert(record.stream);
    if (!dispatch_->InOrder()) dispatch_->MakeReady(entry);
  }
  LetGo(streams);
  action.position = positions.front();
  action.event_count = static_cast<std::int64_t>(positions.size());
  changes_->Record(GroupActionKind::kReplayed, now, std::move(action));
  return static_cast<std::int64_t>(positions.size());
}

std::int64_t GroupParked::Discard(const ParkedSelection& selection, storage::ActionRecord action,
                                  std::int64_t now) {
  const std::vector<std::int64_t> positions = Selected(selection);
  if (positions.empty()) return 0;
  std::set<std::string> streams;
  for (const std::int64_t position : positions) {
    streams.insert(Unpark(position).stream);
    if (position > window_->Cursor()) window_->finished().Insert(position);
  }
  LetGo(streams);
  action.position = positions.front();
  action.event_count = static_cast<std::int64_t>(positions.size());
  changes_->Record(GroupActionKind::kDiscarded, now, std::move(action));
  return static_cast<std::int64_t>(positions.size());
}

void GroupParked::LiftOrder() {
  for (auto& [position, record] : parked_) {
    if (!std::exchange(record.holds, false)) continue;
    changed_parked_.insert(position);
    changes_->Mark();
  }
}

void GroupParked::Clear() {
  for (const auto& [position, entry] : side_) window_->Delete(entry);
  side_.clear();
  side_ages_.clear();
  parked_.clear();
  expired_ = 0;
  changed_parked_.clear();
  changed_side_.clear();
}

void GroupParked::Restart() {
  waiting_ = 0;
  held_in_window_ = false;
  for (const auto& [position, record] : parked_) {
    if (record.holds) window_->StreamOf(record.stream)->holders.push_back(position);
  }
  for (const auto& [position, entry] : side_) {
    GroupEntry fresh;
    fresh.position = position;
    fresh.commit_time = entry->commit_time;
    fresh.since = entry->since;
    fresh.attempts = entry->attempts;
    fresh.side = true;
    fresh.stream = window_->StreamOf(entry->stream->name);
    *entry = fresh;
    GroupWindow::Enqueue(entry);
  }
  // Each has a holder or an entry, so none is forgotten by this.
  for (const auto& [name, stream] : window_->streams()) {
    Recount(stream.get());
    dispatch_->Promote(stream.get());
  }
  if (dispatch_->InOrder()) return;
  for (const auto& [position, entry] : side_) dispatch_->MakeReady(entry);
}

void GroupParked::TakeChange(storage::GroupChange* change) {
  for (const std::int64_t position : changed_parked_) {
    const auto parked = parked_.find(position);
    if (parked != parked_.end()) {
      change->parked.push_back(parked->second);
    } else {
      change->parked_gone.push_back(position);
    }
  }
  for (const std::int64_t position : changed_side_) {
    const auto side = side_.find(position);
    if (side != side_.end()) {
      const GroupEntry& entry = *side->second;
      change->waiting.push_back({position, entry.stream->name, entry.commit_time, entry.since});
    } else {
      change->waiting_gone.push_back(position);
    }
  }
  changed_parked_.clear();
  changed_side_.clear();
}

}  // namespace florin::actors
