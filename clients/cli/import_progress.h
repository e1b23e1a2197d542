#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "clients/cli/console.h"
#include "clients/importer/import_run.h"

namespace florin::cli {

/// Shows how far an import is: on a terminal a bar in one line that is drawn
/// anew, else a plain line every few seconds.
class ImportProgress {
 public:
  explicit ImportProgress(Console console) : console_(console) {}

  void Update(const importer::ImportCounts& counts);
  /// Takes the bar away, so that what follows begins on a clean line.
  void Finish();

 private:
  Console console_;
  std::optional<std::chrono::steady_clock::duration> last_;
  bool drawn_ = false;
};

/// "[#########.......]  54%  15,212 rows  31,024/s  ETA 0:01"; without a known
/// size of the file only rows and rate.
[[nodiscard]] std::string ProgressLine(const importer::ImportCounts& counts, bool with_bar);

}  // namespace florin::cli
