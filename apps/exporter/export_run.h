#pragma once

#include <absl/time/time.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "apps/exporter/failure.h"
#include "clients/cpp/client.h"

namespace florin::exporter {

enum class Format { kCsv, kJsonl, kHledger };

struct ExportOptions {
  Format format = Format::kJsonl;
  /// The position, or the time, whose state is wanted; neither: the head when
  /// the export begins.
  std::optional<std::int64_t> position;
  std::optional<google::protobuf::Timestamp> time;
  /// A file, for CSV a directory; empty: the stream given to RunExport (not for
  /// CSV, which is two files).
  std::string output;
  /// For hledger: where a moment's day is looked up (HledgerEffectiveDate).
  absl::TimeZone time_zone = absl::UTCTimeZone();
  /// For a server that goes away in the middle; absent: the client's.
  std::optional<client::RetryPolicy> retry = std::nullopt;
};

struct ExportCounts {
  std::int64_t position = 0;
  std::int64_t accounts = 0;
  /// Events written, which are those that complete a transaction or a change of
  /// an account.
  std::int64_t written = 0;
  /// 0 to 1.
  double part = 0;
  std::chrono::steady_clock::duration elapsed{};
};

struct ExportOutcome {
  ExportCounts counts;
  std::optional<Failure> failure;
};

/// Writes the ledger as it stood at one position: all that is written belongs
/// to that position, however the ledger grows meanwhile. Positions inside a
/// command mean the one before it.
///
/// Files appear under their names only when they are whole; CSV's two at the
/// end, one right after the other. `on_progress` is called from this thread;
/// `stop` may be set from a signal handler.
[[nodiscard]] ExportOutcome RunExport(client::Client& client, const ExportOptions& options,
                                      std::ostream& out,
                                      const std::function<void(const ExportCounts&)>& on_progress,
                                      const std::atomic<bool>& stop);

}  // namespace florin::exporter
