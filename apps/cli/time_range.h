#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "florin/v1/event_service.pb.h"

namespace florin::cli {

/// Commit times: from `start` on, before `end`; empty: no bound.
struct TimeRange {
  std::string start;
  std::string end;
};

/// --start and --end.
void AddTimeRangeOptions(CLI::App& command, TimeRange& range);

/// `range` was checked when it was parsed.
void SetTimeRange(const TimeRange& range, v1::ReadEventsRequest* request);

}  // namespace florin::cli
