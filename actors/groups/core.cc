#include "actors/groups/core.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace florin::actors {

GroupCore::GroupCore(const storage::GroupImage& image, std::string incarnation,
                     const GroupLimits& limits)
    : group_id_(image.group_id),
      incarnation_(std::move(incarnation)),
      limits_(limits),
      state_(image.state) {
  // It compiled when it was set.
  domain::Result<domain::EventFilter> filter = domain::EventFilter::Compile(state_.settings.filter);
  filter_ = std::make_shared<const domain::EventFilter>(filter.ok() ? std::move(*filter)
                                                                    : domain::EventFilter());
  finished_.Load(image.finished);
  for (const auto& record : image.attempts) failed_.emplace(record.position, record);
  for (const auto& record : image.parked) {
    parked_.emplace(record.position, record);
    if (record.expired) ++expired_;
  }
  for (const auto& record : image.waiting) {
    GroupEntry* entry = NewEntry(record.position, StreamOf(record.stream), record.commit_time);
    entry->since = record.since;
    entry->side = true;
    side_.emplace(record.position, entry);
    side_ages_.emplace(record.since, record.position);
  }
  Restart(state_.cursor);
  stored_cursor_ = state_.cursor;
}

std::unique_ptr<GroupCore> GroupCore::Create(const std::string& group_id,
                                             const domain::GroupSettings& settings,
                                             std::int64_t after, const std::string& principal,
                                             std::string incarnation, const GroupLimits& limits,
                                             std::int64_t now) {
  storage::GroupImage image;
  image.group_id = group_id;
  image.state.settings = settings;
  image.state.created_time = now;
  image.state.base_time = now;
  image.state.cursor = after;
  auto core = std::make_unique<GroupCore>(image, std::move(incarnation), limits);
  storage::ActionRecord action;
  action.principal = principal;
  action.position = after;
  core->Record(GroupActionKind::kCreated, now, std::move(action));
  return core;
}

std::int64_t GroupCore::Cursor() const {
  return window_.empty() ? read_through_ : window_.front()->position - 1;
}

bool GroupCore::Blocked() const {
  return parked_count() + waiting_ >= state_.settings.max_parked_and_waiting;
}

GroupStream* GroupCore::StreamOf(const std::string& name) {
  std::unique_ptr<GroupStream>& stream = streams_[name];
  if (stream == nullptr) {
    stream = std::make_unique<GroupStream>();
    stream->name = name;
  }
  return stream.get();
}

GroupEntry* GroupCore::NewEntry(std::int64_t position, GroupStream* stream,
                                std::int64_t commit_time) {
  GroupEntry* entry = nullptr;
  if (free_.empty()) {
    entries_.push_back(std::make_unique<GroupEntry>());
    entry = entries_.back().get();
  } else {
    entry = free_.back();
    free_.pop_back();
  }
  entry->position = position;
  entry->stream = stream;
  entry->commit_time = commit_time;
  entry->since = commit_time;
  const auto failed = failed_.find(position);
  if (failed != failed_.end()) entry->attempts = failed->second.attempts;
  return entry;
}

/// Into its stream, by position: nearly always the last.
void GroupCore::Enqueue(GroupEntry* entry) {
  StreamChain& queue = entry->stream->queue;
  GroupEntry* previous = queue.back();
  while (previous != nullptr && previous->position > entry->position)
    previous = StreamChain::Previous(previous);
  queue.InsertBefore(previous == nullptr ? queue.front() : StreamChain::Next(previous), entry);
}

void GroupCore::DropBytes(GroupEntry* entry) {
  if (entry->fetching) {
    fetching_.erase(entry->position);
    entry->fetching = false;
  }
  if (!entry->loaded) return;
  entry->loaded = false;
  --entry->stream->loaded;
  --loaded_count_;
  loaded_bytes_ -= entry->bytes.size();
  entry->bytes = std::string();
}

/// Nobody is there to take them: the other groups may have the room, and who comes has them read
/// again.
void GroupCore::DropAllBytes() {
  const auto drop = [this](GroupEntry* entry) {
    const bool ready = entry->state == EntryState::kReady;
    if (ready) Unready(entry);
    DropBytes(entry);
    if (ready) MakeReady(entry);
  };
  for (GroupEntry* entry = window_.front(); entry != nullptr && loaded_count_ > 0;
       entry = WindowChain::Next(entry))
    drop(entry);
  for (auto side = side_.begin(); side != side_.end() && loaded_count_ > 0; ++side)
    drop(side->second);
}

/// Requires: it is in no chain.
void GroupCore::Delete(GroupEntry* entry) {
  *entry = GroupEntry();
  free_.push_back(entry);
}

void GroupCore::Record(GroupActionKind kind, std::int64_t now, storage::ActionRecord action) {
  action.number = ++state_.last_action;
  action.kind = static_cast<std::uint8_t>(kind);
  action.time = now;
  actions_.push_back(std::move(action));
  changed_ = true;
}

/// Nobody has anything any more; members stay.
void GroupCore::ForgetDeliveries() {
  room_.clear();
  for (const auto& [id, member] : members_) {
    member->in_room = false;
    member->deliveries.Clear();
    member->outbox.clear();
    member->in_flight = 0;
    member->stuck = false;
    SetRoom(member.get());
    Touch(member.get());
  }
  in_flight_.clear();
  backoffs_.clear();
  fetching_.clear();
  acks_.Clear();
  ready_.Clear();
  again_.Clear();
  loading_.Clear();
  ready_count_ = 0;
}

/// From what is durable: the cursor, what is finished above it, parked and side entries.
void GroupCore::Restart(std::int64_t cursor) {
  ForgetDeliveries();
  for (GroupEntry* entry = window_.front(); entry != nullptr;) {
    GroupEntry* next = WindowChain::Next(entry);
    Delete(entry);
    entry = next;
  }
  window_.Clear();
  window_count_ = 0;
  loaded_count_ = 0;
  loaded_bytes_ = 0;
  const std::unordered_map<std::string, std::unique_ptr<GroupStream>> before = std::move(streams_);
  streams_.clear();
  waiting_ = 0;
  for (const auto& [position, record] : parked_) {
    if (record.holds) StreamOf(record.stream)->holders.push_back(position);
  }
  for (const auto& [position, old] : side_) {
    GroupEntry fresh;
    fresh.position = position;
    fresh.commit_time = old->commit_time;
    fresh.since = old->since;
    fresh.attempts = old->attempts;
    fresh.side = true;
    fresh.stream = StreamOf(old->stream->name);
    *old = fresh;
    Enqueue(old);
  }
  held_in_window_ = false;
  read_through_ = cursor;
  for (const auto& [name, stream] : streams_) {
    Recount(stream.get());
    Promote(stream.get());
  }
  if (!InOrder()) {
    for (const auto& [position, entry] : side_) {
      if (entry->state == EntryState::kQueued) MakeReady(entry);
    }
  }
  known_through_ = finished_.Last();
  if (!side_.empty()) known_through_ = std::max(known_through_, side_.rbegin()->first);
  if (!parked_.empty()) known_through_ = std::max(known_through_, parked_.rbegin()->first);
  ++generation_;
  reading_ = false;
  fetch_out_ = false;
}

GroupOutput GroupCore::Advance(std::int64_t now, std::int64_t head) {
  now_ = now;
  head_ = std::max(head_, head);
  GroupOutput output;
  Expire(now);
  TimeOut(now);
  EndBackoffs(now);
  if (held_in_window_ && !Blocked()) MoveAllHeldAside();
  finished_.DropThrough(Cursor());
  Dispatch(now);
  TellCaughtUp();
  VisitMembers(now, &output);
  PlanRead(now, &output);
  PlanFetch(now, &output);
  output.ends = std::exchange(ends_, {});
  return output;
}

std::int64_t GroupCore::NextTime() const {
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  if (!acks_.empty()) next = std::min(next, acks_.front()->due);
  if (!backoffs_.empty()) next = std::min(next, backoffs_.begin()->first.first);
  if (!member_timers_.empty()) next = std::min(next, member_timers_.begin()->first);
  if (!window_.empty()) next = std::min(next, ExpiryOf(window_.front()->since));
  if (!side_ages_.empty()) next = std::min(next, ExpiryOf(side_ages_.begin()->first));
  if (Cursor() != stored_cursor_) next = std::min(next, take_time_ + limits_.cursor_interval_ns);
  if (feed_retry_time_ > now_) next = std::min(next, feed_retry_time_);
  // Nobody says that the others hold less.
  if (crowded_ && loaded_bytes_ >= BytesMax())
    next = std::min(next, now_ + limits_.crowded_wait_ns);
  return next;
}

GroupView GroupCore::View(bool with_members) const {
  GroupView view;
  view.group_id = group_id_;
  view.settings = state_.settings;
  view.position = Cursor();
  view.head_position = std::max(head_, view.position);
  view.parked_count = parked_count();
  view.waiting_count = waiting_;
  view.expired_count = expired_;
  view.member_count = static_cast<std::int32_t>(members_.size());
  view.blocked = Blocked();
  const auto older = [&view](std::int64_t time) {
    view.oldest_unacked_time = std::min(time, view.oldest_unacked_time.value_or(time));
  };
  for (const GroupEntry* entry = window_.front(); entry != nullptr;
       entry = WindowChain::Next(entry)) {
    if (entry->stream->Holds(entry->position)) continue;
    older(entry->commit_time);
    break;
  }
  for (const auto& [position, entry] : side_) {
    if (entry->stream->Holds(position)) continue;
    older(entry->commit_time);
    // Replayed, or let go by a replay or discard: to be done again.
    view.position = std::min(view.position, position - 1);
    break;
  }
  if (!with_members) return view;
  for (const auto& [id, member] : members_) {
    GroupMemberView shown;
    shown.member_name = member->request.member_name;
    shown.principal = member->request.principal;
    shown.join_time = member->join_time;
    shown.in_flight_count = member->in_flight;
    std::set<std::string> streams;
    for (const GroupEntry* entry = member->deliveries.front(); entry != nullptr;
         entry = MemberChain::Next(entry)) {
      const std::int64_t time = entry->commit_time;
      shown.oldest_unacked_time = std::min(time, shown.oldest_unacked_time.value_or(time));
      streams.insert(entry->stream->name);
      if (streams.size() > 100) streams.erase(std::prev(streams.end()));
    }
    shown.streams.assign(streams.begin(), streams.end());
    view.members.push_back(std::move(shown));
  }
  std::sort(view.members.begin(), view.members.end(),
            [](const auto& a, const auto& b) { return a.member_name < b.member_name; });
  return view;
}

}  // namespace florin::actors
