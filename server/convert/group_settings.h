#pragma once

#include <cstdint>

#include "domain/group.h"
#include "florin/v1/group_service.pb.h"
#include "server/convert/shape.h"

namespace florin::server {

/// Bounds of GroupSettings and JoinGroup. Source: group_service.proto.
inline constexpr std::int64_t kGroupInFlightMax = 10'000;
inline constexpr std::int64_t kGroupParkedAndWaitingMax = 1'000'000;

/// The settings with defaults for what is absent; the shape keeps what is wrong
/// with them, naming "settings.NAME". The filter's entries are not looked at.
[[nodiscard]] domain::GroupSettings ToGroupSettings(const v1::GroupSettings& settings,
                                                    Shape* shape);

/// What is wrong with the filter's entries, naming "settings.filter.NAME[N]".
/// Errors: kFieldInvalid, kTooManyItems.
[[nodiscard]] domain::Status CheckGroupFilter(const domain::GroupSettings& settings);

void ToProto(const domain::GroupSettings& settings, v1::GroupSettings* out);

}  // namespace florin::server
