#include "apps/cli/import_jsonl.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>

#include "apps/cli/interrupt.h"
#include "apps/cli/progress_bar.h"
#include "apps/cli/table.h"
#include "apps/cli/text.h"

namespace florin::cli {
namespace {

using importer::RestoreCounts;
using importer::RestoreOutcome;

Progress ProgressOf(const RestoreCounts& counts) {
  Progress progress{counts.documents, "documents", std::nullopt, counts.elapsed};
  if (counts.total_bytes > 0) {
    progress.part =
        static_cast<double>(counts.consumed_bytes) / static_cast<double>(counts.total_bytes);
  }
  return progress;
}

double Seconds(const RestoreCounts& counts) {
  return std::chrono::duration<double>(counts.elapsed).count();
}

void PrintSummary(const Printer& out, const RestoreOutcome& outcome) {
  const RestoreCounts& counts = outcome.counts;
  const auto number = [](std::int64_t count) { return count == 0 ? "" : FormatCount(count); };
  FieldList fields;
  fields.Add("documents", FormatCount(counts.documents));
  fields.Add("assets", number(counts.assets));
  fields.Add("accounts", number(counts.accounts));
  fields.Add("done", number(counts.done));
  fields.Add("refused", number(counts.refused));
  fields.Add("replayed", number(counts.replayed));
  fields.Add("differences", number(outcome.difference_count));
  fields.Add("time",
             FormatSeconds(std::chrono::round<std::chrono::seconds>(counts.elapsed).count()));
  fields.Print(out);
  if (outcome.stopped) {
    out << "Stopped. Run the same command again to continue.\n";
  }
}

void PrintSummaryJson(const Printer& out, const RestoreOutcome& outcome) {
  const RestoreCounts& counts = outcome.counts;
  // In this order, so that two summaries can be compared line by line.
  nlohmann::ordered_json summary;
  summary["documents"] = counts.documents;
  summary["assets"] = counts.assets;
  summary["accounts"] = counts.accounts;
  summary["done"] = counts.done;
  summary["refused"] = counts.refused;
  summary["replayed"] = counts.replayed;
  summary["differences"] = outcome.difference_count;
  summary["seconds"] = Seconds(counts);
  summary["stopped"] = outcome.stopped;
  summary["failed"] = outcome.failure.has_value();
  out.Json(summary.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  out << '\n';
}

ExitCode ReportFailure(Session& session, const std::string& file,
                       const importer::ImportFailure& failure) {
  if (failure.ledger) {
    session.console.err << "stopped while " << Sentence{failure.doing} << '\n';
    const ExitCode code = session.Fail(*failure.ledger);
    if (code != ExitCode::kRefused) {
      session.console.err << "      then run the same command again: what was done is known by "
                             "its ids\n";
    }
    return code;
  }
  session.console.err << "error: ";
  if (failure.local.line > 0) {
    session.console.err << file << ", line " << failure.local.line << ": ";
  }
  session.console.err << Sentence{failure.local.message} << '\n';
  return ExitCode::kFile;
}

}  // namespace

ExitCode ImportJsonl(Session& session, const importer::RestoreOptions& options) {
  ProgressBar bar(session.console);
  const auto on_progress = [&](const RestoreCounts& counts) { bar.Update(ProgressOf(counts)); };
  RestoreOutcome outcome;
  {
    const InterruptGuard interrupt;
    outcome = importer::RunRestore(session.client(), options, on_progress, interrupt.flag());
  }
  bar.Finish();
  if (session.json) {
    PrintSummaryJson(session.console.out, outcome);
  } else if (!outcome.failure || outcome.counts.documents > 0) {
    PrintSummary(session.console.out, outcome);
  }
  for (const auto& difference : outcome.differences) {
    session.console.err << "difference: " << Sentence{difference} << '\n';
  }
  if (outcome.failure) {
    return ReportFailure(session, options.file, *outcome.failure);
  }
  if (outcome.stopped) {
    return ExitCode::kInterrupted;
  }
  return outcome.difference_count > 0 ? ExitCode::kRefused : ExitCode::kOk;
}

}  // namespace florin::cli
