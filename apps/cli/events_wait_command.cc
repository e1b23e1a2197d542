#include <memory>
#include <ostream>

#include "apps/cli/events_commands.h"
#include "apps/cli/table.h"
#include "apps/cli/text.h"
#include "clients/cpp/wait_for.h"

namespace florin::cli {
namespace {

struct WaitOptions {
  std::int64_t position = 0;
  std::string group;
};

constexpr char kFooter[] = R"help(
Every command answers with the position of its last event. Whoever has passed it
has seen all that the command did: without --group the log itself, with --group
the group, which has then acknowledged or parked everything up to there.

It waits as long as --timeout says (default 10s), and ends with 6 when the
position was not passed by then.

Example:
  florin events wait --position 4711 --group notifications --timeout 30s
  florin events wait --position "$(florin --json transfer 5.00 --debit a \
      --credit b | jq -r .transaction.position)" --group notifications)help";

// A time-out of the wait says how far it came; one of a call only that nobody
// answered.
bool CameToAPlace(const client::ClientError& error) {
  return error.code == grpc::StatusCode::DEADLINE_EXCEEDED && !error.metadata.empty();
}

ExitCode ReportTimeout(Session& session, const WaitOptions& options,
                       const client::ClientError& error) {
  auto& err = session.console.err;
  err << "error: TIMED_OUT: " << Sentence{error.message} << '\n';
  FieldList details;
  for (const auto& [key, value] : error.metadata) {
    details.Add("  " + key, value);
  }
  details.Print(err);
  err << "next: allow more with --timeout";
  if (!options.group.empty()) {
    err << "; 'florin group show " << options.group << "' says who holds what";
  }
  err << '\n';
  return ExitCode::kTimedOut;
}

ExitCode Wait(Session& session, const WaitOptions& options) {
  // The option was checked when it was parsed.
  const auto limit = ParseDuration(session.timeout).value();
  const auto waited =
      options.group.empty()
          ? client::WaitForHead(session.client(), options.position, limit)
          : client::WaitForGroup(session.client(), options.group, options.position, limit);
  if (!waited.ok()) {
    return CameToAPlace(waited.error()) ? ReportTimeout(session, options, waited.error())
                                        : session.Fail(waited.error());
  }
  if (session.json) {
    session.console.out << "{\"position\": \"" << options.position << "\", \"passed\": true}\n";
  } else {
    session.console.out << "passed: position " << options.position << '\n';
  }
  return ExitCode::kOk;
}

}  // namespace

void AddEventsWait(CLI::App& events, Session& session) {
  auto* wait =
      events.add_subcommand("wait", "Wait until the log, or a group, has passed a position");
  const auto options = std::make_shared<WaitOptions>();
  wait->add_option("--position", options->position, "The position to pass")
      ->required()
      ->check(CheckPositive)
      ->type_name("N");
  wait->add_option("--group", options->group, "Wait for this consumer group")->type_name("GROUP");
  wait->footer(kFooter);
  wait->callback([&session, options] {
    session.action = [&session, options] { return Wait(session, *options); };
  });
}

}  // namespace florin::cli
