#include "apps/cli/time_range.h"

#include "apps/cli/session.h"
#include "apps/cli/text.h"

namespace florin::cli {

void AddTimeRangeOptions(CLI::App& command, TimeRange& range) {
  command.add_option("--start", range.start, "Committed at this time or later")
      ->check(CheckTime)
      ->type_name("TIME");
  command.add_option("--end", range.end, "Committed before this time")
      ->check(CheckTime)
      ->type_name("TIME");
}

void SetTimeRange(const TimeRange& range, v1::ReadEventsRequest* request) {
  if (!range.start.empty()) {
    *request->mutable_start_time() = ParseTime(range.start).value();
  }
  if (!range.end.empty()) {
    *request->mutable_end_time() = ParseTime(range.end).value();
  }
}

}  // namespace florin::cli
