#include "server/convert/group_views.h"

#include <fmt/format.h>

#include <string>

#include "server/convert/event_checkpoint.h"
#include "server/convert/group_settings.h"
#include "storage/events/proto_convert.h"

namespace florin::server {
namespace {

void ToProto(const actors::GroupMemberView& member, v1::GroupMember* out) {
  out->set_member_name(member.member_name);
  out->set_principal(member.principal);
  storage::ToProto(member.join_time, out->mutable_join_time());
  out->set_in_flight_count(member.in_flight_count);
  if (member.oldest_unacked_time)
    storage::ToProto(*member.oldest_unacked_time, out->mutable_oldest_unacked_time());
  out->mutable_streams()->Add(member.streams.begin(), member.streams.end());
}

}  // namespace

void ToProto(const actors::GroupView& group, std::string_view ledger_id, v1::Group* out) {
  out->set_group_id(group.group_id);
  ToProto(group.settings, out->mutable_settings());
  out->set_position(group.position);
  out->set_head_position(group.head_position);
  out->set_lag_count(group.head_position - group.position);
  out->set_parked_count(group.parked_count);
  out->set_member_count(group.member_count);
  if (group.oldest_unacked_time)
    storage::ToProto(*group.oldest_unacked_time, out->mutable_oldest_unacked_time());
  out->set_checkpoint(EncodeCheckpoint(ledger_id, group.position));
  out->set_waiting_count(group.waiting_count);
  out->set_expired_count(group.expired_count);
  out->set_blocked(group.blocked);
  for (const actors::GroupMemberView& member : group.members) ToProto(member, out->add_members());
}

domain::Status ToProto(const actors::ParkedEventView& parked, v1::ParkedEvent* out) {
  if (!out->mutable_event()->ParseFromString(parked.event_bytes)) {
    return domain::Refusal{
        domain::Reason::kDataCorrupt,
        fmt::format("the parked event of position {} does not decode", parked.position),
        {{"position", std::to_string(parked.position)}}};
  }
  out->set_attempts(parked.attempts);
  out->set_last_reason(parked.last_reason);
  storage::ToProto(parked.park_time, out->mutable_park_time());
  out->set_member_name(parked.member_name);
  out->set_principal(parked.principal);
  out->set_waiting_count(parked.waiting_count);
  return domain::Ok{};
}

void ToProto(const actors::GroupActionView& action, v1::GroupAction* out) {
  out->set_number(action.number);
  out->set_kind(static_cast<v1::GroupActionKind>(action.kind));
  storage::ToProto(action.time, out->mutable_time());
  out->set_principal(action.principal);
  out->set_member_name(action.member_name);
  out->set_reason(action.reason);
  out->set_position(action.position);
  out->set_event_count(action.event_count);
}

}  // namespace florin::server
