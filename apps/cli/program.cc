#include "apps/cli/program.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>

#include "apps/cli/help_formatter.h"
#include "apps/cli/server_address.h"
#include "apps/cli/session.h"

namespace florin::cli {
namespace {

constexpr char kFooter[] = R"(
Examples:
  florin asset register INR --scale 2
  florin account open cash --asset INR --type asset --unlimited-overdraft
  florin account open customer:1 --asset INR --type liability
  florin transfer --debit cash --credit customer:1 100.00
  florin account history customer:1
  florin books
  florin events tail --once

Every command has its own --help. Results go to standard output, everything else to
standard error. Exit codes: 0 done, 1 refused by the ledger, 2 wrong usage,
3 server not reachable, 4 a local file, 5 server error, 6 timed out waiting,
130 Ctrl-C.)";

void AddGlobalOptions(CLI::App& app, Session& session) {
  app.add_option("--server", session.server, "Where florind listens (default 127.0.0.1:50051)")
      ->envname("FLORIN_SERVER")
      ->check(CheckServerAddress)
      ->type_name("HOST:PORT");
  app.add_option("--timeout", session.timeout,
                 "How long a call may take, retries included (default 10s)")
      ->check(CheckDuration)
      ->type_name("DURATION");
  app.add_flag("--json", session.json,
               "Print one JSON document; for lists and events, one per line");
}

// "florin account open": as far as the command line was understood.
std::string CommandPath(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app.get_name() : app.get_name() + " " + CommandPath(*chosen.front());
}

// Results that nobody got are an error: the disk is full, or the stream was closed.
ExitCode EndOutput(const Console& console, ExitCode code) {
  console.out.Flush();
  if (console.out) return code;
  console.err << "error: the output could not be written\n"
                 "next: make room on the disk, or keep the reader of the pipe alive\n";
  return ExitCode::kFile;
}

// CLI11 counts a usage error in ways of its own; ours is documented.
ExitCode ReportParse(const CLI::App& app, const CLI::ParseError& error, Console console) {
  if (error.get_exit_code() == 0) {  // --help, --version
    app.exit(error, console.out.stream(), console.err.stream());
    return EndOutput(console, ExitCode::kOk);
  }
  std::string message = error.what();
  // For a misspelled command CLI11 only says that one is missing.
  const auto unknown = app.remaining(true);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty() &&
      !unknown.front().starts_with('-')) {
    message = "there is no command '" + unknown.front() + "'";
  }
  console.err << "error: " << Sentence{message} << "\nnext: '" << CommandPath(app)
              << " --help' shows what there is\n";
  return ExitCode::kUsage;
}

void AddCommands(CLI::App& app, Session& session) {
  AddAssetCommands(app, session);
  AddAccountCommands(app, session);
  AddTransferCommand(app, session);
  AddTransactionCommands(app, session);
  AddEventsCommands(app, session);
  AddGroupCommands(app, session);
  AddBooksCommand(app, session);
  AddStatusCommand(app, session);
  AddWatchCommand(app, session);
  AddImportCommand(app, session);
  AddExportCommand(app, session);
  AddShellCommand(app, session);
  AddCompletionCommand(app, session);
  AddManCommand(app, session);
}

}  // namespace

ExitCode RunProgram(std::vector<std::string> arguments, Console console) {
  Session session(console);
  return RunCommand(std::move(arguments), session);
}

ExitCode RunCommand(std::vector<std::string> arguments, Session& session) {
  const Console& console = session.console;
  CLI::App app("Florin: an event-sourced double-entry ledger, from the command line", "florin");
  app.formatter(std::make_shared<HelpFormatter>());
  app.require_subcommand(1);
  // Global options may stand before or behind the command.
  app.fallthrough();
  app.set_version_flag("--version", std::string("florin ") + FLORIN_VERSION, "Show the version");
  AddGlobalOptions(app, session);
  AddCommands(app, session);
  // Last, or every command would end its help with it too.
  app.footer(kFooter);
  try {
    // CLI11 wants them last first.
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return ReportParse(app, error, console);
  }
  return EndOutput(console, session.action());
}

}  // namespace florin::cli
