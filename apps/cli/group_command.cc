#include "apps/cli/group_commands.h"

namespace florin::cli {

void AddGroupCommands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand(
      "group", "Consumer groups: events shared by a team, acknowledged, retried, parked");
  group->require_subcommand(1);
  AddGroupChanges(*group, session);
  AddGroupViews(*group, session);
  AddGroupConsume(*group, session);
  AddGroupParked(*group, session);
  AddGroupReset(*group, session);
  AddGroupLog(*group, session);
}

}  // namespace florin::cli
