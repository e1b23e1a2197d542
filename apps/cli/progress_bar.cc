#include "apps/cli/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "apps/cli/text.h"

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

std::string ProgressLine(const Progress& progress, bool with_bar) {
  const double seconds = Seconds(progress.elapsed);
  const auto rate =
      static_cast<std::int64_t>(seconds > 0 ? static_cast<double>(progress.done) / seconds : 0);
  std::string tail =
      fmt::format("{} {}  {}/s", FormatCount(progress.done), progress.unit, FormatCount(rate));
  if (!progress.part) {
    return tail;
  }
  const double part = std::clamp(*progress.part, 0.0, 1.0);
  std::string line;
  if (with_bar) {
    const auto filled = static_cast<std::size_t>(part * kBarWidth);
    line = fmt::format("[{}{}]  ", std::string(filled, '#'), std::string(kBarWidth - filled, '.'));
  }
  line += fmt::format("{:3.0f}%  {}", part * 100, tail);
  if (part > 0) {
    line += "  ETA " + FormatSeconds(std::llround(seconds / part * (1 - part)));
  }
  return line;
}

void ProgressBar::Update(const Progress& progress) {
  if (!console_.err_is_terminal && without_ == WithoutTerminal::kNothing) {
    return;
  }
  const auto every = console_.err_is_terminal ? kRedraw : kPlainLine;
  // The first plain line also waits: short work needs none.
  const auto last =
      last_.value_or(console_.err_is_terminal
                         ? -std::chrono::duration_cast<std::chrono::steady_clock::duration>(kRedraw)
                         : std::chrono::steady_clock::duration{});
  if (progress.elapsed - last < every) {
    return;
  }
  last_ = progress.elapsed;
  if (console_.err_is_terminal) {
    drawn_ = true;
    // Erases the rest of a longer line before.
    console_.err << "\r" << ProgressLine(progress, true) << "\x1b[K";
    console_.err.Flush();
  } else {
    console_.err << ProgressLine(progress, false) << '\n';
    console_.err.Flush();
  }
}

void ProgressBar::Finish() {
  if (drawn_) {
    console_.err << "\r\x1b[K";
    console_.err.Flush();
    drawn_ = false;
  }
}

}  // namespace florin::cli
