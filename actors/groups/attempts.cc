// How attempts end: acknowledged, failed, out of time, parked.

#include <algorithm>
#include <limits>
#include <utility>

#include "actors/groups/core.h"

namespace florin::actors {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

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

void GroupCore::Acknowledge(std::uint64_t id, const AcknowledgeRequest& request, std::int64_t now) {
  Member* member = FindMember(id);
  if (member == nullptr) return;
  ++member->acks_received;
  changed_ = true;
  const auto refuse = [member](const std::string& delivery_id) {
    member->refusals.push_back({delivery_id, DeliveryUnknown(delivery_id)});
  };
  for (const std::string& delivery_id : request.delivery_ids) {
    if (GroupEntry* entry = FindDelivery(member, delivery_id)) {
      ++counters_.acknowledged;
      Finish(entry);
    } else {
      refuse(delivery_id);
    }
  }
  for (const NackRequest& nack : request.nacks) {
    if (GroupEntry* entry = FindDelivery(member, nack.delivery_id)) {
      Nack(member, entry, nack, now);
    } else {
      refuse(nack.delivery_id);
    }
  }
  for (const std::string& delivery_id : request.extend_delivery_ids) {
    if (GroupEntry* entry = FindDelivery(member, delivery_id)) {
      acks_.Remove(entry);
      entry->due = now + state_.settings.ack_timeout_ns;
      acks_.PushBack(entry);
    } else {
      refuse(delivery_id);
    }
  }
  Touch(member);
}

void GroupCore::Nack(Member* member, GroupEntry* entry, const NackRequest& nack, std::int64_t now) {
  switch (nack.action) {
    case NackAction::kSkip:
      Finish(entry);
      return;
    case NackAction::kRetry:
      Fail(entry, nack.reason, true, now);
      return;
    case NackAction::kPark: {
      storage::ParkedRecord record;
      record.last_reason = nack.reason;
      record.member_name = member->request.member_name;
      record.principal = member->request.principal;
      ++entry->attempts;
      Park(entry, std::move(record), now);
      return;
    }
  }
}

void GroupCore::EndDelivery(GroupEntry* entry) {
  Member* member = entry->member;
  in_flight_.erase(entry->delivery);
  acks_.Remove(entry);
  member->deliveries.Remove(entry);
  if (member->in_room) room_.erase({member->in_flight, member->given, member->id});
  member->in_room = false;
  --member->in_flight;
  SetRoom(member);
  if (entry->stream->active == entry) entry->stream->active = nullptr;
  entry->member = nullptr;
  entry->sent = false;
  entry->state = EntryState::kQueued;
}

/// Takes it out of everything; what is left is to be deleted.
void GroupCore::Withdraw(GroupEntry* entry) {
  GroupStream* stream = entry->stream;
  switch (entry->state) {
    case EntryState::kInFlight:
      EndDelivery(entry);
      break;
    case EntryState::kReady:
    case EntryState::kLoading:
      Unready(entry);
      break;
    case EntryState::kBackoff:
      backoffs_.erase({entry->due, entry->position});
      break;
    case EntryState::kQueued:
      break;
  }
  DropBytes(entry);
  if (entry->side) {
    if (stream->Holds(entry->position)) {
      --stream->waiting;
      --waiting_;
    }
    side_.erase(entry->position);
    side_ages_.erase({entry->since, entry->position});
    changed_waiting_.insert(entry->position);
  } else {
    window_.Remove(entry);
    --window_count_;
  }
  if (failed_.erase(entry->position) != 0) changed_attempts_.insert(entry->position);
  stream->queue.Remove(entry);
  changed_ = true;
}

void GroupCore::Finish(GroupEntry* entry) {
  GroupStream* stream = entry->stream;
  // Its record goes, or the cursor does not pass it yet: a start would read it again.
  const bool remember = entry->side ? entry->position > Cursor() : entry != window_.front();
  Withdraw(entry);
  if (remember) finished_.Insert(entry->position);
  Delete(entry);
  Promote(stream);
}

/// An attempt without success. One that was not even written does not count.
void GroupCore::Fail(GroupEntry* entry, const std::string& reason, bool backoff, std::int64_t now) {
  const domain::GroupSettings& settings = state_.settings;
  const JoinRequest& member = entry->member->request;
  const bool counts = entry->sent;
  if (counts) {
    ++entry->attempts;
    failed_[entry->position] = {entry->position, entry->attempts, reason};
    changed_attempts_.insert(entry->position);
    changed_ = true;
    if (settings.max_attempts >= 0 && entry->attempts >= settings.max_attempts) {
      storage::ParkedRecord record;
      record.last_reason = reason;
      record.member_name = member.member_name;
      record.principal = member.principal;
      Park(entry, std::move(record), now);
      return;
    }
  }
  GroupStream* stream = entry->stream;
  EndDelivery(entry);
  if (counts && backoff) {
    const int doublings = std::min(entry->attempts - 1, 62);
    std::int64_t wait = settings.min_backoff_ns;
    for (int i = 0; i < doublings && wait < settings.max_backoff_ns; ++i)
      wait = wait > settings.max_backoff_ns / 2 ? settings.max_backoff_ns : 2 * wait;
    // Others have better use for the room.
    if (crowded_) DropBytes(entry);
    entry->state = EntryState::kBackoff;
    entry->due = now + std::min(wait, settings.max_backoff_ns);
    backoffs_.emplace(std::make_pair(entry->due, entry->position), entry);
  } else if (!InOrder()) {
    MakeReady(entry);
    return;
  }
  Promote(stream);
}

/// `record` says why and by whom; the rest is the entry's.
void GroupCore::Park(GroupEntry* entry, storage::ParkedRecord record, std::int64_t now) {
  GroupStream* stream = entry->stream;
  record.position = entry->position;
  record.stream = stream->name;
  record.commit_time = entry->commit_time;
  record.attempts = entry->attempts;
  record.park_time = now;
  record.holds = InOrder() && !record.expired;
  Withdraw(entry);
  Delete(entry);
  if (record.holds) {
    stream->holders.insert(
        std::upper_bound(stream->holders.begin(), stream->holders.end(), record.position),
        record.position);
  }
  if (record.expired) {
    ++expired_;
  } else {
    storage::ActionRecord action;
    action.principal = record.principal;
    action.member_name = record.member_name;
    action.reason = record.last_reason;
    action.position = record.position;
    action.event_count = 1;
    Record(GroupActionKind::kParked, now, std::move(action));
  }
  ++counters_.parked;
  changed_parked_.insert(record.position);
  const bool holds = record.holds;
  parked_.emplace(record.position, std::move(record));
  if (holds) {
    MoveHeldAside(stream);
    Recount(stream);
  }
  Promote(stream);
}

void GroupCore::TimeOut(std::int64_t now) {
  const std::string reason =
      "not acknowledged within " + DurationText(state_.settings.ack_timeout_ns);
  while (!acks_.empty() && acks_.front()->due <= now) {
    GroupEntry* entry = acks_.front();
    if (!entry->sent) {
      // It stood in line behind a write that does not end; others have room.
      Member* member = entry->member;
      if (member->in_room) room_.erase({member->in_flight, member->given, member->id});
      member->in_room = false;
      member->stuck = true;
    }
    Fail(entry, reason, true, now);
  }
}

void GroupCore::EndBackoffs(std::int64_t now) {
  while (!backoffs_.empty() && backoffs_.begin()->first.first <= now) {
    GroupEntry* entry = backoffs_.begin()->second;
    backoffs_.erase(backoffs_.begin());
    entry->state = EntryState::kQueued;
    if (InOrder()) {
      Promote(entry->stream);
    } else {
      MakeReady(entry);
    }
  }
}

/// kNever without a time to live.
std::int64_t GroupCore::ExpiryOf(std::int64_t since) const {
  if (!state_.settings.event_ttl_ns) return kNever;
  const std::int64_t base = std::max(since, state_.base_time);
  return *state_.settings.event_ttl_ns > kNever - base ? kNever
                                                       : base + *state_.settings.event_ttl_ns;
}

/// Times to live end in the order of the log, so only the first of window and side can be due.
void GroupCore::Expire(std::int64_t now) {
  if (!state_.settings.event_ttl_ns) return;
  storage::ActionRecord action;
  while (!window_.empty() && ExpiryOf(window_.front()->since) <= now) {
    if (action.event_count++ == 0) action.position = window_.front()->position;
    ExpireOne(window_.front(), now);
  }
  while (!side_ages_.empty() && ExpiryOf(side_ages_.begin()->first) <= now) {
    const std::int64_t position = side_ages_.begin()->second;
    if (action.event_count++ == 0) action.position = position;
    ExpireOne(side_.at(position), now);
  }
  if (action.event_count == 0) return;
  action.reason = "expired after " + DurationText(*state_.settings.event_ttl_ns);
  Record(GroupActionKind::kExpired, now, std::move(action));
}

void GroupCore::ExpireOne(GroupEntry* entry, std::int64_t now) {
  storage::ParkedRecord record;
  record.expired = true;
  record.last_reason = "expired after " + DurationText(*state_.settings.event_ttl_ns);
  Park(entry, std::move(record), now);
}

}  // namespace florin::actors
