#include "clients/cli/import_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "clients/cli/text.h"

namespace florin::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRedraw{100};
constexpr milliseconds kPlainLine{5000};
constexpr int kBarWidth = 30;

double Seconds(std::chrono::steady_clock::duration elapsed) {
  return std::chrono::duration<double>(elapsed).count();
}

}  // namespace

std::string ProgressLine(const importer::ImportCounts& counts, bool with_bar) {
  const double seconds = Seconds(counts.elapsed);
  const auto rate =
      static_cast<std::int64_t>(seconds > 0 ? static_cast<double>(counts.answered()) / seconds : 0);
  const std::string tail =
      fmt::format("{} rows  {}/s", FormatCount(counts.answered()), FormatCount(rate));
  if (counts.total_bytes == 0) {
    return tail;
  }
  const double part = std::clamp(
      static_cast<double>(counts.consumed_bytes) / static_cast<double>(counts.total_bytes), 0.0,
      1.0);
  std::string line;
  if (with_bar) {
    const auto filled = static_cast<std::size_t>(part * kBarWidth);
    line = fmt::format("[{}{}]  ", std::string(filled, '#'), std::string(kBarWidth - filled, '.'));
  }
  line += fmt::format("{:3.0f}%  {}", part * 100, tail);
  if (part > 0) {
    line += "  ETA " + FormatSeconds(static_cast<std::int64_t>(seconds / part * (1 - part) + 0.5));
  }
  return line;
}

void ImportProgress::Update(const importer::ImportCounts& counts) {
  const auto every = console_.err_is_terminal ? kRedraw : kPlainLine;
  // The first plain line also waits: a short import needs none.
  const auto last =
      last_.value_or(console_.err_is_terminal
                         ? -std::chrono::duration_cast<std::chrono::steady_clock::duration>(kRedraw)
                         : std::chrono::steady_clock::duration{});
  if (counts.elapsed - last < every) {
    return;
  }
  last_ = counts.elapsed;
  if (console_.err_is_terminal) {
    drawn_ = true;
    // Erases the rest of a longer line before.
    console_.err << '\r' << ProgressLine(counts, true) << "\x1b[K" << std::flush;
  } else {
    console_.err << ProgressLine(counts, false) << std::endl;
  }
}

void ImportProgress::Finish() {
  if (drawn_) {
    console_.err << "\r\x1b[K" << std::flush;
    drawn_ = false;
  }
}

}  // namespace florin::cli
