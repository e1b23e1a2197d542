// Parked events and what waits behind them; settings and cursor.

#include <algorithm>
#include <utility>

#include "actors/groups/core.h"

namespace florin::actors {
namespace {

bool SameFilter(const domain::EventFilterSpec& a, const domain::EventFilterSpec& b) {
  return a.stream_prefixes == b.stream_prefixes && a.type_patterns == b.type_patterns &&
         a.streams == b.streams;
}

}  // namespace

std::vector<std::int64_t> GroupCore::Selected(const ParkedSelection& selection) const {
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

/// Counts again what waits in the stream, after what holds it back has changed.
void GroupCore::Recount(GroupStream* stream) {
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

void GroupCore::EraseParked(std::int64_t position) {
  const auto found = parked_.find(position);
  const storage::ParkedRecord& record = found->second;
  if (record.holds) std::erase(StreamOf(record.stream)->holders, position);
  if (record.expired) --expired_;
  parked_.erase(found);
  changed_parked_.insert(position);
  changed_ = true;
}

/// What waited behind these goes on, and it is remembered who did it. Their number.
std::int64_t GroupCore::LetGo(const std::vector<std::int64_t>& positions,
                              const std::set<std::string>& streams, GroupActionKind kind,
                              std::int64_t now, storage::ActionRecord action) {
  for (const std::string& name : streams) {
    Recount(StreamOf(name));
    Promote(StreamOf(name));
  }
  action.position = positions.front();
  action.event_count = static_cast<std::int64_t>(positions.size());
  const std::int64_t count = action.event_count;
  Record(kind, now, std::move(action));
  return count;
}

std::int64_t GroupCore::Replay(const ParkedSelection& selection, const std::string& reason,
                               const std::string& principal, std::int64_t now) {
  const std::vector<std::int64_t> positions = Selected(selection);
  if (positions.empty()) return 0;
  std::set<std::string> streams;
  for (const std::int64_t position : positions) {
    const storage::ParkedRecord record = parked_.at(position);
    EraseParked(position);
    GroupEntry* entry = NewEntry(position, StreamOf(record.stream), record.commit_time);
    // Its time to live begins anew, or one that expired could never be delivered.
    entry->since = now;
    entry->side = true;
    side_.emplace(position, entry);
    side_ages_.emplace(now, position);
    changed_waiting_.insert(position);
    Enqueue(entry);
    streams.insert(record.stream);
    if (!InOrder()) MakeReady(entry);
  }
  storage::ActionRecord action;
  action.principal = principal;
  action.reason = reason;
  return LetGo(positions, streams, GroupActionKind::kReplayed, now, std::move(action));
}

std::int64_t GroupCore::Discard(const ParkedSelection& selection, const std::string& reason,
                                const std::string& principal, std::int64_t now) {
  const std::vector<std::int64_t> positions = Selected(selection);
  if (positions.empty()) return 0;
  std::set<std::string> streams;
  for (const std::int64_t position : positions) {
    streams.insert(parked_.at(position).stream);
    EraseParked(position);
    if (position > Cursor()) finished_.Insert(position);
  }
  storage::ActionRecord action;
  action.principal = principal;
  action.reason = reason;
  return LetGo(positions, streams, GroupActionKind::kDiscarded, now, std::move(action));
}

std::vector<ParkedEventView> GroupCore::ListParked(std::int64_t after, std::size_t limit) const {
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
      const auto stream = streams_.find(record.stream);
      // What waits behind several waits behind the first of them.
      const bool first = stream != streams_.end() && !stream->second->holders.empty() &&
                         stream->second->holders.front() == record.position;
      if (first) view.waiting_count = stream->second->waiting;
    }
    views.push_back(std::move(view));
  }
  return views;
}

void GroupCore::Update(const domain::GroupSettings& settings, const std::string& principal,
                       std::int64_t now) {
  const domain::GroupSettings before = std::exchange(state_.settings, settings);
  const bool restart =
      !SameFilter(before.filter, settings.filter) || before.order != settings.order;
  if (restart) {
    const std::int64_t cursor = Cursor();
    domain::Result<domain::EventFilter> filter = domain::EventFilter::Compile(settings.filter);
    if (filter.ok()) filter_ = std::make_shared<const domain::EventFilter>(std::move(*filter));
    if (!InOrder()) {
      for (auto& [position, record] : parked_) {
        if (!std::exchange(record.holds, false)) continue;
        changed_parked_.insert(position);
      }
    }
    Restart(cursor);
  }
  for (const auto& [id, member] : members_) SetRoom(member.get());
  // Those in flight get the new time from now on, so that deadlines stay in order.
  for (GroupEntry* entry = acks_.front(); entry != nullptr; entry = WorkChain::Next(entry))
    entry->due = now + settings.ack_timeout_ns;
  storage::ActionRecord action;
  action.principal = principal;
  action.position = Cursor();
  Record(GroupActionKind::kUpdated, now, std::move(action));
}

domain::Status GroupCore::CheckReset(bool discard_parked) const {
  if (parked_.empty() || discard_parked) return domain::Ok{};
  const std::string count = std::to_string(parked_.size());
  return domain::Refusal{domain::Reason::kParkedEventsLeft,
                         "consumer group " + group_id_ + " has " + count +
                             " parked events, which a reset would lose; replay or discard them "
                             "first, or set discard_parked",
                         {{"group_id", group_id_}, {"parked_count", count}}};
}

domain::Status GroupCore::Reset(std::int64_t after, const std::string& reason, bool discard_parked,
                                const std::string& principal, std::int64_t now) {
  if (domain::Status allowed = CheckReset(discard_parked); !allowed.ok()) return allowed;
  storage::ActionRecord action;
  action.principal = principal;
  action.reason = reason;
  action.position = after;
  action.event_count = parked_count();
  ForgetDeliveries();
  for (const auto& [position, entry] : side_) Delete(entry);
  side_.clear();
  side_ages_.clear();
  parked_.clear();
  expired_ = 0;
  failed_.clear();
  finished_.Clear();
  changed_parked_.clear();
  changed_waiting_.clear();
  changed_attempts_.clear();
  clear_ = storage::GroupChange::Clear::kEvents;
  state_.base_time = now;
  Restart(after);
  Record(GroupActionKind::kReset, now, std::move(action));
  return domain::Ok{};
}

}  // namespace florin::actors
