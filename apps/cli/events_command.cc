#include "apps/cli/events_commands.h"

namespace florin::cli {

void AddEventsCommands(CLI::App& app, Session& session) {
  auto* events = app.add_subcommand("events", "Read, follow and wait for the ledger's events");
  events->require_subcommand(1);
  AddEventsTail(*events, session);
  AddEventsRead(*events, session);
  AddEventsWait(*events, session);
}

}  // namespace florin::cli
