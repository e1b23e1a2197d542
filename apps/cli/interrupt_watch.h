#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "apps/cli/interrupt.h"

namespace florin::cli {

/// While it lives, Ctrl-C calls `stop` once, from a thread of its own: for work
/// that blocks in a call and can be cancelled from outside.
class InterruptWatch {
 public:
  explicit InterruptWatch(std::function<void()> stop);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  [[nodiscard]] bool interrupted() const { return guard_.flag(); }

 private:
  const InterruptGuard guard_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace florin::cli
