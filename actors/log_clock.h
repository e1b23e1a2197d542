#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace florin::actors {

/// The clocks of the machine, in nanoseconds; passed in so that a test may turn them.
struct MachineClocks {
  /// UTC. May be set, forward or back, at any time.
  std::function<std::int64_t()> wall;
  /// Goes on evenly, also while the machine is suspended; from any beginning.
  std::function<std::int64_t()> steady;

  [[nodiscard]] static MachineClocks Real();
};

/// The log's time, from which commit times and expiries of holds come.
///
/// It follows the wall clock and never goes back. While it is ahead of the wall clock, since that
/// was ahead once, it goes on at the steady clock's pace. A jump of the wall clock ahead by more
/// than the bound is not followed: log time goes on as if it had not happened. Source:
/// docs/adr/0010-the-logs-time.md.
///
/// Threads: any.
class LogClock {
 public:
  /// `last_commit_time`: of the log, 0 if it is empty. At this moment the wall clock is followed
  /// whatever it says, if it is not behind (see CheckClockAtStart).
  LogClock(MachineClocks clocks, std::int64_t last_commit_time, std::int64_t max_jump_ns);

  /// UTC nanoseconds.
  [[nodiscard]] std::int64_t Now();

  /// How far log time is ahead of the wall clock. Negative: the wall clock is ahead by more than
  /// the bound, and is not followed.
  [[nodiscard]] std::int64_t Ahead();

  [[nodiscard]] std::int64_t max_jump_ns() const { return max_jump_ns_; }

 private:
  /// Both clocks at one moment.
  struct Reading {
    std::int64_t wall = 0;
    std::int64_t steady = 0;
  };
  [[nodiscard]] Reading ReadClocks() const;
  std::int64_t TimeAt(const Reading& reading);

  const MachineClocks clocks_;
  const std::int64_t max_jump_ns_;
  /// Log time less the steady clock's.
  std::atomic<std::int64_t> offset_;
};

/// Why a ledger must not start on this wall clock, with the way out; empty: it may. A wall clock
/// that is behind is no reason; one far ahead of the last commit time would be written down for
/// ever.
[[nodiscard]] std::string CheckClockAtStart(std::int64_t wall, std::int64_t last_commit_time,
                                            std::int64_t max_jump_ns);

/// What is to be said of a start that follows a wall clock which is more than the bound after the
/// last commit time; empty: nothing. It is right after a long stop, and wrong if the clock is.
[[nodiscard]] std::string WarnOfJumpAtStart(std::int64_t wall, std::int64_t last_commit_time,
                                            std::int64_t max_jump_ns);

/// Says when log time and wall clock diverge and when they are together again, and repeats while
/// they are apart.
class ClockWatch {
 public:
  struct Note {
    /// Else it is good news.
    bool warning = false;
    std::string sentence;
  };

  /// `steady`: the time of the repetition. Threads: one.
  [[nodiscard]] std::optional<Note> Look(LogClock* clock, std::int64_t steady);

 private:
  enum class State : std::uint8_t { kTogether, kAhead, kJumpNotFollowed };

  State state_ = State::kTogether;
  std::int64_t told_ = 0;
};

}  // namespace florin::actors
