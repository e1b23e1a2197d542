#include "actors/groups/reading.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace florin::actors {
namespace {

/// Entries behind one whose bytes are missing that are read with it: their turn comes next.
constexpr int kFetchedBehind = 31;
/// While so many are ready there is no hurry to read more back.
constexpr std::size_t kReadyEnough = 1'024;

}  // namespace

GroupReading::GroupReading(const GroupLimits& limits, const domain::GroupSettings& settings,
                           GroupWindow* window, GroupDispatch* dispatch, GroupParked* parked,
                           const GroupMembers* members)
    : limits_(limits),
      settings_(settings),
      window_(window),
      dispatch_(dispatch),
      parked_(parked),
      members_(members),
      filter_(std::make_shared<const domain::EventFilter>()) {
  SetFilter();
}

void GroupReading::SetFilter() {
  // It compiled when it was set.
  domain::Result<domain::EventFilter> filter = domain::EventFilter::Compile(settings_.filter);
  if (filter.ok()) filter_ = std::make_shared<const domain::EventFilter>(std::move(*filter));
}

void GroupReading::SetNow(std::int64_t now, std::int64_t head) {
  now_ = now;
  head_ = std::max(head_, head);
}

void GroupReading::Restart() {
  known_through_ = std::max(window_->finished().Last(), parked_->Last());
  ++generation_;
  read_out_ = false;
  fetch_out_ = false;
}

/// Without members it is only the age of events that is looked at.
bool GroupReading::Wanted() const {
  return !members_->empty() || settings_.event_ttl_ns.has_value();
}

bool GroupReading::RoomToRead() const {
  const GroupMemory& memory = window_->memory();
  // What was read before a start adds little, and what is aside there waits for it.
  const bool again = window_->read_through() < known_through_;
  return (parked_->RoomLeft() || again) && memory.events() < limits_.window_events &&
         !memory.Full() && window_->count() < limits_.window_positions &&
         (window_->finished().blocks() < limits_.finished_blocks || again);
}

void GroupReading::Plan(GroupOutput* output) {
  if (now_ < retry_time_) return;
  PlanRead(output);
  PlanFetch(output);
}

void GroupReading::PlanRead(GroupOutput* output) {
  if (read_out_ || !Wanted() || window_->read_through() >= head_ || !RoomToRead()) return;
  const GroupMemory& memory = window_->memory();
  read_out_ = true;
  output->read =
      GroupOutput::Read{generation_, window_->read_through(),
                        std::min(limits_.page_events, limits_.window_events - memory.events()),
                        std::min(limits_.page_bytes, memory.BytesMax()), filter_};
}

domain::Status GroupReading::OnPage(std::uint64_t generation, domain::Result<FeedPage> page,
                                    std::int64_t now) {
  if (generation != generation_) return domain::Ok{};
  read_out_ = false;
  if (!page.ok()) return TryLater(page.refusal(), now);
  retry_time_ = 0;
  const std::int64_t before = window_->read_through();
  for (FeedEvent& event : page->events) {
    if (event.position <= window_->read_through()) continue;
    window_->SetReadThrough(event.position);
    if (!AlreadyKnown(event.position)) Add(std::move(event));
  }
  window_->SetReadThrough(std::max(window_->read_through(), page->through));
  if (before < known_through_) PromoteAside(before);
  return domain::Ok{};
}

/// Side entries that had to wait until all before them was read again.
void GroupReading::PromoteAside(std::int64_t after) {
  if (!dispatch_->InOrder()) return;
  const GroupParked::SideEntries& side = parked_->side();
  // Nothing is put aside or taken out by this; and they have entries, so no stream is forgotten.
  for (auto entry = side.upper_bound(after);
       entry != side.end() && entry->first <= window_->read_through(); ++entry)
    dispatch_->Promote(entry->second->stream);
}

bool GroupReading::AlreadyKnown(std::int64_t position) const {
  if (position > known_through_) return false;
  return window_->finished().Contains(position) || parked_->Knows(position);
}

void GroupReading::Add(FeedEvent event) {
  GroupStream* stream = window_->StreamOf(event.stream);
  GroupEntry* entry = window_->NewEntry(event.position, stream, event.commit_time);
  GroupWindow::Enqueue(entry);
  window_->PushBack(entry);
  if (stream->Holds(entry->position)) {
    parked_->HoldBack(entry);
    return;
  }
  // Without members only the age of an event matters, so its bytes are not kept.
  const bool room = stream->loaded < limits_.stream_events || !dispatch_->InOrder();
  if (room && !members_->empty()) window_->memory().Load(entry, std::move(event.bytes));
  dispatch_->Resume(entry);
}

void GroupReading::PlanFetch(GroupOutput* output) {
  const WorkChain& loading = dispatch_->loading();
  if (loading.empty() || fetch_out_) return;
  // What goes again comes before the rest, and in a group that is blocked nothing else goes.
  const bool urgent = loading.front()->side || parked_->Blocked();
  if (dispatch_->ready_count() >= kReadyEnough && !urgent) return;
  GroupMemory& memory = window_->memory();
  if (members_->empty() || (memory.Full() && dispatch_->ready_count() > 0)) return;
  AskForLoading();
  if (memory.asked().empty()) return;
  GroupOutput::Fetch fetch{generation_, {}, std::min(limits_.fetch_bytes, memory.BytesMax())};
  for (const auto& [position, entry] : memory.asked()) fetch.positions.push_back(position);
  fetch_out_ = true;
  output->fetch = std::move(fetch);
}

void GroupReading::AskForLoading() {
  std::size_t count = 0;
  for (GroupEntry* first = dispatch_->loading().front();
       first != nullptr && count < limits_.fetch_events; first = WorkChain::Next(first)) {
    GroupEntry* entry = first;
    for (int behind = 0; entry != nullptr && behind <= kFetchedBehind; ++behind) {
      // In order, above what was read nothing may go yet, and would only take the room of what is
      // to be read.
      if (dispatch_->InOrder() && entry->position > window_->read_through()) break;
      if (window_->memory().Ask(entry)) ++count;
      // Without order the next one in the stream has its own place in the chain.
      entry = dispatch_->InOrder() ? StreamChain::Next(entry) : nullptr;
    }
  }
}

domain::Status GroupReading::OnFetched(std::uint64_t generation,
                                       domain::Result<std::vector<FeedEvent>> events,
                                       std::int64_t now) {
  if (generation != generation_) return domain::Ok{};
  fetch_out_ = false;
  GroupMemory::Entries wanted = window_->memory().TakeAsked();
  if (!events.ok()) return TryLater(events.refusal(), now);
  retry_time_ = 0;
  for (FeedEvent& event : *events) {
    const auto found = wanted.find(event.position);
    // What has ended meanwhile is not wanted any more.
    if (found == wanted.end()) continue;
    GroupEntry* entry = found->second;
    wanted.erase(found);
    window_->memory().Load(entry, std::move(event.bytes));
    if (entry->state != GroupEntry::State::kLoading) continue;
    dispatch_->Remove(entry);
    dispatch_->MakeReady(entry);
  }
  // Those behind the last had no room, and are asked for again.
  if (wanted.empty()) return domain::Ok{};
  if (!events->empty() && wanted.begin()->first > events->back().position) return domain::Ok{};
  const std::string position = std::to_string(wanted.begin()->first);
  return TryLater({domain::Reason::kDataCorrupt,
                   "The log has no event at position " + position + ", which consumer group " +
                       members_->group_id() + " has yet to deliver.",
                   {{"position", position}}},
                  now);
}

domain::Status GroupReading::TryLater(const domain::Refusal& refusal, std::int64_t now) {
  retry_time_ = now + limits_.feed_retry_ns;
  return refusal;
}

std::int64_t GroupReading::NextTime() const {
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  if (retry_time_ > now_) next = retry_time_;
  // Nobody says that the others hold less.
  if (window_->memory().crowded() && window_->memory().Full())
    next = std::min(next, now_ + limits_.crowded_wait_ns);
  return next;
}

}  // namespace florin::actors
