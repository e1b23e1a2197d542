#include "server/held_calls.h"

#include <utility>

namespace florin::server {

void HeldCalls::Add(Refuse refuse) {
  {
    const std::lock_guard lock(mutex_);
    if (holding_) {
      held_.push_back(std::move(refuse));
      added_.notify_all();
      return;
    }
  }
  refuse();
}

void HeldCalls::Begin() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
  begun_.store(true, std::memory_order_relaxed);
}

void HeldCalls::WaitUntilQuiet(std::chrono::milliseconds quiet, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  std::size_t seen = held_.size();
  const auto another = [&] { return held_.size() != seen; };
  while (std::chrono::steady_clock::now() < end && added_.wait_for(lock, quiet, another)) {
    seen = held_.size();
  }
}

void HeldCalls::Release() {
  std::vector<Refuse> held;
  {
    const std::lock_guard lock(mutex_);
    holding_ = false;
    held.swap(held_);
  }
  // Outside the lock: a call may end within its refusal.
  for (const Refuse& refuse : held) refuse();
}

}  // namespace florin::server
