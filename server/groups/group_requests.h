#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/groups.h"
#include "domain/group.h"
#include "domain/result.h"
#include "florin/v1/group_service.pb.h"
#include "server/convert/queries.h"

namespace florin::server {

/// GroupService's requests with their shape checked, as values.

/// Most delivery_ids of one Acknowledge; most event_ids of one replay or discard.
inline constexpr int kGroupIdsMax = 8'192;

/// Where a group starts.
struct GroupStart {
  /// Delivers what comes after.
  std::int64_t after = 0;
  /// Set: from the first event at or after this commit time (UTC nanoseconds)
  /// on, which is to be looked up; `after` is not looked at.
  std::optional<std::int64_t> time;
};

/// What starts are measured by.
struct LogEnds {
  std::string_view ledger_id;
  std::int64_t head = 0;
};

struct GroupCreation {
  std::string group_id;
  domain::GroupSettings settings;
  GroupStart start;
};

struct GroupUpdate {
  std::string group_id;
  domain::GroupSettings settings;
};

struct GroupReset {
  std::string group_id;
  GroupStart start;
  std::string reason;
  bool discard_parked = false;
};

/// A replay or a discard.
struct ParkedChange {
  std::string group_id;
  actors::ParkedSelection selection;
  std::string reason;
};

struct GroupPageQuery {
  std::string group_id;
  PageQuery page;
};

struct GroupJoin {
  std::string group_id;
  actors::JoinRequest request;
};

/// Errors of all: kFieldMissing, kFieldInvalid (metadata `field`); besides, as
/// said.

/// Errors: kTooManyItems, kCheckpointInvalid.
[[nodiscard]] domain::Result<GroupCreation> ToGroupCreation(const v1::CreateGroupRequest& request,
                                                            const LogEnds& log);
/// Errors: kTooManyItems.
[[nodiscard]] domain::Result<GroupUpdate> ToGroupUpdate(const v1::UpdateGroupRequest& request);
/// Errors: kCheckpointInvalid.
[[nodiscard]] domain::Result<GroupReset> ToGroupReset(const v1::ResetGroupRequest& request,
                                                      const LogEnds& log);

/// What of a start is compared with the log, after the group was looked for.
/// Errors: kPositionBeyondHead.
[[nodiscard]] domain::Status CheckWithinLog(const GroupStart& start, std::int64_t head);

[[nodiscard]] domain::Result<std::string> ToGroupId(const std::string& group_id);

[[nodiscard]] domain::Result<PageQuery> ToGroupQuery(const v1::ListGroupsRequest& request);
[[nodiscard]] domain::Result<GroupPageQuery> ToGroupQuery(
    const v1::ListParkedEventsRequest& request);
[[nodiscard]] domain::Result<GroupPageQuery> ToGroupQuery(
    const v1::ListGroupActionsRequest& request);

/// Errors: kTooManyItems.
[[nodiscard]] domain::Result<ParkedChange> ToParkedChange(
    const v1::ReplayParkedEventsRequest& request);
[[nodiscard]] domain::Result<ParkedChange> ToParkedChange(
    const v1::DiscardParkedEventsRequest& request);

[[nodiscard]] domain::Result<GroupJoin> ToGroupJoin(const v1::JoinGroup& join);
/// Errors: kTooManyItems.
[[nodiscard]] domain::Result<actors::AcknowledgeRequest> ToAcknowledge(
    const v1::Acknowledge& acknowledge);

}  // namespace florin::server
