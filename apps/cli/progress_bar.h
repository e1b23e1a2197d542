#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "apps/cli/console.h"

namespace florin::cli {

/// How far some long work is.
struct Progress {
  std::int64_t done = 0;
  /// What is counted: "rows".
  const char* unit = "";
  /// 0 to 1; absent: the end is not known.
  std::optional<double> part = std::nullopt;
  std::chrono::steady_clock::duration elapsed{};
};

/// Shows it: on a terminal a bar in one line that is drawn anew, else a plain
/// line every few seconds.
class ProgressBar {
 public:
  enum class WithoutTerminal { kPlainLines, kNothing };

  explicit ProgressBar(Console console, WithoutTerminal without = WithoutTerminal::kPlainLines)
      : console_(console), without_(without) {}

  void Update(const Progress& progress);
  /// Takes the bar away, so that what follows begins on a clean line.
  void Finish();

 private:
  Console console_;
  const WithoutTerminal without_;
  std::optional<std::chrono::steady_clock::duration> last_;
  bool drawn_ = false;
};

/// "[#########.......]  54%  15,212 rows  31,024/s  ETA 0:01"; without a known
/// end only count and rate.
[[nodiscard]] std::string ProgressLine(const Progress& progress, bool with_bar);

}  // namespace florin::cli
