#include <memory>
#include <ostream>

#include "apps/cli/error_report.h"
#include "apps/cli/event_filter.h"
#include "apps/cli/event_view.h"
#include "apps/cli/events_commands.h"
#include "apps/cli/json.h"
#include "apps/cli/paging.h"
#include "apps/cli/time_range.h"

namespace florin::cli {
namespace {

struct ReadOptions {
  std::string stream;
  std::int64_t start_position = 0;
  std::int64_t start_version = 0;
  TimeRange range;
  EventFilterOptions filter;
  bool descending = false;
  std::int64_t limit = kDefaultLimit;
};

v1::ReadEventsRequest ToRequest(const ReadOptions& options) {
  v1::ReadEventsRequest request;
  request.set_stream(options.stream);
  if (options.start_position > 0) {
    request.set_start_position(options.start_position);
  } else if (options.start_version > 0) {
    request.set_start_version(options.start_version);
  }
  SetTimeRange(options.range, &request);
  SetFilter(options.filter, request.mutable_filter());
  request.set_descending(options.descending);
  return request;
}

ExitCode Read(Session& session, const ReadOptions& options) {
  return ShowPages(
      session, ToRequest(options), options.limit,
      [&](const auto& page) { return session.client().ReadEvents(page); },
      [](const auto& page) -> const auto& { return page.events(); },
      [&](const v1::ReadEventsResponse& page, int count) {
        for (int i = 0; i < count; ++i) {
          if (session.json) {
            PrintJsonLine(session.console.out, page.events(i));
          } else {
            session.console.out << FormatEvent(page.events(i)) << '\n';
          }
        }
      });
}

}  // namespace

void AddEventsRead(CLI::App& events, Session& session) {
  auto* read = events.add_subcommand("read", "Show a part of the log or of one stream, then end");
  const auto options = std::make_shared<ReadOptions>();
  auto* stream = read->add_option("--stream", options->stream,
                                  "Only this stream: an account id, transaction/ID")
                     ->type_name("STREAM");
  auto* position =
      read->add_option("--start-position", options->start_position, "First position to show")
          ->check(CheckPositive)
          ->type_name("N");
  read->add_option("--start-version", options->start_version, "First version of the stream to show")
      ->check(CheckPositive)
      ->needs(stream)
      ->excludes(position)
      ->type_name("N");
  AddTimeRangeOptions(*read, options->range);
  AddEventFilterOptions(*read, options->filter);
  read->add_flag("--descending", options->descending, "Newest first");
  AddLimitOption(*read, options->limit);
  read->footer(R"(
Example:
  florin events read --type 'account.funds.*' --start 2026-01-31 --limit 20
  florin events read --stream customer:1 --start-version 5
  florin events read --descending --limit 1)");
  read->callback([&session, options] {
    session.action = [&session, options] { return Read(session, *options); };
  });
}

}  // namespace florin::cli
