#include <memory>
#include <ostream>
#include <vector>

#include "apps/cli/error_report.h"
#include "apps/cli/group_commands.h"
#include "apps/cli/group_view.h"
#include "apps/cli/json.h"
#include "apps/cli/paging.h"

namespace florin::cli {
namespace {

struct ParkedOptions {
  std::string group_id;
  std::int64_t limit = kDefaultLimit;
};

struct ReleaseOptions {
  std::string group_id;
  std::vector<std::string> event_ids;
  bool all = false;
  std::string reason;
};

ExitCode Parked(Session& session, const ParkedOptions& options) {
  v1::ListParkedEventsRequest request;
  request.set_group_id(options.group_id);
  Table table = ParkedTable();
  return ShowPages(
      session, request, options.limit,
      [&](const auto& page) { return session.client().ListParkedEvents(page); },
      [](const auto& page) -> const auto& { return page.events(); },
      [&](const v1::ListParkedEventsResponse& page, int count) {
        for (int i = 0; i < count; ++i) {
          if (session.json) {
            PrintJsonLine(session.console.out, page.events(i));
          } else {
            AddParkedRow(page.events(i), &table);
          }
        }
        table.Print(session.console.out);
      });
}

template <typename Request>
Request ToRequest(const ReleaseOptions& options) {
  Request request;
  request.set_group_id(options.group_id);
  request.set_all(options.all);
  request.set_reason(options.reason);
  for (const auto& id : options.event_ids) {
    request.add_event_ids(id);
  }
  return request;
}

template <typename Response>
ExitCode Report(Session& session, const client::Result<Response>& result, const char* done,
                std::int64_t count) {
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  if (session.json) {
    PrintJson(session.console.out, result.value());
  } else {
    session.console.out << done << ": " << count << (count == 1 ? " event" : " events") << '\n';
  }
  return ExitCode::kOk;
}

bool NamesEvents(Session& session, const ReleaseOptions& options) {
  if (options.all != options.event_ids.empty()) {
    ReportUsage(session.console.err, "name either events or --all",
                "'florin group parked " + options.group_id + "' shows their ids under EVENT");
    return false;
  }
  return true;
}

ExitCode Replay(Session& session, const ReleaseOptions& options) {
  if (!NamesEvents(session, options)) {
    return ExitCode::kUsage;
  }
  const auto result =
      session.client().ReplayParkedEvents(ToRequest<v1::ReplayParkedEventsRequest>(options));
  return Report(session, result, "replayed", result.ok() ? result.value().replayed_count() : 0);
}

ExitCode Discard(Session& session, const ReleaseOptions& options) {
  if (!NamesEvents(session, options)) {
    return ExitCode::kUsage;
  }
  const auto result =
      session.client().DiscardParkedEvents(ToRequest<v1::DiscardParkedEventsRequest>(options));
  return Report(session, result, "discarded", result.ok() ? result.value().discarded_count() : 0);
}

std::shared_ptr<ReleaseOptions> AddReleaseOptions(CLI::App& command) {
  auto options = std::make_shared<ReleaseOptions>();
  AddGroupId(command, options->group_id);
  command.add_option("event", options->event_ids, "Ids of parked events")->type_name("EVENT");
  command.add_flag("--all", options->all, "All that are parked");
  AddReason(command, options->reason);
  return options;
}

}  // namespace

void AddGroupParked(CLI::App& group, Session& session) {
  auto* parked = group.add_subcommand("parked", "List what was put aside, and why");
  const auto shown = std::make_shared<ParkedOptions>();
  AddGroupId(*parked, shown->group_id);
  AddLimitOption(*parked, shown->limit);
  parked->footer(R"(
WAITING counts the later events of its stream that wait behind it.

Example:
  florin group parked mail --limit 20)");
  parked->callback([&session, shown] {
    session.action = [&session, shown] { return Parked(session, *shown); };
  });

  auto* replay = group.add_subcommand("replay", "Deliver parked events again, from attempt 1");
  const auto again = AddReleaseOptions(*replay);
  replay->footer(R"(
They come before what waited behind them.

Example:
  florin group replay mail 4z 51 --reason "mail server is back"
  florin group replay mail --all)");
  replay->callback([&session, again] {
    session.action = [&session, again] { return Replay(session, *again); };
  });

  auto* discard = group.add_subcommand("discard", "Give up parked events for good");
  const auto never = AddReleaseOptions(*discard);
  discard->footer(R"(
What waited behind them is delivered. The log keeps them.

Example:
  florin group discard mail 4z --reason "address does not exist")");
  discard->callback([&session, never] {
    session.action = [&session, never] { return Discard(session, *never); };
  });
}

}  // namespace florin::cli
