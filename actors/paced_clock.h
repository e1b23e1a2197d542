#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

namespace florin::actors {

/// A clock for deadlines and heartbeats: where another clock jumps ahead, it goes on evenly, and
/// makes up for the difference a tenth faster than time passes.
///
/// So nothing that waits is over all at once, and times that are shown come right again. Never goes
/// back. Threads: any.
class PacedClock {
 public:
  using Source = std::function<std::int64_t()>;

  /// In nanoseconds: `target` never goes back, `steady` goes on evenly.
  PacedClock(Source target, Source steady);
  [[nodiscard]] std::int64_t Now();

 private:
  const Source target_;
  const Source steady_;
  std::mutex mutex_;
  std::int64_t now_;
  std::int64_t read_at_;
};

}  // namespace florin::actors
