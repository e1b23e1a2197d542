#pragma once

#include <string>

#include "apps/cli/console.h"
#include "apps/importer/import_run.h"

namespace florin::cli {

/// What an import did, for people. `rejects_file`: where the rows that were not
/// imported are; `check_only`: nothing was sent.
void PrintSummary(Console console, const importer::ImportOutcome& outcome,
                  const std::string& rejects_file, bool check_only);

/// What looks wrong in rows that were imported, and the first rows that a check
/// rejected, a line each.
void PrintNotes(Console console, const importer::ImportOutcome& outcome);

/// The summary and the notes as one JSON document.
void PrintSummaryJson(Console console, const importer::ImportOutcome& outcome,
                      const std::string& rejects_file, bool check_only);

}  // namespace florin::cli
