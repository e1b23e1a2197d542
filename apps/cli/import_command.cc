#include <chrono>
#include <memory>
#include <ostream>

#include "apps/cli/error_report.h"
#include "apps/cli/import_jsonl.h"
#include "apps/cli/import_summary.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/progress_bar.h"
#include "apps/cli/session.h"
#include "apps/cli/text.h"
#include "apps/importer/import_run.h"

namespace florin::cli {
namespace {

struct Options {
  std::string format = "delimited";
  std::string profile;
  std::string hold_grace = "1h";
  bool check_only = false;
  importer::ImportOptions run;
};

constexpr char kFooter[] = R"(
The profile (TOML) says how the file is written, which accounts to open, and by
which rules a row becomes a transaction; docs/import.md describes it.

Rows take effect in the order of the file. Ctrl-C finishes what is on its way and
stops; a second one ends at once. Run the same command again to continue: rows that
were posted are known by their ids and change nothing.

With --format jsonl, FILE is what 'florin export --format jsonl' wrote; into an
empty ledger it makes the same ledger again. docs/export.md describes it.

Examples:
  florin import --profile examples/czech-bank/import.toml \
      examples/czech-bank/trans.asc.gz
  florin import --format jsonl bank.jsonl.zst)";

Progress ProgressOf(const importer::ImportCounts& counts) {
  Progress progress{counts.answered(), "rows", std::nullopt, counts.elapsed};
  if (counts.total_bytes > 0) {
    progress.part =
        static_cast<double>(counts.consumed_bytes) / static_cast<double>(counts.total_bytes);
  }
  return progress;
}

ExitCode ReportProfile(Session& session, const std::string& path, const importer::Error& error) {
  session.console.err << "error: profile " << path;
  if (error.line > 0) {
    session.console.err << ", line " << error.line;
  }
  session.console.err << ": " << Sentence{error.message} << '\n';
  return ExitCode::kUsage;
}

ExitCode ReportFailure(Session& session, const Options& options,
                       const importer::ImportFailure& failure) {
  if (failure.ledger) {
    session.console.err << "stopped while " << Sentence{failure.doing} << '\n';
    const ExitCode code = session.Fail(*failure.ledger);
    session.console.err << "      then run the same command again: rows that "
                           "were posted are known by their ids\n";
    return code;
  }
  session.console.err << "error: ";
  if (failure.local.line > 0) {
    session.console.err << options.run.file << ", line " << failure.local.line << ": ";
  }
  session.console.err << Sentence{failure.local.message} << '\n';
  return ExitCode::kFile;
}

ExitCode Import(Session& session, Options options) {
  auto profile = importer::LoadProfile(options.profile);
  if (!profile.ok()) {
    return ReportProfile(session, options.profile, profile.error());
  }
  if (options.run.rejects_file.empty()) {
    options.run.rejects_file =
        (options.run.file == "-" ? "stdin" : options.run.file) + ".rejected.csv";
  }
  options.run.profile_file = options.profile;
  options.run.retry = session.PatientPolicy();
  ProgressBar bar(session.console);
  const auto on_progress = [&](const importer::ImportCounts& counts) {
    bar.Update(ProgressOf(counts));
  };
  importer::ImportOutcome outcome;
  {
    const InterruptGuard interrupt;
    outcome = options.check_only ? importer::CheckImport(std::move(profile).value(), options.run,
                                                         on_progress, interrupt.flag())
                                 : importer::RunImport(session.client(), std::move(profile).value(),
                                                       options.run, on_progress, interrupt.flag());
  }
  bar.Finish();
  if (outcome.failure && outcome.failure->profile_line > 0) {
    return ReportProfile(session, options.profile,
                         {outcome.failure->profile_line, outcome.failure->local.message});
  }
  if (session.json) {
    PrintSummaryJson(session.console, outcome, options.run.rejects_file, options.check_only);
  } else if (!outcome.failure || outcome.counts.rows > 0) {
    PrintSummary(session.console, outcome, options.run.rejects_file, options.check_only);
  }
  PrintNotes(session.console, outcome);
  if (outcome.failure) {
    return ReportFailure(session, options, *outcome.failure);
  }
  if (outcome.stopped) {
    return ExitCode::kInterrupted;
  }
  return outcome.counts.refused + outcome.counts.rejected > 0 ? ExitCode::kRefused : ExitCode::kOk;
}

ExitCode Restore(Session& session, const Options& options) {
  importer::RestoreOptions restore;
  restore.file = options.run.file;
  restore.batch_size = options.run.batch_size;
  // The option was checked when it was parsed.
  restore.hold_grace = std::chrono::ceil<std::chrono::seconds>(
      ParseDuration(options.hold_grace).value_or(restore.hold_grace));
  return ImportJsonl(session, restore);
}

// What the formats do not share.
void AddFormatOptions(CLI::App& import, const std::shared_ptr<Options>& options) {
  import
      .add_option("--format", options->format, "delimited (the default; needs --profile), or jsonl")
      ->check(CLI::IsMember({"delimited", "jsonl"}))
      ->type_name("FORMAT");
  import
      .add_option(
          "--hold-grace", options->hold_grace,
          "jsonl: least time that an open hold lives, even if its time has passed (default 1h)")
      ->check(CheckDuration)
      ->type_name("DURATION");
}

// Which of the two it is, once all options are known.
void ChooseAction(Session& session, const std::shared_ptr<Options>& options) {
  if (options->format != "jsonl") {
    if (options->profile.empty()) throw CLI::RequiredError("--profile");
    session.action = [&session, options] { return Import(session, *options); };
    return;
  }
  if (!options->profile.empty() || options->check_only)
    throw CLI::ValidationError("--format jsonl takes neither --profile nor --check-only");
  session.action = [&session, options] { return Restore(session, *options); };
}

}  // namespace

void AddImportCommand(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "import", "Import transactions from a delimited file, or a ledger from its export");
  command->footer(kFooter);
  const auto options = std::make_shared<Options>();
  AddFormatOptions(*command, options);
  command->add_option("--profile", options->profile, "How to read the file and what to make of it")
      ->type_name("TOML");
  command
      ->add_option("file", options->run.file, "The file, plain, gzip or zstd; - for standard input")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--rejects", options->run.rejects_file,
                   "Where to write rows that were not imported (default: "
                   "FILE.rejected.csv); not with --check-only")
      ->type_name("CSV");
  command->add_option("--batch-size", options->run.batch_size, "Rows per message (default 1000)")
      ->check(CLI::Range(1, 8192))
      ->type_name("N");
  command
      ->add_option("--in-flight", options->run.max_in_flight,
                   "Messages in flight at once (default 8)")
      ->check(CLI::Range(1, 64))
      ->type_name("N");
  command->add_flag("--check-only", options->check_only,
                    "Read and map every row, but send and write nothing; needs no server");
  command->callback([&session, options] { ChooseAction(session, options); });
}

}  // namespace florin::cli
