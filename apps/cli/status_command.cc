#include <ostream>

#include "apps/cli/json.h"
#include "apps/cli/session.h"
#include "apps/cli/table.h"
#include "apps/cli/text.h"

namespace florin::cli {
namespace {

ExitCode Status(Session& session) {
  const auto result = session.client().GetStatus({});
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  const auto& status = result.value();
  if (session.json) {
    PrintJson(session.console.out, status);
    return ExitCode::kOk;
  }
  FieldList fields;
  fields.Add("server", session.server);
  fields.Add("version", status.version());
  fields.Add("ledger", status.ledger_id());
  const std::string state =
      status.read_only() ? "read only: " + status.read_only_reason() : "ready";
  fields.Add("state", Sentence{state});
  fields.Add("running since", FormatTime(status.has_start_time(), status.start_time()));
  fields.Add("head position", FormatCount(status.head_position()));
  fields.Add("head hash", status.head_hash());
  fields.Add("accounts", FormatCount(status.account_count()) + " (" +
                             FormatCount(status.active_account_count()) + " active)");
  fields.Add("data", FormatBytes(status.data_bytes()));
  fields.Print(session.console.out);
  return ExitCode::kOk;
}

}  // namespace

void AddStatusCommand(CLI::App& app, Session& session) {
  auto* status = app.add_subcommand("status", "Show the server's state and size");
  status->footer(R"(
Example:
  florin status --server 127.0.0.1:50051)");
  status->callback([&session] { session.action = [&session] { return Status(session); }; });
}

}  // namespace florin::cli
