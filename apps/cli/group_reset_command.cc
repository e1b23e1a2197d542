#include <memory>
#include <ostream>

#include "apps/cli/event_place.h"
#include "apps/cli/group_commands.h"
#include "apps/cli/group_view.h"
#include "apps/cli/json.h"
#include "apps/cli/paging.h"

namespace florin::cli {
namespace {

struct ResetOptions {
  std::string group_id;
  std::string to;
  std::string reason;
  bool discard_parked = false;
};

struct LogOptions {
  std::string group_id;
  std::int64_t limit = kDefaultLimit;
};

ExitCode Reset(Session& session, const ResetOptions& options) {
  v1::ResetGroupRequest request;
  request.set_group_id(options.group_id);
  request.set_reason(options.reason);
  request.set_discard_parked(options.discard_parked);
  SetGroupPlace(options.to, &request);
  const auto result = session.client().ResetGroup(request);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  const auto& group = result.value().group();
  if (session.json) {
    PrintJson(session.console.out, group);
  } else {
    session.console.out << "reset: " << group.group_id() << ", at position " << group.position()
                        << " of " << group.head_position() << '\n';
  }
  return ExitCode::kOk;
}

ExitCode Log(Session& session, const LogOptions& options) {
  v1::ListGroupActionsRequest request;
  request.set_group_id(options.group_id);
  Table table = ActionTable();
  return ShowPages(
      session, request, options.limit,
      [&](const auto& page) { return session.client().ListGroupActions(page); },
      [](const auto& page) -> const auto& { return page.actions(); },
      [&](const v1::ListGroupActionsResponse& page, int count) {
        for (int i = 0; i < count; ++i) {
          if (session.json) {
            PrintJsonLine(session.console.out, page.actions(i));
          } else {
            AddActionRow(page.actions(i), &table);
          }
        }
        table.Print(session.console.out);
      });
}

}  // namespace

void AddGroupReset(CLI::App& group, Session& session) {
  auto* reset = group.add_subcommand("reset", "Move a group to another place in the log");
  const auto options = std::make_shared<ResetOptions>();
  AddGroupId(*reset, options->group_id);
  reset->add_option("--to", options->to, "Where it continues, see below")
      ->required()
      ->check(CheckPlace)
      ->type_name("PLACE");
  AddReason(*reset, options->reason);
  reset->add_flag("--discard-parked", options->discard_parked,
                  "Discard parked events; otherwise replay or discard them first");
  reset->footer(R"(
--to takes beginning, end, a TIME, position:N (the next to deliver), or
checkpoint:STRING. Members stay; what is in flight or waits is forgotten, and
comes again if it lies after the new place.

Example:
  florin group reset mail --to 2026-01-31 --reason "mails of that day were lost"
  florin group reset mail --to end --discard-parked)");
  reset->callback([&session, options] {
    session.action = [&session, options] { return Reset(session, *options); };
  });
}

void AddGroupLog(CLI::App& group, Session& session) {
  auto* log = group.add_subcommand("log", "List who did what to a group, when and why");
  const auto options = std::make_shared<LogOptions>();
  AddGroupId(*log, options->group_id);
  AddLimitOption(*log, options->limit);
  log->footer(R"(
Kept as long as the group: every creation, update, park, expiry, replay, discard
and reset.

Example:
  florin group log mail --limit 0)");
  log->callback([&session, options] {
    session.action = [&session, options] { return Log(session, *options); };
  });
}

}  // namespace florin::cli
