#include "actors/groups/attempts.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace florin::actors {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// Five bits a digit, and no letter that is taken for another.
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kNumberDigits = 9;

/// "30 s", "500 ms": for people.
std::string DurationText(std::int64_t ns) {
  if (ns % 1'000'000'000 == 0) return std::to_string(ns / 1'000'000'000) + " s";
  return std::to_string(ns / 1'000'000) + " ms";
}

domain::Refusal DeliveryUnknown(const std::string& delivery_id) {
  return {domain::Reason::kDeliveryUnknown,
          "delivery_id " + delivery_id +
              " is not one that this member has yet to acknowledge: it was acknowledged before, "
              "belongs to another member, or has timed out; nothing needs to be done: an event "
              "that is not finished comes again under another delivery_id",
          {{"delivery_id", delivery_id}}};
}

}  // namespace

GroupAttempts::GroupAttempts(std::string incarnation, const GroupLimits& limits,
                             GroupWindow* window, GroupDispatch* dispatch, GroupParked* parked,
                             GroupChanges* changes)
    : incarnation_(std::move(incarnation)),
      limits_(limits),
      window_(window),
      dispatch_(dispatch),
      parked_(parked),
      changes_(changes) {}

void GroupAttempts::Assign(GroupEntry* entry, GroupMemberState* member, std::int64_t now) {
  entry->state = GroupEntry::State::kInFlight;
  entry->delivery = ++last_delivery_;
  entry->member = member;
  entry->sent = false;
  StartTime(entry, now);
  in_flight_.emplace(entry->delivery, entry);
  if (dispatch_->InOrder()) entry->stream->active = entry;
  entry->stream->last_member = member->id;
  member->deliveries.PushBack(entry);
  member->outbox.push_back(entry->delivery);
  dispatch_->LeaveRoom(member);
  ++member->in_flight;
  ++member->given;
  dispatch_->SetRoom(member);
}

/// Requires: its time did not begin before, or it was taken out.
void GroupAttempts::StartTime(GroupEntry* entry, std::int64_t now) {
  entry->due = now + changes_->settings().ack_timeout_ns;
  timeouts_.PushBack(entry);
}

void GroupAttempts::Send(GroupMemberState* member, std::int64_t now, DeliveryBatch* batch) {
  std::size_t bytes = 0;
  while (!member->outbox.empty() && batch->deliveries.size() < limits_.batch_events &&
         bytes < limits_.batch_bytes) {
    const auto found = in_flight_.find(member->outbox.front());
    member->outbox.pop_front();
    // It timed out, or expired, before it was written.
    if (found == in_flight_.end()) continue;
    GroupEntry* entry = found->second;
    entry->sent = true;
    timeouts_.Remove(entry);
    StartTime(entry, now);
    bytes += entry->bytes.size();
    batch->deliveries.push_back(
        {entry->position, entry->attempts + 1, DeliveryId(entry->delivery), entry->bytes});
    ++counters_.delivered;
    if (entry->attempts > 0) ++counters_.redelivered;
  }
}

void GroupAttempts::Unsend(const GroupMemberState* member,
                           const std::vector<std::string>& delivery_ids) {
  for (const std::string& delivery_id : delivery_ids) {
    if (GroupEntry* entry = Find(member, delivery_id)) entry->sent = false;
  }
}

void GroupAttempts::Acknowledge(GroupMemberState* member, const AcknowledgeRequest& request,
                                std::int64_t now) {
  changes_->Mark();
  const auto refuse = [member](const std::string& delivery_id) {
    member->refusals.push_back({delivery_id, DeliveryUnknown(delivery_id)});
  };
  for (const std::string& delivery_id : request.delivery_ids) {
    if (GroupEntry* entry = Find(member, delivery_id)) {
      ++counters_.acknowledged;
      Finish(entry);
    } else {
      refuse(delivery_id);
    }
  }
  for (const NackRequest& nack : request.nacks) {
    if (GroupEntry* entry = Find(member, nack.delivery_id)) {
      Nack(entry, nack, now);
    } else {
      refuse(nack.delivery_id);
    }
  }
  for (const std::string& delivery_id : request.extend_delivery_ids) {
    if (GroupEntry* entry = Find(member, delivery_id)) {
      timeouts_.Remove(entry);
      StartTime(entry, now);
    } else {
      refuse(delivery_id);
    }
  }
}

void GroupAttempts::Nack(GroupEntry* entry, const NackRequest& nack, std::int64_t now) {
  switch (nack.action) {
    case NackAction::kSkip:
      Finish(entry);
      return;
    case NackAction::kRetry:
      Fail(entry, nack.reason, true, now);
      return;
    case NackAction::kPark:
      ++entry->attempts;
      ParkFailed(entry, nack.reason, now);
      return;
  }
}

void GroupAttempts::FailAll(GroupMemberState* member, const std::string& reason, std::int64_t now) {
  while (GroupEntry* entry = member->deliveries.front()) Fail(entry, reason, false, now);
}

void GroupAttempts::TakeBackAll(GroupMemberState* member) {
  while (GroupEntry* entry = member->deliveries.front()) {
    End(entry);
    dispatch_->Resume(entry);
  }
}

/// Back to kQueued.
void GroupAttempts::End(GroupEntry* entry) {
  GroupMemberState* member = entry->member;
  in_flight_.erase(entry->delivery);
  timeouts_.Remove(entry);
  member->deliveries.Remove(entry);
  dispatch_->LeaveRoom(member);
  --member->in_flight;
  dispatch_->SetRoom(member);
  if (entry->stream->active == entry) entry->stream->active = nullptr;
  entry->member = nullptr;
  entry->sent = false;
  entry->state = GroupEntry::State::kQueued;
}

/// Takes it out of everything; what is left is to be deleted.
void GroupAttempts::Withdraw(GroupEntry* entry) {
  if (entry->state == GroupEntry::State::kInFlight) {
    End(entry);
  } else {
    dispatch_->Remove(entry);
  }
  window_->memory().Drop(entry);
  if (entry->side) {
    parked_->Remove(entry);
  } else {
    window_->Remove(entry);
  }
  window_->failures().Erase(entry->position);
  entry->stream->queue.Remove(entry);
  changes_->Mark();
}

void GroupAttempts::Finish(GroupEntry* entry) {
  GroupStream* stream = entry->stream;
  // Its record goes, or the cursor does not pass it yet: a start would read it again.
  const bool remember =
      entry->side ? entry->position > window_->Cursor() : entry != window_->front();
  Withdraw(entry);
  if (remember) window_->finished().Insert(entry->position);
  window_->Delete(entry);
  dispatch_->Promote(stream);
}

/// An attempt without success. One that was not even written does not count.
void GroupAttempts::Fail(GroupEntry* entry, const std::string& reason, bool backoff,
                         std::int64_t now) {
  const std::int32_t attempts_max = changes_->settings().max_attempts;
  const bool counts = entry->sent;
  if (counts) {
    ++entry->attempts;
    window_->failures().Put(entry->position, entry->attempts, reason);
    changes_->Mark();
    if (attempts_max >= 0 && entry->attempts >= attempts_max) {
      ParkFailed(entry, reason, now);
      return;
    }
  }
  GroupStream* stream = entry->stream;
  End(entry);
  if (!counts || !backoff) {
    dispatch_->Resume(entry);
    return;
  }
  // Others have better use for the room.
  if (window_->memory().crowded()) window_->memory().Drop(entry);
  dispatch_->BackOff(entry, now + Backoff(entry->attempts));
  dispatch_->Promote(stream);
}

/// Doubles with each attempt that failed.
std::int64_t GroupAttempts::Backoff(std::int32_t attempts) const {
  const domain::GroupSettings& settings = changes_->settings();
  const int doublings = std::min(attempts - 1, 62);
  std::int64_t wait = settings.min_backoff_ns;
  for (int i = 0; i < doublings && wait < settings.max_backoff_ns; ++i)
    wait = wait > settings.max_backoff_ns / 2 ? settings.max_backoff_ns : 2 * wait;
  return std::min(wait, settings.max_backoff_ns);
}

/// For what its member said, or did. Requires: it is in flight.
void GroupAttempts::ParkFailed(GroupEntry* entry, const std::string& reason, std::int64_t now) {
  storage::ParkedRecord record;
  record.last_reason = reason;
  record.member_name = entry->member->request.member_name;
  record.principal = entry->member->request.principal;
  storage::ActionRecord action;
  action.principal = record.principal;
  action.member_name = record.member_name;
  action.reason = reason;
  action.position = entry->position;
  action.event_count = 1;
  changes_->Record(GroupActionKind::kParked, now, std::move(action));
  Park(entry, std::move(record), now);
}

/// `record` says why and by whom; the rest is the entry's.
void GroupAttempts::Park(GroupEntry* entry, storage::ParkedRecord record, std::int64_t now) {
  GroupStream* stream = entry->stream;
  record.position = entry->position;
  record.stream = stream->name;
  record.commit_time = entry->commit_time;
  record.attempts = entry->attempts;
  record.park_time = now;
  record.holds = dispatch_->InOrder() && !record.expired;
  Withdraw(entry);
  window_->Delete(entry);
  ++counters_.parked;
  parked_->Park(stream, std::move(record));
  dispatch_->Promote(stream);
}

void GroupAttempts::TimeOut(std::int64_t now) {
  const std::string reason =
      "not acknowledged within " + DurationText(changes_->settings().ack_timeout_ns);
  while (!timeouts_.empty() && timeouts_.front()->due <= now) {
    GroupEntry* entry = timeouts_.front();
    if (!entry->sent) {
      // It stood in line behind a write that does not end; others have room.
      dispatch_->LeaveRoom(entry->member);
      entry->member->stuck = true;
    }
    Fail(entry, reason, true, now);
  }
}

/// All the same, so that deadlines stay in order.
void GroupAttempts::RestartTimeouts(std::int64_t now) {
  for (GroupEntry* entry = timeouts_.front(); entry != nullptr; entry = WorkChain::Next(entry))
    entry->due = now + changes_->settings().ack_timeout_ns;
}

/// kNever without a time to live.
std::int64_t GroupAttempts::ExpiryOf(std::int64_t since) const {
  const std::optional<std::int64_t>& event_ttl_ns = changes_->settings().event_ttl_ns;
  if (!event_ttl_ns) return kNever;
  const std::int64_t base = std::max(since, changes_->base_time());
  return *event_ttl_ns > kNever - base ? kNever : base + *event_ttl_ns;
}

bool GroupAttempts::Expired(const GroupEntry* entry, std::int64_t now) const {
  return entry != nullptr && ExpiryOf(entry->since) <= now;
}

/// Times to live end in the order of the log, so only the first of window and side can be due.
void GroupAttempts::Expire(std::int64_t now) {
  if (!Expired(window_->front(), now) && !Expired(parked_->oldest_aside(), now)) return;
  storage::ActionRecord action;
  action.reason = "expired after " + DurationText(*changes_->settings().event_ttl_ns);
  storage::ParkedRecord record;
  record.expired = true;
  record.last_reason = action.reason;
  const auto park = [this, now, &action, &record](GroupEntry* entry) {
    if (action.event_count++ == 0) action.position = entry->position;
    Park(entry, record, now);
  };
  while (Expired(window_->front(), now)) park(window_->front());
  while (Expired(parked_->oldest_aside(), now)) park(parked_->oldest_aside());
  changes_->Record(GroupActionKind::kExpired, now, std::move(action));
}

std::int64_t GroupAttempts::NextTime() const {
  std::int64_t next = timeouts_.empty() ? kNever : timeouts_.front()->due;
  if (window_->front() != nullptr) next = std::min(next, ExpiryOf(window_->front()->since));
  if (parked_->oldest_aside() != nullptr)
    next = std::min(next, ExpiryOf(parked_->oldest_aside()->since));
  return next;
}

void GroupAttempts::Clear() {
  in_flight_.clear();
  timeouts_.Clear();
}

std::string GroupAttempts::DeliveryId(std::uint64_t delivery) const {
  std::string id = incarnation_;
  id.resize(incarnation_.size() + kNumberDigits);
  for (std::size_t i = id.size(); i > incarnation_.size(); --i) {
    id[i - 1] = kDigits[delivery & 31];
    delivery >>= 5;
  }
  return id;
}

/// Null: it is none that the member has.
GroupEntry* GroupAttempts::Find(const GroupMemberState* member,
                                const std::string& delivery_id) const {
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
