#pragma once

#include "apps/cli/session.h"

namespace florin::cli {

// Each adds its part of `florin group` to `group`.

/// create, update, delete.
void AddGroupChanges(CLI::App& group, Session& session);
/// show, list.
void AddGroupViews(CLI::App& group, Session& session);
/// consume.
void AddGroupConsume(CLI::App& group, Session& session);
/// parked, replay, discard.
void AddGroupParked(CLI::App& group, Session& session);
/// reset.
void AddGroupReset(CLI::App& group, Session& session);
/// log.
void AddGroupLog(CLI::App& group, Session& session);

/// The positional that all of them begin with.
inline void AddGroupId(CLI::App& command, std::string& group_id) {
  command.add_option("id", group_id, "The group")->required()->type_name("GROUP");
}

/// --reason: kept with what was done.
inline void AddReason(CLI::App& command, std::string& reason) {
  command.add_option("--reason", reason, "Why; kept in the group's log")->type_name("TEXT");
}

}  // namespace florin::cli
