#include "clients/cpp/stall_guard.h"

#include <utility>

namespace florin::client {

StallGuard::StallGuard(std::chrono::milliseconds limit, std::function<void()> on_stall)
    : limit_(limit), on_stall_(std::move(on_stall)), thread_([this] { Run(); }) {}

StallGuard::~StallGuard() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StallGuard::Arm() {
  const std::scoped_lock lock(mutex_);
  due_ = std::chrono::steady_clock::now() + limit_;
  // The thread need not wake for a due time that moves away: it looks again
  // when the old one has passed. That keeps Arm() cheap on a busy stream.
  if (!armed_) {
    armed_ = true;
    changed_.notify_all();
  }
}

void StallGuard::Disarm() {
  const std::scoped_lock lock(mutex_);
  armed_ = false;
}

bool StallGuard::stalled() const {
  const std::scoped_lock lock(mutex_);
  return stalled_;
}

void StallGuard::Run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (!armed_) {
      changed_.wait(lock);
      continue;
    }
    // A copy: Arm() moves due_ while this thread waits with the lock released.
    const auto due = due_;
    if (std::chrono::steady_clock::now() < due) {
      changed_.wait_until(lock, due);
      continue;
    }
    stalled_ = true;
    lock.unlock();
    on_stall_();
    return;
  }
}

}  // namespace florin::client
