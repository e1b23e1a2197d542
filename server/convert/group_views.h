#pragma once

#include <string_view>

#include "actors/groups.h"
#include "florin/v1/group_service.pb.h"

namespace florin::server {

/// From the groups' views to the contract's messages, which are empty before.

void ToProto(const actors::GroupView& group, std::string_view ledger_id, v1::Group* out);
/// Errors: kDataCorrupt if the stored event is none.
[[nodiscard]] domain::Status ToProto(const actors::ParkedEventView& parked, v1::ParkedEvent* out);
void ToProto(const actors::GroupActionView& action, v1::GroupAction* out);

}  // namespace florin::server
