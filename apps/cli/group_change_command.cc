#include <memory>
#include <ostream>

#include "apps/cli/event_place.h"
#include "apps/cli/group_commands.h"
#include "apps/cli/group_settings.h"
#include "apps/cli/json.h"

namespace florin::cli {
namespace {

struct ChangeOptions {
  std::string group_id;
  std::string from = "beginning";
  GroupSettingsOptions settings;
};

void Note(Session& session, const GroupSettingsOptions& settings) {
  if (const std::string note = FilterNote(settings.filter); !note.empty()) {
    session.console.err << note << '\n';
  }
}

ExitCode Report(Session& session, const char* done, const v1::Group& group) {
  if (session.json) {
    PrintJson(session.console.out, group);
  } else {
    session.console.out << done << ": " << group.group_id() << ", at position " << group.position()
                        << " of " << group.head_position() << '\n';
  }
  return ExitCode::kOk;
}

ExitCode Create(Session& session, const ChangeOptions& options) {
  v1::CreateGroupRequest request;
  request.set_group_id(options.group_id);
  ApplyGroupSettings(options.settings, request.mutable_settings());
  SetGroupPlace(options.from, &request);
  Note(session, options.settings);
  const auto created = session.client().CreateGroup(request);
  return created.ok() ? Report(session, "created", created.value().group())
                      : session.Fail(created.error());
}

// The call replaces the settings whole; what was not given stays as it is.
ExitCode Update(Session& session, const ChangeOptions& options) {
  v1::GetGroupRequest get;
  get.set_group_id(options.group_id);
  const auto group = session.client().GetGroup(get);
  if (!group.ok()) {
    return session.Fail(group.error());
  }
  v1::UpdateGroupRequest request;
  request.set_group_id(options.group_id);
  *request.mutable_settings() = group.value().group().settings();
  if (!ApplyGroupSettings(options.settings, request.mutable_settings())) {
    return Report(session, "nothing to change", group.value().group());
  }
  Note(session, options.settings);
  const auto updated = session.client().UpdateGroup(request);
  return updated.ok() ? Report(session, "updated", updated.value().group())
                      : session.Fail(updated.error());
}

ExitCode Delete(Session& session, const std::string& group_id) {
  v1::DeleteGroupRequest request;
  request.set_group_id(group_id);
  const auto deleted = session.client().DeleteGroup(request);
  if (!deleted.ok()) {
    return session.Fail(deleted.error());
  }
  if (session.json) {
    PrintJson(session.console.out, deleted.value());
  } else {
    session.console.out << "deleted: " << group_id << '\n';
  }
  return ExitCode::kOk;
}

void AddCreate(CLI::App& group, Session& session) {
  auto* create = group.add_subcommand("create", "Create a group (the same again changes nothing)");
  const auto options = std::make_shared<ChangeOptions>();
  AddGroupId(*create, options->group_id);
  create->add_option("--from", options->from, "Where it begins, see below (default beginning)")
      ->check(CheckPlace)
      ->type_name("PLACE");
  AddGroupSettingsOptions(*create, options->settings);
  create->footer(R"(
--from takes
  beginning           everything in the log
  end                 only what happens from now on
  TIME                from then on: 2026-01-31 or 2026-01-31T09:00:00Z
  position:N          from this position of the log on
  checkpoint:STRING   after a checkpoint

Example:
  florin group create notifications --type 'account.funds.*' --prefix customer: --from end
  florin group create mail --type transaction.posted --ack-timeout 2m --max-attempts 5)");
  create->callback([&session, options] {
    session.action = [&session, options] { return Create(session, *options); };
  });
}

void AddUpdate(CLI::App& group, Session& session) {
  auto* update = group.add_subcommand("update", "Change only the given settings of a group");
  const auto options = std::make_shared<ChangeOptions>();
  AddGroupId(*update, options->group_id);
  AddGroupSettingsOptions(*update, options->settings);
  AddClearOption(*update, options->settings);
  update->footer(R"(
The given --type options replace all existing ones; so do --prefix and --stream.
With another filter or order, what is in flight comes again.

Example:
  florin group update mail --ack-timeout 5m --clear event-ttl)");
  update->callback([&session, options] {
    session.action = [&session, options] { return Update(session, *options); };
  });
}

void AddDelete(CLI::App& group, Session& session) {
  auto* end = group.add_subcommand("delete", "Delete a group with its cursor and parked events");
  const auto group_id = std::make_shared<std::string>();
  AddGroupId(*end, *group_id);
  end->footer(R"(
Its members are disconnected. The log keeps all events; a new group may read them
again.

Example:
  florin group delete mail)");
  end->callback([&session, group_id] {
    session.action = [&session, group_id] { return Delete(session, *group_id); };
  });
}

}  // namespace

void AddGroupChanges(CLI::App& group, Session& session) {
  AddCreate(group, session);
  AddUpdate(group, session);
  AddDelete(group, session);
}

}  // namespace florin::cli
