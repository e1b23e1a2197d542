#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/event_filter.h"
#include "florin/v1/group_service.pb.h"

namespace florin::cli {

/// A group's settings as the command line gives them; what is absent is left to
/// the server, or as it was.
struct GroupSettingsOptions {
  EventFilterOptions filter;
  std::string ack_timeout;
  std::optional<std::int32_t> max_attempts;
  std::string min_backoff;
  std::string max_backoff;
  std::string event_ttl;
  std::optional<std::int32_t> max_in_flight;
  std::string order;
  std::optional<std::int64_t> max_parked_and_waiting;
  /// Only of update.
  std::vector<std::string> clear;
};

void AddGroupSettingsOptions(CLI::App& command, GroupSettingsOptions& options);
/// --clear: back to the default.
void AddClearOption(CLI::App& command, GroupSettingsOptions& options);

/// Changes in `settings` what was given. True: something was.
bool ApplyGroupSettings(const GroupSettingsOptions& options, v1::GroupSettings* settings);

}  // namespace florin::cli
