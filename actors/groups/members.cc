// Members: joining, what is written to them, leaving.

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "actors/groups/core.h"

namespace florin::actors {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// Five bits a digit, and no letter that is taken for another.
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kNumberDigits = 9;

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

}  // namespace

domain::Result<std::uint64_t> GroupCore::Join(const JoinRequest& request, std::int64_t now) {
  const auto before = std::find_if(members_.begin(), members_.end(), [&request](const auto& entry) {
    return entry.second->request.member_name == request.member_name;
  });
  if (before != members_.end()) {
    if (!request.take_over) return MemberExists(request, group_id_);
    ends_.push_back({before->first, TakenOver(request, group_id_)});
    LoseMember(before->second.get(), now);
  } else if (request.replaces_only || member_count() >= limits_.members_max) {
    return TooManyMembers(group_id_, limits_.members_max);
  }
  auto member = std::make_unique<Member>();
  member->id = ++last_member_;
  member->request = request;
  member->join_time = now;
  member->write_time = now;
  SetTimer(member.get());
  SetRoom(member.get());
  Touch(member.get());
  members_.emplace(member->id, std::move(member));
  return last_member_;
}

GroupCore::Member* GroupCore::FindMember(std::uint64_t id) {
  const auto found = members_.find(id);
  return found == members_.end() ? nullptr : found->second.get();
}

void GroupCore::Touch(Member* member) {
  if (std::exchange(member->touched, true)) return;
  touched_.push_back(member->id);
}

void GroupCore::RemoveMember(Member* member) {
  if (member->in_room) room_.erase({member->in_flight, member->given, member->id});
  if (member->timer != 0) member_timers_.erase({member->timer, member->id});
  members_.erase(member->id);
  if (members_.empty()) DropAllBytes();
}

/// Its attempts end without success; the next ones come at once.
void GroupCore::LoseMember(Member* member, std::int64_t now) {
  const std::string reason = "member " + member->request.member_name + " left";
  // Out of the room first, or it would be given its own events again.
  if (member->in_room) room_.erase({member->in_flight, member->given, member->id});
  member->in_room = false;
  member->stuck = true;
  while (GroupEntry* entry = member->deliveries.front()) Fail(entry, reason, false, now);
  RemoveMember(member);
}

void GroupCore::Leave(std::uint64_t id, const std::vector<std::string>& unsent, std::int64_t now) {
  Member* member = FindMember(id);
  if (member == nullptr) return;
  for (const std::string& delivery_id : unsent) {
    if (GroupEntry* entry = FindDelivery(member, delivery_id)) entry->sent = false;
  }
  LoseMember(member, now);
}

void GroupCore::EndMembers(const domain::Refusal& refusal) {
  while (!members_.empty()) {
    Member* member = members_.begin()->second.get();
    ends_.push_back({member->id, refusal});
    while (GroupEntry* entry = member->deliveries.front()) {
      GroupStream* stream = entry->stream;
      EndDelivery(entry);
      if (InOrder()) {
        Promote(stream);
      } else {
        MakeReady(entry);
      }
    }
    RemoveMember(member);
  }
}

void GroupCore::WriteDone(std::uint64_t id, std::int64_t now) {
  Member* member = FindMember(id);
  if (member == nullptr) return;
  member->writing = false;
  member->write_time = now;
  member->stuck = false;
  SetRoom(member);
  SetTimer(member);
  Touch(member);
}

std::int64_t GroupCore::MemberDeadline(const Member& member) const {
  const std::int64_t wait = member.writing ? limits_.stall_timeout_ns : member.request.heartbeat_ns;
  return wait > kNever - member.write_time ? kNever : member.write_time + wait;
}

/// A timer that comes too early sets itself again, so a write, which moves the deadline, seldom
/// costs anything here.
void GroupCore::SetTimer(Member* member) {
  const std::int64_t deadline = MemberDeadline(*member);
  if (member->timer != 0 && member->timer <= deadline) return;
  if (member->timer != 0) member_timers_.erase({member->timer, member->id});
  member->timer = deadline;
  member_timers_.emplace(deadline, member->id);
}

void GroupCore::VisitMembers(std::int64_t now, GroupOutput* output) {
  while (!member_timers_.empty() && member_timers_.begin()->first <= now) {
    const std::uint64_t id = member_timers_.begin()->second;
    member_timers_.erase(member_timers_.begin());
    Member* member = FindMember(id);
    member->timer = 0;
    if (member->writing && MemberDeadline(*member) <= now) {
      ends_.push_back({id, Stalled(member->request.member_name, limits_.stall_timeout_ns)});
      LoseMember(member, now);
      continue;
    }
    VisitMember(member, now, output);
    SetTimer(member);
  }
  // What a lost member had goes to others at once.
  Dispatch(now);
  for (const std::uint64_t id : std::exchange(touched_, {})) {
    Member* member = FindMember(id);
    if (member == nullptr) continue;
    member->touched = false;
    VisitMember(member, now, output);
  }
}

void GroupCore::VisitMember(Member* member, std::int64_t now, GroupOutput* output) {
  if (member->writing) return;
  const bool heartbeat = MemberDeadline(*member) <= now;
  DeliveryBatch batch = FillBatch(member, now);
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

DeliveryBatch GroupCore::FillBatch(Member* member, std::int64_t now) {
  DeliveryBatch batch;
  batch.refusals = std::exchange(member->refusals, {});
  batch.head_position = head_;
  batch.caught_up = CaughtUp();
  batch.durable_acknowledge_count = member->acks_durable;
  std::size_t bytes = 0;
  while (!member->outbox.empty() && batch.deliveries.size() < limits_.batch_events &&
         bytes < limits_.batch_bytes) {
    const auto found = in_flight_.find(member->outbox.front());
    member->outbox.pop_front();
    // It timed out, or expired, before it was written.
    if (found == in_flight_.end()) continue;
    GroupEntry* entry = found->second;
    entry->sent = true;
    // The member's time begins now.
    acks_.Remove(entry);
    entry->due = now + state_.settings.ack_timeout_ns;
    acks_.PushBack(entry);
    bytes += entry->bytes.size();
    batch.deliveries.push_back(
        {entry->position, entry->attempts + 1, DeliveryId(entry->delivery), entry->bytes});
    ++counters_.delivered;
    if (entry->attempts > 0) ++counters_.redelivered;
  }
  return batch;
}

/// Once for each time that members heard the contrary.
void GroupCore::TellCaughtUp() {
  const bool caught_up = CaughtUp();
  if (caught_up && !told_caught_up_) {
    for (const auto& [id, member] : members_) {
      if (!member->told_caught_up) Touch(member.get());
    }
  }
  told_caught_up_ = caught_up;
}

std::string GroupCore::DeliveryId(std::uint64_t delivery) const {
  std::string id = incarnation_;
  id.resize(incarnation_.size() + kNumberDigits);
  for (std::size_t i = id.size(); i > incarnation_.size(); --i) {
    id[i - 1] = kDigits[delivery & 31];
    delivery >>= 5;
  }
  return id;
}

GroupEntry* GroupCore::FindDelivery(const Member* member, const std::string& delivery_id) const {
  if (delivery_id.size() != incarnation_.size() + kNumberDigits ||
      !delivery_id.starts_with(incarnation_))
    return nullptr;
  std::uint64_t delivery = 0;
  for (std::size_t i = incarnation_.size(); i < delivery_id.size(); ++i) {
    const std::size_t digit = kDigits.find(delivery_id[i]);
    if (digit == std::string_view::npos) return nullptr;
    delivery = delivery << 5 | digit;
  }
  const auto found = in_flight_.find(delivery);
  if (found == in_flight_.end() || found->second->member != member) return nullptr;
  // Assigned, but the member cannot know it yet.
  return found->second->sent ? found->second : nullptr;
}

}  // namespace florin::actors
