#include <chrono>
#include <map>
#include <memory>
#include <ostream>

#include "apps/cli/error_report.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/progress_bar.h"
#include "apps/cli/session.h"
#include "apps/cli/text.h"
#include "apps/exporter/export_run.h"
#include "apps/importer/time_zone.h"

namespace florin::cli {
namespace {

using exporter::Format;

struct Options {
  std::string format;
  std::int64_t position = 0;
  std::string time;
  std::string output;
  std::string time_zone;
};

constexpr char kFooter[] = R"(
Formats; docs/export.md describes them:
  csv      accounts.csv and transactions.csv, a row for each posting, in the
           directory that --output names
  hledger  a journal for hledger: what was posted, debits above zero
  jsonl    the whole ledger, one document per line; 'florin import --format jsonl'
           makes the same ledger from it

All of the output belongs to one position. Files appear under their names only
when they are whole; Ctrl-C leaves none.

Examples:
  florin export --format hledger --output bank.journal
  florin export --format jsonl | zstd > bank.jsonl.zst
  florin export --format csv --at 2026-10-31T23:59:59Z --output october/)";

const std::map<std::string, Format>& Formats() {
  static const std::map<std::string, Format> kFormats = {
      {"csv", Format::kCsv}, {"jsonl", Format::kJsonl}, {"hledger", Format::kHledger}};
  return kFormats;
}

std::string CheckTimeZone(const std::string& text) {
  const auto zone = importer::ParseTimeZone(text);
  return zone.ok() ? "" : zone.error().message;
}

ExitCode ReportFailure(Session& session, const exporter::Failure& failure) {
  if (failure.stopped) {
    session.console.err << "stopped; nothing was left under the final name\n";
    return ExitCode::kInterrupted;
  }
  if (failure.ledger) {
    session.console.err << "stopped while " << Sentence{failure.message} << '\n';
    return session.Fail(*failure.ledger);
  }
  session.console.err << "error: " << Sentence{failure.message} << '\n';
  return ExitCode::kFile;
}

// Where a summary may stand: not among the data on standard output.
void PrintSummary(Session& session, const exporter::ExportOptions& options,
                  const exporter::ExportCounts& counts) {
  if (options.output.empty()) {
    return;
  }
  const auto seconds = std::chrono::round<std::chrono::seconds>(counts.elapsed);
  session.console.err << "position " << FormatCount(counts.position) << ": "
                      << FormatCount(counts.accounts) << " accounts, "
                      << FormatCount(counts.written) << " entries in "
                      << FormatSeconds(seconds.count()) << ", written to " << options.output
                      << '\n';
}

ExitCode Export(Session& session, const Options& options) {
  exporter::ExportOptions run;
  run.format = Formats().at(options.format);
  run.output = options.output == "-" ? "" : options.output;
  if (run.format == Format::kCsv && run.output.empty()) {
    return ReportUsage(session.console.err,
                       "csv is two files; name a directory for them with --output");
  }
  if (options.position > 0) {
    run.position = options.position;
  }
  if (!options.time.empty()) {
    run.time = ParseTime(options.time);
  }
  if (!options.time_zone.empty()) {
    // The option was checked when it was parsed.
    run.time_zone = importer::ParseTimeZone(options.time_zone).value();
  }
  run.retry = session.PatientPolicy();
  ProgressBar bar(session.console, ProgressBar::WithoutTerminal::kNothing);
  const auto on_progress = [&](const exporter::ExportCounts& counts) {
    bar.Update({counts.written, "entries", counts.part, counts.elapsed});
  };
  exporter::ExportOutcome outcome;
  {
    const InterruptGuard interrupt;
    outcome = exporter::RunExport(session.client(), run, session.console.out.stream(), on_progress,
                                  interrupt.flag());
  }
  bar.Finish();
  if (outcome.failure) {
    return ReportFailure(session, *outcome.failure);
  }
  PrintSummary(session, run, outcome.counts);
  return ExitCode::kOk;
}

}  // namespace

void AddExportCommand(CLI::App& app, Session& session) {
  auto* command =
      app.add_subcommand("export", "Write accounts and transactions for other programs");
  command->footer(kFooter);
  const auto options = std::make_shared<Options>();
  command->add_option("--format", options->format, "csv, jsonl or hledger, see below")
      ->required()
      ->check(CLI::IsMember(Formats()))
      ->type_name("FORMAT");
  auto* position =
      command
          ->add_option("--at-position", options->position,
                       "The ledger as it stood at this position of the log (default: as it is now)")
          ->check(CheckPositive)
          ->type_name("N");
  command->add_option("--at", options->time, "The ledger as it stood at this time of commit")
      ->check(CheckTime)
      ->type_name("TIME")
      ->excludes(position);
  command
      ->add_option("--output", options->output,
                   "Where to write; a directory for csv (default: standard output)")
      ->type_name("FILE");
  command
      ->add_option("--time-zone", options->time_zone,
                   "hledger: time zone in which a time's day is found, \"+01:00\" or "
                   "\"Europe/Berlin\" (default: UTC)")
      ->check(CheckTimeZone)
      ->type_name("ZONE");
  command->callback([&session, options] {
    if (!options->time_zone.empty() && options->format != "hledger") {
      throw CLI::ValidationError("--time-zone is for --format hledger; the others have full times");
    }
    session.action = [&session, options] { return Export(session, *options); };
  });
}

}  // namespace florin::cli
