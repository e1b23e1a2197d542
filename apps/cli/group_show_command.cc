#include <google/protobuf/util/time_util.h>

#include <memory>
#include <ostream>

#include "apps/cli/group_commands.h"
#include "apps/cli/group_view.h"
#include "apps/cli/json.h"
#include "apps/cli/paging.h"

namespace florin::cli {
namespace {

// Of the parked events; `group parked` shows all.
constexpr int kParkedShown = 5;

google::protobuf::Timestamp Now() { return google::protobuf::util::TimeUtil::GetCurrentTime(); }

ExitCode ShowParked(Session& session, const v1::Group& group) {
  v1::ListParkedEventsRequest request;
  request.set_group_id(group.group_id());
  request.set_page_size(kParkedShown);
  const auto parked = session.client().ListParkedEvents(request);
  if (!parked.ok()) {
    return session.Fail(parked.error());
  }
  Table table = ParkedTable();
  for (const auto& event : parked.value().events()) {
    AddParkedRow(event, &table);
  }
  session.console.out << "\nParked:\n";
  table.Print(session.console.out);
  if (group.parked_count() > parked.value().events_size()) {
    session.console.out << "('florin group parked " << group.group_id() << "' shows all)\n";
  }
  return ExitCode::kOk;
}

ExitCode Show(Session& session, const std::string& group_id) {
  v1::GetGroupRequest request;
  request.set_group_id(group_id);
  const auto result = session.client().GetGroup(request);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  const auto& group = result.value().group();
  if (session.json) {
    PrintJson(session.console.out, group);
    return ExitCode::kOk;
  }
  PrintGroup(session.console.out, group, Now());
  return group.parked_count() > 0 ? ShowParked(session, group) : ExitCode::kOk;
}

ExitCode List(Session& session, std::int64_t limit) {
  Table table = GroupTable();
  return ShowPages(
      session, v1::ListGroupsRequest(), limit,
      [&](const auto& page) { return session.client().ListGroups(page); },
      [](const auto& page) -> const auto& { return page.groups(); },
      [&](const v1::ListGroupsResponse& page, int count) {
        for (int i = 0; i < count; ++i) {
          if (session.json) {
            PrintJsonLine(session.console.out, page.groups(i));
          } else {
            AddGroupRow(page.groups(i), Now(), &table);
          }
        }
        table.Print(session.console.out);
      });
}

}  // namespace

void AddGroupViews(CLI::App& group, Session& session) {
  auto* show = group.add_subcommand("show", "Show how far a group is, and who holds what");
  const auto group_id = std::make_shared<std::string>();
  AddGroupId(*show, *group_id);
  show->footer(R"(
"lag" counts all events that the group has not passed, matching or not; "oldest" is
how long ago the oldest unacknowledged event was committed, by both machines'
clocks.

Example:
  florin group show notifications)");
  show->callback([&session, group_id] {
    session.action = [&session, group_id] { return Show(session, *group_id); };
  });

  auto* list = group.add_subcommand("list", "List the groups by id");
  const auto limit = std::make_shared<std::int64_t>(kDefaultLimit);
  AddLimitOption(*list, *limit);
  list->footer(R"(
Example:
  florin group list)");
  list->callback(
      [&session, limit] { session.action = [&session, limit] { return List(session, *limit); }; });
}

}  // namespace florin::cli
