#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/importer/import_run.h"
#include "clients/cpp/client.h"

namespace florin::importer {

struct RestoreOptions {
  /// Plain, gzip or zstd; "-": standard input.
  std::string file;
  int batch_size = 1000;
  /// An open hold keeps the time of its expiry, but lives at least so long: one
  /// that expired while the commands behind it are still coming would leave
  /// them another ledger than they had.
  std::chrono::seconds hold_grace{3600};
};

struct RestoreCounts {
  std::int64_t documents = 0;
  std::int64_t assets = 0;
  std::int64_t accounts = 0;
  /// Done now, refused again as it was, or known from an earlier run.
  std::int64_t done = 0;
  std::int64_t refused = 0;
  std::int64_t replayed = 0;
  /// Of the file as it lies on disk; total 0: not known.
  std::int64_t consumed_bytes = 0;
  std::int64_t total_bytes = 0;
  std::chrono::steady_clock::duration elapsed{};
};

struct RestoreOutcome {
  RestoreCounts counts;
  bool stopped = false;
  std::optional<ImportFailure> failure;
  /// In what the ledger is not what was exported: sentences for people, the
  /// first hundred.
  std::vector<std::string> differences;
  std::int64_t difference_count = 0;
};

/// Repeats an export (jsonl) in a ledger, which should be empty: every command
/// in the exported order, one after another; then compares each account with
/// what the export says of it.
///
/// Safe to stop and run again: every command carries an id. A command that the
/// ledger refuses though it was done in the exported one ends the import: what
/// follows would build on it. One that was refused there and would be done here
/// (its balance checks are not in the log) is not sent, and counts as a
/// difference.
[[nodiscard]] RestoreOutcome RunRestore(
    client::Client& client, const RestoreOptions& options,
    const std::function<void(const RestoreCounts&)>& on_progress, const std::atomic<bool>& stop);

}  // namespace florin::importer
