#include "actors/groups/members.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace florin::actors {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

domain::Refusal MemberExists(const JoinRequest& request, const std::string& group_id) {
  return {domain::Reason::kMemberExists,
          "member " + request.member_name + " of consumer group " + group_id +
              " is connected; choose another member_name, or set take_over to end that connection",
          {{"group_id", group_id}, {"member_name", request.member_name}}};
}

domain::Refusal TakenOver(const JoinRequest& request, const std::string& group_id) {
  return {domain::Reason::kMemberExists,
          "another connection took over the name " + request.member_name + " in consumer group " +
              group_id + "; give each running consumer a member_name of its own",
          {{"group_id", group_id}, {"member_name", request.member_name}}};
}

domain::Refusal TooManyMembers(const std::string& group_id, std::int32_t limit) {
  const std::string text = std::to_string(limit);
  return {domain::Reason::kOverloaded,
          text +
              " members of consumer groups are connected, which is the limit; try again when one "
              "has left, or raise --max-group-members",
          {{"group_id", group_id}, {"limit", text}}};
}

domain::Refusal Stalled(const std::string& member_name, std::int64_t timeout_ns) {
  const std::string seconds = std::to_string(timeout_ns / 1'000'000'000);
  return {domain::Reason::kSubscriberStalled,
          "member " + member_name + " read nothing for " + seconds +
              " s, so its events went to others; join again and read faster",
          {{"member_name", member_name}}};
}

GroupMemberView ViewOf(const GroupMemberState& member) {
  GroupMemberView view;
  view.member_name = member.request.member_name;
  view.principal = member.request.principal;
  view.join_time = member.join_time;
  view.in_flight_count = member.in_flight;
  std::set<std::string> streams;
  for (const GroupEntry* entry = member.deliveries.front(); entry != nullptr;
       entry = MemberChain::Next(entry)) {
    const std::int64_t time = entry->commit_time;
    view.oldest_unacked_time = std::min(time, view.oldest_unacked_time.value_or(time));
    streams.insert(entry->stream->name);
    if (streams.size() > 100) streams.erase(std::prev(streams.end()));
  }
  view.streams.assign(streams.begin(), streams.end());
  return view;
}

}  // namespace

GroupMembers::GroupMembers(const std::string& group_id, const GroupLimits& limits,
                           GroupWindow* window, GroupDispatch* dispatch, GroupParked* parked,
                           GroupAttempts* attempts)
    : group_id_(group_id),
      limits_(limits),
      window_(window),
      dispatch_(dispatch),
      parked_(parked),
      attempts_(attempts) {}

domain::Result<std::uint64_t> GroupMembers::Join(const JoinRequest& request, std::int64_t now) {
  const auto before = std::find_if(members_.begin(), members_.end(), [&request](const auto& entry) {
    return entry.second->request.member_name == request.member_name;
  });
  if (before != members_.end()) {
    if (!request.take_over) return MemberExists(request, group_id_);
    ends_.push_back({before->first, TakenOver(request, group_id_)});
    Lose(before->second.get(), now);
  } else if (request.replaces_only || count() >= limits_.members_max) {
    return TooManyMembers(group_id_, limits_.members_max);
  }
  auto member = std::make_unique<Member>();
  member->id = ++last_member_;
  member->request = request;
  member->join_time = now;
  member->write_time = now;
  SetTimer(member.get());
  dispatch_->SetRoom(member.get());
  Touch(member.get());
  members_.emplace(member->id, std::move(member));
  return last_member_;
}

GroupMemberState* GroupMembers::Find(std::uint64_t id) const {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : found->second.get();
}

void GroupMembers::Touch(Member* member) {
  if (std::exchange(member->touched, true)) return;
  touched_.push_back(member->id);
}

void GroupMembers::Remove(Member* member) {
  dispatch_->LeaveRoom(member);
  if (member->timer != 0) timers_.erase({member->timer, member->id});
  members_.erase(member->id);
  if (members_.empty()) DropAllBytes();
}

/// Nobody is there to take them: the other groups may have the room, and who comes has them read
/// again.
void GroupMembers::DropAllBytes() {
  const GroupMemory& memory = window_->memory();
  for (GroupEntry* entry = window_->front(); entry != nullptr && memory.events() > 0;
       entry = WindowChain::Next(entry))
    dispatch_->DropBytes(entry);
  const GroupParked::SideEntries& side = parked_->side();
  for (auto entry = side.begin(); entry != side.end() && memory.events() > 0; ++entry)
    dispatch_->DropBytes(entry->second);
}

/// Its attempts end without success; the next ones come at once.
void GroupMembers::Lose(Member* member, std::int64_t now) {
  // Out of the room first, or it would be given its own events again.
  dispatch_->LeaveRoom(member);
  member->stuck = true;
  attempts_->FailAll(member, "member " + member->request.member_name + " left", now);
  Remove(member);
}

void GroupMembers::Leave(std::uint64_t id, const std::vector<std::string>& unsent,
                         std::int64_t now) {
  Member* member = Find(id);
  if (member == nullptr) return;
  attempts_->Unsend(member, unsent);
  Lose(member, now);
}

void GroupMembers::EndAll(const domain::Refusal& refusal) {
  while (!members_.empty()) {
    Member* member = members_.begin()->second.get();
    ends_.push_back({member->id, refusal});
    attempts_->TakeBackAll(member);
    Remove(member);
  }
}

void GroupMembers::WriteDone(std::uint64_t id, std::int64_t now) {
  Member* member = Find(id);
  if (member == nullptr) return;
  member->writing = false;
  member->write_time = now;
  member->stuck = false;
  dispatch_->SetRoom(member);
  SetTimer(member);
  Touch(member);
}

void GroupMembers::Acknowledge(std::uint64_t id, const AcknowledgeRequest& request,
                               std::int64_t now) {
  Member* member = Find(id);
  if (member == nullptr) return;
  ++member->acks_received;
  attempts_->Acknowledge(member, request, now);
  Touch(member);
}

void GroupMembers::OnTaken() {
  for (const auto& [id, member] : members_) member->acks_taken = member->acks_received;
}

void GroupMembers::OnDurable() {
  for (const auto& [id, member] : members_) {
    if (member->acks_durable == member->acks_taken) continue;
    member->acks_durable = member->acks_taken;
    Touch(member.get());
  }
}

void GroupMembers::SetRooms() {
  for (const auto& [id, member] : members_) dispatch_->SetRoom(member.get());
}

void GroupMembers::ForgetDeliveries() {
  for (const auto& [id, member] : members_) {
    member->deliveries.Clear();
    member->outbox.clear();
    member->in_flight = 0;
    member->stuck = false;
    dispatch_->SetRoom(member.get());
    Touch(member.get());
  }
}

void GroupMembers::HandOut(std::int64_t now) {
  while (dispatch_->HasRoom()) {
    GroupEntry* entry = dispatch_->TakeNext(parked_->Blocked());
    if (entry == nullptr) return;
    const std::uint64_t last = entry->stream->last_member;
    Member* member = dispatch_->Choose(last == 0 ? nullptr : Find(last));
    attempts_->Assign(entry, member, now);
    Touch(member);
  }
}

std::int64_t GroupMembers::Deadline(const Member& member) const {
  const std::int64_t wait = member.writing ? limits_.stall_timeout_ns : member.request.heartbeat_ns;
  return wait > kNever - member.write_time ? kNever : member.write_time + wait;
}

/// A timer that comes too early sets itself again, so a write, which moves the deadline, seldom
/// costs anything here.
void GroupMembers::SetTimer(Member* member) {
  const std::int64_t deadline = Deadline(*member);
  if (member->timer != 0 && member->timer <= deadline) return;
  if (member->timer != 0) timers_.erase({member->timer, member->id});
  member->timer = deadline;
  timers_.emplace(deadline, member->id);
}

std::int64_t GroupMembers::NextTime() const {
  return timers_.empty() ? kNever : timers_.begin()->first;
}

void GroupMembers::Visit(std::int64_t now, std::int64_t head, GroupOutput* output) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::uint64_t id = timers_.begin()->second;
    timers_.erase(timers_.begin());
    Member* member = Find(id);
    member->timer = 0;
    if (member->writing && Deadline(*member) <= now) {
      ends_.push_back({id, Stalled(member->request.member_name, limits_.stall_timeout_ns)});
      Lose(member, now);
      continue;
    }
    VisitOne(member, now, head, output);
    SetTimer(member);
  }
  // What a lost member had goes to others at once.
  HandOut(now);
  for (const std::uint64_t id : std::exchange(touched_, {})) {
    Member* member = Find(id);
    if (member == nullptr) continue;
    member->touched = false;
    VisitOne(member, now, head, output);
  }
  output->ends = std::exchange(ends_, {});
}

void GroupMembers::VisitOne(Member* member, std::int64_t now, std::int64_t head,
                            GroupOutput* output) {
  if (member->writing) return;
  const bool heartbeat = Deadline(*member) <= now;
  DeliveryBatch batch;
  batch.refusals = std::exchange(member->refusals, {});
  batch.head_position = head;
  batch.caught_up = CaughtUp(head);
  batch.durable_acknowledge_count = member->acks_durable;
  attempts_->Send(member, now, &batch);
  // The first response says that the member is in: it goes at once, also where there is nothing to
  // give, so that who joins again after an outage knows that it is over.
  const bool news = !member->told_joined || !batch.deliveries.empty() || !batch.refusals.empty() ||
                    member->acks_durable > member->acks_told ||
                    (batch.caught_up && !member->told_caught_up);
  if (!news && !heartbeat) return;
  member->acks_told = member->acks_durable;
  member->told_joined = true;
  member->told_caught_up = batch.caught_up;
  member->writing = true;
  member->write_time = now;
  output->writes.push_back({member->id, std::move(batch)});
}

bool GroupMembers::CaughtUp(std::int64_t head) const {
  return window_->read_through() >= head && dispatch_->Idle() && !parked_->held_in_window();
}

void GroupMembers::TellCaughtUp(std::int64_t head) {
  const bool caught_up = CaughtUp(head);
  if (caught_up && !told_caught_up_) {
    for (const auto& [id, member] : members_) {
      if (!member->told_caught_up) Touch(member.get());
    }
  }
  told_caught_up_ = caught_up;
}

std::vector<GroupMemberView> GroupMembers::View() const {
  std::vector<GroupMemberView> views;
  views.reserve(members_.size());
  for (const auto& [id, member] : members_) views.push_back(ViewOf(*member));
  std::sort(views.begin(), views.end(),
            [](const auto& a, const auto& b) { return a.member_name < b.member_name; });
  return views;
}

}  // namespace florin::actors
