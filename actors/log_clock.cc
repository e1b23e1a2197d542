#include "actors/log_clock.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace florin::actors {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

/// An idle ledger may be started after a long time; a year more is taken for a wrong clock.
constexpr std::int64_t kIdleMax = 366 * kDay;

/// Less is not worth a word: clocks are corrected by so much all the time.
constexpr std::int64_t kApart = kSecond;

/// Until it is as little again, they are not together: else it would be said over and over.
constexpr std::int64_t kTogetherAgain = kSecond / 2;

constexpr std::int64_t kRepeatAfter = 600 * kSecond;

/// Far from where a number of nanoseconds ends, so that years of uptime fit behind it.
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max() - 10 * 366 * kDay;

std::int64_t Read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

std::string DateOf(std::int64_t time) {
  const time_t seconds = time / kSecond;
  tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

double SecondsOf(std::int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / static_cast<double>(kSecond);
}

}  // namespace

MachineClocks MachineClocks::Real() {
  return {[] { return Read(CLOCK_REALTIME); }, [] { return Read(CLOCK_BOOTTIME); }};
}

LogClock::LogClock(MachineClocks clocks, std::int64_t last_commit_time, std::int64_t max_jump_ns)
    : clocks_(std::move(clocks)), max_jump_ns_(max_jump_ns) {
  const Reading reading = ReadClocks();
  offset_ = std::min(std::max(reading.wall, last_commit_time), kLatest) - reading.steady;
}

/// The wall clock first: what passes between the two, if this thread is put aside there, makes the
/// log's time late by as much for a moment. The other way round it would be ahead, and stay so.
LogClock::Reading LogClock::ReadClocks() const {
  Reading reading;
  reading.wall = clocks_.wall();
  reading.steady = clocks_.steady();
  return reading;
}

std::int64_t LogClock::Now() { return TimeAt(ReadClocks()); }

std::int64_t LogClock::TimeAt(const Reading& reading) {
  const std::int64_t steady = reading.steady;
  const std::int64_t target = std::min(reading.wall, kLatest) - steady;
  std::int64_t offset = offset_.load(std::memory_order_relaxed);
  while (target > offset && target - offset <= max_jump_ns_) {
    if (offset_.compare_exchange_weak(offset, target, std::memory_order_relaxed))
      return steady + target;
  }
  return steady + offset;
}

std::int64_t LogClock::Ahead() {
  const Reading reading = ReadClocks();
  return TimeAt(reading) - reading.wall;
}

std::string CheckClockAtStart(std::int64_t wall, std::int64_t last_commit_time,
                              std::int64_t max_jump_ns) {
  const std::int64_t allowed = std::max(kIdleMax, max_jump_ns);
  if (last_commit_time <= 0 || wall - last_commit_time <= allowed) return "";
  const std::int64_t jump = wall - last_commit_time;
  return fmt::format(
      "the machine's clock says {}, but the last command was committed at {}, {} days earlier; a "
      "wrong time would stay in the log for ever. Correct the clock and start again; if it is "
      "right, start once with --max-clock-jump-seconds {}",
      DateOf(wall), DateOf(last_commit_time), jump / kDay, (jump / kDay + 1) * (kDay / kSecond));
}

std::string WarnOfJumpAtStart(std::int64_t wall, std::int64_t last_commit_time,
                              std::int64_t max_jump_ns) {
  if (last_commit_time <= 0 || wall - last_commit_time <= max_jump_ns) return "";
  return fmt::format(
      "the machine's clock says {}, {:.3f} s after the last commit time {}, which is more than "
      "--max-clock-jump-seconds {}; the server follows it, and holds expire by it. If the clock is "
      "wrong, stop the server before commands arrive, and correct it",
      DateOf(wall), SecondsOf(wall - last_commit_time), DateOf(last_commit_time),
      max_jump_ns / kSecond);
}

std::optional<ClockWatch::Note> ClockWatch::Look(LogClock* clock, std::int64_t steady) {
  const std::int64_t ahead = clock->Ahead();
  State state = State::kTogether;
  const std::int64_t bound = state_ == State::kTogether ? kApart : kTogetherAgain;
  if (ahead > bound) state = State::kAhead;
  if (ahead < -bound) state = State::kJumpNotFollowed;
  const bool again = state != State::kTogether && steady - told_ >= kRepeatAfter;
  if (state == state_ && !again) return std::nullopt;
  state_ = state;
  told_ = steady;
  switch (state) {
    case State::kAhead:
      return Note{true, fmt::format("the log's time is {:.3f} s ahead of the machine's clock, "
                                    "which was ahead once or has been set back; commit times "
                                    "continue from there, and holds expire by them",
                                    SecondsOf(ahead))};
    case State::kJumpNotFollowed:
      return Note{true, fmt::format("the machine's clock is {:.3f} s ahead of the log's time, more "
                                    "than --max-clock-jump-seconds {} allows, and is not followed; "
                                    "correct it, or restart the server if it is right",
                                    SecondsOf(-ahead), clock->max_jump_ns() / kSecond)};
    case State::kTogether:
      break;
  }
  return Note{false, "the log's time and the machine's clock agree again"};
}

}  // namespace florin::actors
