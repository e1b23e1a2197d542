#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/importer/profile.h"
#include "clients/cpp/client.h"

namespace florin::importer {

struct ImportOptions {
  std::string file;
  /// Where the profile was read from, so that nothing is written over it; empty:
  /// from no file.
  std::string profile_file;
  std::string rejects_file;
  /// Rows to a message, up to the contract's 8,192.
  int batch_size = 1000;
  /// Messages on their way at once.
  int max_in_flight = 8;
  /// For a server that goes away in the middle; absent: the client's.
  std::optional<client::RetryPolicy> retry = std::nullopt;
};

/// How far an import is. Every row read ends up in one of posted, replayed,
/// refused, rejected, skipped, or is still on its way.
struct ImportCounts {
  std::int64_t rows = 0;
  /// By the ledger, now.
  std::int64_t posted = 0;
  /// An earlier run (or, after a lost connection, this one) had posted it.
  std::int64_t replayed = 0;
  /// By the ledger.
  std::int64_t refused = 0;
  /// Here, before they were sent.
  std::int64_t rejected = 0;
  /// By a rule.
  std::int64_t skipped = 0;
  /// Rows with a line end in a quoted field, and the line of the first.
  std::int64_t line_ends_in_quotes = 0;
  std::int64_t first_line_end_in_quotes = 0;
  std::int64_t accounts_opened = 0;
  std::int64_t accounts_known = 0;
  /// Opened earlier with other settings; used as they are.
  std::int64_t accounts_different = 0;
  /// Of the file as it lies on disk; total 0: not known.
  std::int64_t consumed_bytes = 0;
  std::int64_t total_bytes = 0;
  std::chrono::steady_clock::duration elapsed{};

  [[nodiscard]] std::int64_t answered() const {
    return posted + replayed + refused + rejected + skipped;
  }
};

/// Why an import ended early: the ledger's or the network's reason, or a local
/// file's.
struct ImportFailure {
  std::optional<client::ClientError> ledger;
  Error local;
  /// Above 0: the profile does not fit the file; `local` says why.
  std::int64_t profile_line = 0;
  /// What could not be done, where the ledger's message alone would not tell.
  std::string doing;
};

/// A row that a check would not import.
struct RejectedLine {
  std::int64_t line = 0;
  std::string reason;
  std::string message;
};

struct ImportOutcome {
  ImportCounts counts;
  /// What looks wrong in rows that were imported all the same.
  std::vector<std::string> warnings;
  /// Of a check: the first rows rejected, up to kRejectedShown. A run writes all
  /// of them to the rejects file.
  std::vector<RejectedLine> rejected;
  /// `stop` was set: what was in flight is finished, the rest of the file
  /// unread.
  bool stopped = false;
  std::optional<ImportFailure> failure;
};

inline constexpr std::size_t kRejectedShown = 10;

/// Imports one file.
///
/// Registers the profile's assets, opens accounts as rows name them, and sends
/// the rows as transactions in the order of the file through one ordered stream
/// (client::CommandStream): several messages in flight, one order of effect, so
/// that a limit is checked against what the rows before left behind.
///
/// Ids make it safe to stop (also by kill -9) and run again.
///
/// Nothing is sent if the rejects file must not or cannot be written.
///
/// `on_progress` is called from this thread after every message. `stop` may be
/// set from a signal handler.
[[nodiscard]] ImportOutcome RunImport(client::Client& client, Profile profile,
                                      const ImportOptions& options,
                                      const std::function<void(const ImportCounts&)>& on_progress,
                                      const std::atomic<bool>& stop);

/// The same without a server: reads and maps every row, sends nothing, writes
/// nothing and removes nothing. Rows that would be sent count as posted.
[[nodiscard]] ImportOutcome CheckImport(Profile profile, const ImportOptions& options,
                                        const std::function<void(const ImportCounts&)>& on_progress,
                                        const std::atomic<bool>& stop);

}  // namespace florin::importer
