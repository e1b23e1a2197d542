#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "clients/cpp/client.h"

// Read your writes: every command answers with the position of its last event,
// and these wait until somebody has passed it.
namespace florin::client {

/// Waits until the group has passed `position`: everything up to there that
/// matches is acknowledged, skipped, expired or parked, or waits behind a parked
/// event. `limit` at most.
/// Errors: DEADLINE_EXCEEDED, with the group's position and counts as metadata;
/// GROUP_NOT_FOUND; what GetGroup answers.
DoneResult WaitForGroup(Client& client, const std::string& group_id, std::int64_t position,
                        std::chrono::milliseconds limit);

/// Waits until the log's head is at `position` or beyond. `limit` at most.
/// Errors: DEADLINE_EXCEEDED, with the head as metadata; what GetStatus answers.
DoneResult WaitForHead(Client& client, std::int64_t position, std::chrono::milliseconds limit);

}  // namespace florin::client
