#include "actors/groups/core.h"

#include <algorithm>
#include <utility>

namespace florin::actors {
namespace {

bool SameFilter(const domain::EventFilterSpec& a, const domain::EventFilterSpec& b) {
  return a.stream_prefixes == b.stream_prefixes && a.type_patterns == b.type_patterns &&
         a.streams == b.streams;
}

storage::ActionRecord ActionOf(const std::string& principal, const std::string& reason = "") {
  storage::ActionRecord action;
  action.principal = principal;
  action.reason = reason;
  return action;
}

}  // namespace

GroupCore::GroupCore(const storage::GroupImage& image, std::string incarnation,
                     const GroupLimits& limits)
    : group_id_(image.group_id),
      limits_(limits),
      changes_(image.state, limits_.cursor_interval_ns),
      window_(image, limits_),
      dispatch_(changes_.settings(), &window_),
      parked_(image, &window_, &dispatch_, &changes_),
      attempts_(std::move(incarnation), limits_, &window_, &dispatch_, &parked_, &changes_),
      members_(group_id_, limits_, &window_, &dispatch_, &parked_, &attempts_),
      reading_(limits_, changes_.settings(), &window_, &dispatch_, &parked_, &members_) {
  Restart(image.state.cursor);
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
  storage::ActionRecord action = ActionOf(principal);
  action.position = after;
  core->changes_.Record(GroupActionKind::kCreated, now, std::move(action));
  return core;
}

/// From what is durable: the cursor, what is finished above it, parked and side entries. Nobody has
/// anything any more; members stay.
void GroupCore::Restart(std::int64_t cursor) {
  LetGo();
  // Until parked_ has put its entries into new streams, they lead to these.
  const GroupWindow::Streams before = window_.Restart(cursor);
  parked_.Restart();
  reading_.Restart();
}

/// Nothing leads to an entry any more but the window and what is aside.
void GroupCore::LetGo() {
  dispatch_.Clear();
  attempts_.Clear();
  members_.ForgetDeliveries();
}

void GroupCore::OnPage(std::uint64_t generation, domain::Result<FeedPage> page, std::int64_t now) {
  const domain::Status read = reading_.OnPage(generation, std::move(page), now);
  if (!read.ok()) members_.EndAll(read.refusal());
}

void GroupCore::OnFetched(std::uint64_t generation, domain::Result<std::vector<FeedEvent>> events,
                          std::int64_t now) {
  const domain::Status fetched = reading_.OnFetched(generation, std::move(events), now);
  if (!fetched.ok()) members_.EndAll(fetched.refusal());
}

void GroupCore::Update(const domain::GroupSettings& settings, const std::string& principal,
                       std::int64_t now) {
  const bool other_order = changes_.settings().order != settings.order;
  const bool other_filter = !SameFilter(changes_.settings().filter, settings.filter);
  changes_.SetSettings(settings);
  if (other_order || other_filter) {
    if (!dispatch_.InOrder()) parked_.LiftOrder();
    reading_.SetFilter();
    Restart(cursor());
  }
  members_.SetRooms();
  attempts_.RestartTimeouts(now);
  storage::ActionRecord action = ActionOf(principal);
  action.position = cursor();
  changes_.Record(GroupActionKind::kUpdated, now, std::move(action));
}

domain::Status GroupCore::CheckReset(bool discard_parked) const {
  if (parked_.parked_count() == 0 || discard_parked) return domain::Ok{};
  const std::string count = std::to_string(parked_.parked_count());
  return domain::Refusal{domain::Reason::kParkedEventsLeft,
                         "consumer group " + group_id_ + " has " + count +
                             " parked events, which a reset would lose; replay or discard them "
                             "first, or set discard_parked",
                         {{"group_id", group_id_}, {"parked_count", count}}};
}

domain::Status GroupCore::Reset(std::int64_t after, const std::string& reason, bool discard_parked,
                                const std::string& principal, std::int64_t now) {
  if (domain::Status allowed = CheckReset(discard_parked); !allowed.ok()) return allowed;
  storage::ActionRecord action = ActionOf(principal, reason);
  action.position = after;
  action.event_count = parked_.parked_count();
  LetGo();
  parked_.Clear();
  window_.failures().Clear();
  window_.finished().Clear();
  changes_.Clear(now);
  Restart(after);
  changes_.Record(GroupActionKind::kReset, now, std::move(action));
  return domain::Ok{};
}

std::int64_t GroupCore::Replay(const ParkedSelection& selection, const std::string& reason,
                               const std::string& principal, std::int64_t now) {
  return parked_.Replay(selection, ActionOf(principal, reason), now);
}

std::int64_t GroupCore::Discard(const ParkedSelection& selection, const std::string& reason,
                                const std::string& principal, std::int64_t now) {
  return parked_.Discard(selection, ActionOf(principal, reason), now);
}

GroupOutput GroupCore::Advance(std::int64_t now, std::int64_t head) {
  reading_.SetNow(now, head);
  GroupOutput output;
  attempts_.Expire(now);
  attempts_.TimeOut(now);
  dispatch_.EndBackoffs(now);
  parked_.MoveHeldAside();
  window_.finished().DropThrough(cursor());
  members_.HandOut(now);
  members_.TellCaughtUp(reading_.head());
  members_.Visit(now, reading_.head(), &output);
  reading_.Plan(&output);
  return output;
}

std::int64_t GroupCore::NextTime() const {
  return std::min({attempts_.NextTime(), dispatch_.NextTime(), members_.NextTime(),
                   changes_.NextTime(cursor()), reading_.NextTime()});
}

storage::GroupChange GroupCore::TakeChange(std::int64_t now) {
  storage::GroupChange change;
  change.group_id = group_id_;
  changes_.TakeChange(cursor(), now, &change);
  parked_.TakeChange(&change);
  window_.TakeChange(&change);
  members_.OnTaken();
  return change;
}

GroupCounts GroupCore::Counts() const {
  GroupCounts counts;
  counts.members = members_.count();
  counts.in_flight = attempts_.count();
  counts.parked = parked_.parked_count();
  counts.held_bytes = static_cast<std::int64_t>(window_.memory().bytes());
  counts.sums = attempts_.counters();
  return counts;
}

GroupView GroupCore::View(bool with_members) const {
  GroupView view;
  view.group_id = group_id_;
  view.settings = settings();
  view.position = cursor();
  view.head_position = std::max(reading_.head(), view.position);
  view.parked_count = parked_.parked_count();
  view.waiting_count = parked_.waiting_count();
  view.expired_count = parked_.expired_count();
  view.member_count = static_cast<std::int32_t>(members_.count());
  view.blocked = parked_.Blocked();
  const auto older = [&view](std::int64_t time) {
    view.oldest_unacked_time = std::min(time, view.oldest_unacked_time.value_or(time));
  };
  for (const GroupEntry* entry = window_.front(); entry != nullptr;
       entry = WindowChain::Next(entry)) {
    if (entry->stream->Holds(entry->position)) continue;
    older(entry->commit_time);
    break;
  }
  for (const auto& [position, entry] : parked_.side()) {
    if (entry->stream->Holds(position)) continue;
    older(entry->commit_time);
    // Replayed, or let go by a replay or discard: to be done again.
    view.position = std::min(view.position, position - 1);
    break;
  }
  if (with_members) view.members = members_.View();
  return view;
}

}  // namespace florin::actors
