#include "apps/cli/import_summary.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>

#include "apps/cli/text.h"

namespace florin::cli {
namespace {

using importer::ImportCounts;
using importer::ImportOutcome;

double Seconds(const ImportCounts& counts) {
  return std::chrono::duration<double>(counts.elapsed).count();
}

std::int64_t Rate(const ImportCounts& counts) {
  const double seconds = Seconds(counts);
  return seconds > 0 ? static_cast<std::int64_t>(static_cast<double>(counts.answered()) / seconds)
                     : 0;
}

class Lines {
 public:
  explicit Lines(const Printer& out) : out_(out) {}

  void Add(const char* name, std::int64_t count, const std::string& note = "",
           bool always = false) {
    if (count != 0 || always) {
      out_ << fmt::format("{:<9} {:>12}{}{}", name, FormatCount(count), note.empty() ? "" : "  ",
                          note)
           << '\n';
    }
  }

 private:
  Printer out_;
};

}  // namespace

void PrintSummary(Console console, const ImportOutcome& outcome, const std::string& rejects_file,
                  bool check_only) {
  const ImportCounts& counts = outcome.counts;
  Lines lines(console.out);
  lines.Add("rows", counts.rows, "", true);
  lines.Add(check_only ? "good" : "posted", counts.posted, "", true);
  lines.Add("replayed", counts.replayed, "were posted before, nothing changed");
  lines.Add("refused", counts.refused, "by the ledger");
  lines.Add("rejected", counts.rejected, "before they were sent");
  lines.Add("skipped", counts.skipped, "by a rule of the profile");
  if (const auto open = counts.rows - counts.answered(); open > 0) {
    lines.Add("open", open, "sent or not, their outcome is not known");
  }
  lines.Add("accounts", counts.accounts_opened, check_only ? "would be opened" : "opened");
  if (counts.accounts_different > 0) {
    lines.Add("accounts", counts.accounts_different,
              "were opened before with other settings; used as they are");
  }
  if (const auto rows = counts.line_ends_in_quotes; rows > 0) {
    console.out << fmt::format("line ends in quotes  {} line {}",
                               rows == 1 ? "1 row, in" : FormatCount(rows) + " rows, the first in",
                               counts.first_line_end_in_quotes)
                << '\n';
  }
  console.out << fmt::format("{:<9} {:>12.2f}  seconds, {} rows/s", "time", Seconds(counts),
                             FormatCount(Rate(counts)))
              << '\n';
  if (counts.refused + counts.rejected > 0 && !check_only) {
    console.out << "Rows that were not imported, with line and reason: " << rejects_file << '\n';
  }
  if (outcome.stopped) {
    console.out << "Stopped. Run the same command again to continue: rows that were posted are "
                   "known by their ids.\n";
  }
}

void PrintNotes(Console console, const ImportOutcome& outcome) {
  for (const auto& row : outcome.rejected) {
    console.err << "rejected: line " << row.line << ": " << row.reason << ": "
                << Sentence{row.message} << '\n';
  }
  const auto shown = static_cast<std::int64_t>(outcome.rejected.size());
  if (shown > 0 && outcome.counts.rejected > shown) {
    console.err << fmt::format("rejected: and {} more",
                               FormatCount(outcome.counts.rejected - shown))
                << '\n';
  }
  for (const auto& warning : outcome.warnings) {
    console.err << "warning: " << Sentence{warning} << '\n';
  }
}

void PrintSummaryJson(Console console, const ImportOutcome& outcome,
                      const std::string& rejects_file, bool check_only) {
  const ImportCounts& counts = outcome.counts;
  // In this order, so that two summaries can be compared line by line.
  nlohmann::ordered_json summary;
  summary["rows"] = counts.rows;
  summary[check_only ? "good" : "posted"] = counts.posted;
  summary["replayed"] = counts.replayed;
  summary["refused"] = counts.refused;
  summary["rejected"] = counts.rejected;
  summary["skipped"] = counts.skipped;
  summary["open"] = counts.rows - counts.answered();
  summary["accounts_opened"] = counts.accounts_opened;
  summary["accounts_known"] = counts.accounts_known;
  summary["accounts_different"] = counts.accounts_different;
  summary["rows_per_second"] = Rate(counts);
  summary["seconds"] = Seconds(counts);
  summary["stopped"] = outcome.stopped;
  summary["failed"] = outcome.failure.has_value();
  summary["line_ends_in_quotes"] = counts.line_ends_in_quotes;
  summary["first_line_end_in_quotes"] = counts.first_line_end_in_quotes;
  summary["warnings"] = outcome.warnings;
  const bool written = !check_only && counts.refused + counts.rejected > 0;
  summary["rejects_file"] = written ? rejects_file : "";
  if (check_only) {
    summary["rejected_rows"] = nlohmann::ordered_json::array();
    for (const auto& row : outcome.rejected) {
      summary["rejected_rows"].push_back(
          {{"line", row.line}, {"reason", row.reason}, {"message", row.message}});
    }
  }
  console.out.Json(summary.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  console.out << '\n';
}

}  // namespace florin::cli
