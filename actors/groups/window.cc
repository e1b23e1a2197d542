// Reading the log: how far, and where what was read goes.

#include <algorithm>
#include <utility>

#include "actors/groups/core.h"

namespace florin::actors {
namespace {

/// Entries behind one whose bytes are missing that are read with it: their turn comes next.
constexpr int kFetchedBehind = 31;
/// While so many are ready there is no hurry to read more back.
constexpr std::size_t kReadyEnough = 1'024;

}  // namespace

bool GroupCore::WantsToRead() const {
  return !members_.empty() || state_.settings.event_ttl_ns.has_value();
}

bool GroupCore::RoomToRead() const {
  const auto side = static_cast<std::int64_t>(side_.size() + parked_.size());
  // What was read before a start adds little, and what is aside there waits for it.
  const bool again = read_through_ < known_through_;
  const bool blocks_left = finished_.blocks() < limits_.finished_blocks || again;
  return (side < state_.settings.max_parked_and_waiting || again) && (!Blocked() || again) &&
         loaded_count_ < limits_.window_events && loaded_bytes_ < BytesMax() &&
         window_count_ < limits_.window_positions && blocks_left;
}

void GroupCore::PlanRead(std::int64_t now, GroupOutput* output) {
  if (reading_ || !WantsToRead() || read_through_ >= head_ || now < feed_retry_time_) return;
  if (!RoomToRead()) return;
  reading_ = true;
  output->read =
      GroupOutput::Read{generation_, read_through_,
                        std::min(limits_.page_events, limits_.window_events - loaded_count_),
                        std::min(limits_.page_bytes, BytesMax()), filter_};
}

void GroupCore::OnPage(std::uint64_t generation, domain::Result<FeedPage> page, std::int64_t now) {
  if (generation != generation_) return;
  reading_ = false;
  if (!page.ok()) {
    OnFeedFailure(page.refusal(), now);
    return;
  }
  feed_retry_time_ = 0;
  const std::int64_t before = read_through_;
  for (FeedEvent& event : page->events) {
    if (event.position <= read_through_) continue;
    read_through_ = event.position;
    if (!AlreadyKnown(event.position)) AddEvent(std::move(event));
  }
  read_through_ = std::max(read_through_, page->through);
  if (before < known_through_) PromoteAside(before);
}

/// Side entries that had to wait until all before them was read again.
void GroupCore::PromoteAside(std::int64_t after) {
  if (!InOrder()) return;
  std::vector<GroupStream*> streams;
  for (auto side = side_.upper_bound(after); side != side_.end() && side->first <= read_through_;
       ++side)
    streams.push_back(side->second->stream);
  // They have entries, so none is forgotten by this.
  for (GroupStream* stream : streams) Promote(stream);
}

bool GroupCore::AlreadyKnown(std::int64_t position) const {
  if (position > known_through_) return false;
  return finished_.Contains(position) || side_.contains(position) || parked_.contains(position);
}

void GroupCore::AddEvent(FeedEvent event) {
  GroupStream* stream = StreamOf(event.stream);
  GroupEntry* entry = NewEntry(event.position, stream, event.commit_time);
  Enqueue(entry);
  window_.PushBack(entry);
  ++window_count_;
  if (stream->Holds(entry->position)) {
    if (Blocked()) {
      held_in_window_ = true;
    } else {
      MoveAside(entry);
    }
    return;
  }
  // Without members it is only their age that is looked at.
  const bool wanted = !members_.empty();
  if (wanted && (stream->loaded < limits_.stream_events || !InOrder())) {
    entry->loaded = true;
    entry->bytes = std::move(event.bytes);
    ++stream->loaded;
    ++loaded_count_;
    loaded_bytes_ += entry->bytes.size();
  }
  if (InOrder()) {
    Promote(stream);
  } else {
    MakeReady(entry);
  }
}

void GroupCore::OnFeedFailure(const domain::Refusal& refusal, std::int64_t now) {
  feed_retry_time_ = now + limits_.feed_retry_ns;
  EndMembers(refusal);
}

void GroupCore::PlanFetch(std::int64_t now, GroupOutput* output) {
  if (loading_.empty() || fetch_out_ || now < feed_retry_time_) return;
  // What goes again comes before the rest, and in a group that is blocked nothing else goes.
  if (ready_count_ >= kReadyEnough && !loading_.front()->side && !Blocked()) return;
  if (members_.empty() || (loaded_bytes_ >= BytesMax() && ready_count_ > 0)) return;
  std::size_t count = 0;
  for (GroupEntry* first = loading_.front(); first != nullptr; first = WorkChain::Next(first)) {
    GroupEntry* entry = first;
    // In order, above read_through_ nothing may go yet, and would only take the room of what is to
    // be read.
    for (int behind = 0; entry != nullptr && behind <= kFetchedBehind; ++behind) {
      if (InOrder() && entry->position > read_through_) break;
      if (!entry->loaded && fetching_.emplace(entry->position, entry).second) {
        entry->fetching = true;
        ++count;
      }
      // Without order the next one in the stream has its own place in the chain.
      entry = InOrder() ? StreamChain::Next(entry) : nullptr;
    }
    if (count >= limits_.fetch_events) break;
  }
  if (fetching_.empty()) return;
  GroupOutput::Fetch fetch{generation_, {}, std::min(limits_.fetch_bytes, BytesMax())};
  for (const auto& [position, entry] : fetching_) fetch.positions.push_back(position);
  fetch_out_ = true;
  output->fetch = std::move(fetch);
}

void GroupCore::OnFetched(std::uint64_t generation, domain::Result<std::vector<FeedEvent>> events,
                          std::int64_t now) {
  if (generation != generation_) return;
  fetch_out_ = false;
  std::map<std::int64_t, GroupEntry*> wanted = std::exchange(fetching_, {});
  for (const auto& [position, entry] : wanted) entry->fetching = false;
  if (!events.ok()) {
    OnFeedFailure(events.refusal(), now);
    return;
  }
  feed_retry_time_ = 0;
  for (FeedEvent& event : *events) {
    const auto found = wanted.find(event.position);
    // What has ended meanwhile is not wanted any more.
    if (found == wanted.end()) continue;
    GroupEntry* entry = found->second;
    wanted.erase(found);
    entry->loaded = true;
    entry->bytes = std::move(event.bytes);
    ++entry->stream->loaded;
    ++loaded_count_;
    loaded_bytes_ += entry->bytes.size();
    if (entry->state != EntryState::kLoading) continue;
    Unready(entry);
    MakeReady(entry);
  }
  // Those behind the last had no room, and are asked for again.
  if (wanted.empty()) return;
  if (!events->empty() && wanted.begin()->first > events->back().position) return;
  const std::string position = std::to_string(wanted.begin()->first);
  OnFeedFailure({domain::Reason::kDataCorrupt,
                 "The log has no event at position " + position + ", which consumer group " +
                     group_id_ + " has yet to deliver.",
                 {{"position", position}}},
                now);
}

/// Out of the window: the cursor does not wait for it.
void GroupCore::MoveAside(GroupEntry* entry) {
  window_.Remove(entry);
  --window_count_;
  DropBytes(entry);
  entry->side = true;
  side_.emplace(entry->position, entry);
  side_ages_.emplace(entry->since, entry->position);
  changed_waiting_.insert(entry->position);
  changed_ = true;
  if (!entry->stream->Holds(entry->position)) return;
  ++entry->stream->waiting;
  ++waiting_;
}

/// What its new holder holds back: not ready any more, in the window only for want of room.
void GroupCore::MoveHeldAside(GroupStream* stream) {
  for (GroupEntry* entry = stream->queue.front(); entry != nullptr;
       entry = StreamChain::Next(entry)) {
    if (!stream->Holds(entry->position) || entry->state == EntryState::kInFlight) continue;
    // Its turn had come before an earlier one was replayed.
    if (entry->state == EntryState::kBackoff) {
      backoffs_.erase({entry->due, entry->position});
      entry->state = EntryState::kQueued;
    }
    if (entry->state != EntryState::kQueued) Unready(entry);
    if (entry->side) continue;
    if (Blocked()) {
      held_in_window_ = true;
    } else {
      MoveAside(entry);
    }
  }
}

void GroupCore::MoveAllHeldAside() {
  held_in_window_ = false;
  for (GroupEntry* entry = window_.front(); entry != nullptr;) {
    GroupEntry* next = WindowChain::Next(entry);
    if (entry->state == EntryState::kQueued && entry->stream->Holds(entry->position)) {
      if (Blocked()) {
        held_in_window_ = true;
        return;
      }
      MoveAside(entry);
    }
    entry = next;
  }
}

}  // namespace florin::actors
