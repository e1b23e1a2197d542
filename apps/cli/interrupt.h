#pragma once

#include <atomic>

namespace florin::cli {

/// While it lives, the first Ctrl-C (or SIGTERM) only sets the flag; the next one ends the program
/// as usual, unless it comes within half a second: that is the same wish.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  [[nodiscard]] const std::atomic<bool>& flag() const;
};

}  // namespace florin::cli
