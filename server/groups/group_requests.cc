#include "server/groups/group_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "server/convert/event_checkpoint.h"
#include "server/convert/group_settings.h"
#include "server/convert/shape.h"
#include "server/events/event_requests.h"
#include "server/rpc/page_token.h"
#include "server/rpc/quote.h"
#include "storage/events/codec.h"

namespace florin::server {
namespace {

using domain::Reason;

template <typename Request>
bool HasStart(const Request& request) {
  return request.has_beginning() || request.has_end() || request.has_position() ||
         request.has_time() || request.has_after_checkpoint();
}

// The part that needs no log.
template <typename Request>
GroupStart CheckStart(const Request& request, const LogEnds& log, Shape* shape) {
  GroupStart start;
  const auto check_true = [shape](std::string_view field, bool present, bool value) {
    if (present && !value)
      shape->Invalid({field}, "must be true or absent: false does not say where to start");
  };
  check_true("beginning", request.has_beginning(), request.beginning());
  check_true("end", request.has_end(), request.end());
  if (request.has_end()) start.after = log.head;
  if (request.has_time()) start.time = shape->Time({"time"}, request.time());
  if (request.has_position()) {
    if (request.position() < 1) {
      shape->Invalid(
          {"position"},
          fmt::format(
              "is {}; it is the position of the first event to deliver, and positions count from 1",
              request.position()));
    }
    start.after = request.position() - 1;
  }
  return start;
}

// A checkpoint names its ledger, so a wrong one is malformed whatever the log is.
template <typename Request>
domain::Status PlaceStart(const Request& request, const LogEnds& log, GroupStart* start) {
  // Empty: the beginning, as in a subscription.
  if (!request.has_after_checkpoint() || request.after_checkpoint().empty()) return domain::Ok{};
  const auto after = DecodeCheckpoint(request.after_checkpoint(), log.ledger_id, log.head);
  if (!after.ok()) return after.refusal();
  start->after = *after;
  return domain::Ok{};
}

PageQuery ToPage(int page_size, const std::string& page_token, Shape* shape) {
  const domain::Result<int> size = PageSize(page_size);
  if (!size.ok()) shape->Invalid({"page_size"}, "is below 0; it must be 0 to 1000");
  return {size.ok() ? *size : 0, page_token};
}

template <typename Request>
domain::Result<GroupPageQuery> ToPageOfGroup(const Request& request) {
  Shape shape;
  shape.Id({"group_id"}, request.group_id(), IdKind::kGroup);
  PageQuery page = ToPage(request.page_size(), request.page_token(), &shape);
  if (!shape.ok()) return shape.refusal();
  return GroupPageQuery{request.group_id(), std::move(page)};
}

domain::Refusal TooMany(std::string_view field, int count) {
  return {Reason::kTooManyItems,
          fmt::format("{} has {} entries; at most {} are allowed: send several requests", field,
                      count, kGroupIdsMax),
          {{"field", std::string(field)}, {"limit", std::to_string(kGroupIdsMax)}}};
}

template <typename Request>
domain::Result<ParkedChange> ToChange(const Request& request) {
  Shape shape;
  ParkedChange change;
  shape.Id({"group_id"}, request.group_id(), IdKind::kGroup);
  shape.Text({"reason"}, request.reason(), kLongTextBytesMax);
  shape.Present({"event_ids"}, request.all() || request.event_ids_size() > 0);
  if (request.all() && request.event_ids_size() > 0) {
    shape.Invalid({"all"}, "is true, but there are event_ids as well: send one of them");
  }
  for (int i = 0; i < std::min(request.event_ids_size(), kGroupIdsMax); ++i) {
    const auto position = storage::EventIdPosition(request.event_ids(i));
    if (position) {
      change.selection.positions.push_back(*position);
    } else {
      shape.Invalid(
          {"", "event_ids", i},
          fmt::format("is {}, which is not an event_id; send it as ListParkedEvents returns it",
                      Quote(request.event_ids(i))));
    }
  }
  if (!shape.ok()) return shape.refusal();
  if (request.event_ids_size() > kGroupIdsMax)
    return TooMany("event_ids", request.event_ids_size());
  auto& positions = change.selection.positions;
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  change.selection.all = request.all();
  change.group_id = request.group_id();
  change.reason = request.reason();
  return change;
}

std::int64_t ToHeartbeat(const v1::JoinGroup& join, Shape* shape) {
  if (!join.has_heartbeat_interval()) return actors::JoinRequest().heartbeat_ns;
  return shape
      ->DurationWithin({"join.heartbeat_interval"}, join.heartbeat_interval(), kHeartbeatRange)
      .value_or(0);
}

// Ours have 15 bytes. Of a longer one, which is unknown, enough to say so.
constexpr std::size_t kDeliveryIdBytesMax = 64;

std::string ToDeliveryId(const std::string& id) {
  return std::string(CutUtf8(id, kDeliveryIdBytesMax));
}

std::vector<std::string> ToDeliveryIds(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  std::vector<std::string> out;
  out.reserve(static_cast<std::size_t>(ids.size()));
  for (const std::string& id : ids) out.push_back(ToDeliveryId(id));
  return out;
}

bool IsNackAction(int action) {
  return action >= v1::NACK_ACTION_RETRY && action <= v1::NACK_ACTION_SKIP;
}

void CheckNack(const v1::Nack& nack, int index, Shape* shape) {
  const Field field{"action", "acknowledge.nacks", index};
  if (!shape->Present(field, nack.action() != v1::NACK_ACTION_UNSPECIFIED)) return;
  if (!IsNackAction(nack.action())) {
    shape->Invalid(
        field, fmt::format("is {}, which is not a NackAction; use 1 (RETRY), 2 (PARK) or 3 (SKIP)",
                           static_cast<int>(nack.action())));
  }
}

}  // namespace

domain::Result<GroupCreation> ToGroupCreation(const v1::CreateGroupRequest& request,
                                              const LogEnds& log) {
  Shape shape;
  GroupCreation creation;
  shape.Id({"group_id"}, request.group_id(), IdKind::kGroup);
  creation.group_id = request.group_id();
  creation.settings = ToGroupSettings(request.settings(), &shape);
  creation.start = CheckStart(request, log, &shape);
  if (!shape.ok()) return shape.refusal();
  const auto filter = CheckGroupFilter(creation.settings);
  if (!filter.ok()) return filter.refusal();
  const auto placed = PlaceStart(request, log, &creation.start);
  if (!placed.ok()) return placed.refusal();
  return creation;
}

domain::Result<GroupUpdate> ToGroupUpdate(const v1::UpdateGroupRequest& request) {
  Shape shape;
  GroupUpdate update;
  shape.Id({"group_id"}, request.group_id(), IdKind::kGroup);
  // Forgotten, they would set everything back to the defaults.
  shape.Present({"settings"}, request.has_settings());
  update.group_id = request.group_id();
  update.settings = ToGroupSettings(request.settings(), &shape);
  if (!shape.ok()) return shape.refusal();
  const auto filter = CheckGroupFilter(update.settings);
  if (!filter.ok()) return filter.refusal();
  return update;
}

domain::Result<GroupReset> ToGroupReset(const v1::ResetGroupRequest& request, const LogEnds& log) {
  Shape shape;
  GroupReset reset;
  shape.Id({"group_id"}, request.group_id(), IdKind::kGroup);
  shape.Present({"to"}, HasStart(request));
  reset.start = CheckStart(request, log, &shape);
  shape.Text({"reason"}, request.reason(), kLongTextBytesMax);
  if (!shape.ok()) return shape.refusal();
  const auto placed = PlaceStart(request, log, &reset.start);
  if (!placed.ok()) return placed.refusal();
  reset.group_id = request.group_id();
  reset.reason = request.reason();
  reset.discard_parked = request.discard_parked();
  return reset;
}

domain::Status CheckWithinLog(const GroupStart& start, std::int64_t head) {
  if (start.time || start.after <= head) return domain::Ok{};
  return domain::Refusal{Reason::kPositionBeyondHead,
                         fmt::format("position is {}, but the log ends at {}: the first event to "
                                     "deliver can be the next one, {}, at most",
                                     start.after + 1, head, head + 1),
                         {{"field", "position"},
                          {"head_position", std::to_string(head)},
                          {"position", std::to_string(start.after + 1)}}};
}

domain::Result<std::string> ToGroupId(const std::string& group_id) {
  Shape shape;
  shape.Id({"group_id"}, group_id, IdKind::kGroup);
  if (!shape.ok()) return shape.refusal();
  return group_id;
}

domain::Result<PageQuery> ToGroupQuery(const v1::ListGroupsRequest& request) {
  Shape shape;
  PageQuery page = ToPage(request.page_size(), request.page_token(), &shape);
  if (!shape.ok()) return shape.refusal();
  return page;
}

domain::Result<GroupPageQuery> ToGroupQuery(const v1::ListParkedEventsRequest& request) {
  return ToPageOfGroup(request);
}

domain::Result<GroupPageQuery> ToGroupQuery(const v1::ListGroupActionsRequest& request) {
  return ToPageOfGroup(request);
}

domain::Result<ParkedChange> ToParkedChange(const v1::ReplayParkedEventsRequest& request) {
  return ToChange(request);
}

domain::Result<ParkedChange> ToParkedChange(const v1::DiscardParkedEventsRequest& request) {
  return ToChange(request);
}

domain::Result<GroupJoin> ToGroupJoin(const v1::JoinGroup& join) {
  Shape shape;
  GroupJoin out;
  shape.Id({"join.group_id"}, join.group_id(), IdKind::kGroup);
  shape.Id({"join.member_name"}, join.member_name(), IdKind::kGroup);
  if (join.max_in_flight() < 0 || join.max_in_flight() > kGroupInFlightMax) {
    shape.Invalid({"join.max_in_flight"},
                  fmt::format("is {}; it must be 1 to {}, or 0 for the group's",
                              join.max_in_flight(), kGroupInFlightMax));
  }
  out.request.heartbeat_ns = ToHeartbeat(join, &shape);
  if (!shape.ok()) return shape.refusal();
  out.group_id = join.group_id();
  out.request.member_name = join.member_name();
  out.request.max_in_flight = join.max_in_flight();
  out.request.take_over = join.take_over();
  return out;
}

domain::Result<actors::AcknowledgeRequest> ToAcknowledge(const v1::Acknowledge& acknowledge) {
  const int count = acknowledge.delivery_ids_size() + acknowledge.nacks_size() +
                    acknowledge.extend_delivery_ids_size();
  if (count > kGroupIdsMax) return TooMany("acknowledge", count);
  Shape shape;
  actors::AcknowledgeRequest request;
  request.delivery_ids = ToDeliveryIds(acknowledge.delivery_ids());
  request.extend_delivery_ids = ToDeliveryIds(acknowledge.extend_delivery_ids());
  request.nacks.reserve(static_cast<std::size_t>(acknowledge.nacks_size()));
  for (int i = 0; i < acknowledge.nacks_size(); ++i) {
    const v1::Nack& nack = acknowledge.nacks(i);
    CheckNack(nack, i, &shape);
    // Cut rather than refused: a consumer must not fail for ever because what
    // failed before says much.
    request.nacks.push_back({ToDeliveryId(nack.delivery_id()),
                             static_cast<actors::NackAction>(nack.action()),
                             std::string(CutUtf8(nack.reason(), kLongTextBytesMax))});
  }
  if (!shape.ok()) return shape.refusal();
  return request;
}

}  // namespace florin::server
