#include "server/rpc/held_calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace florin::server {
namespace {

// What a refusal is given to reach its client, and twice what may pass between two looks.
constexpr std::chrono::milliseconds kNear{250};

bool IsNear(HeldCalls::TimePoint deadline) {
  return deadline <= HeldCalls::TimePoint::clock::now() + kNear;
}

}  // namespace

void HeldCalls::Add(TimePoint deadline, Refuse refuse) {
  {
    const std::lock_guard lock(mutex_);
    ++open_;
    ++added_count_;
    added_.notify_all();
    if (holding_ && !IsNear(deadline)) {
      held_.push_back({deadline, std::move(refuse)});
      first_deadline_ = std::min(first_deadline_, deadline);
      return;
    }
  }
  refuse();
}

void HeldCalls::Ended() {
  const std::lock_guard lock(mutex_);
  if (--open_ == 0) ended_.notify_all();
}

void HeldCalls::Begin() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
  begun_.store(true, std::memory_order_relaxed);
}

bool HeldCalls::WaitUntilQuiet(std::chrono::milliseconds quiet, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  for (;;) {
    const std::size_t seen = added_count_;
    const auto another = [&] { return added_count_ != seen; };
    if (!added_.wait_for(lock, quiet, another)) return true;
    const std::vector<HeldCall> near = TakeNear();
    lock.unlock();
    for (const HeldCall& held : near) held.refuse();
    if (std::chrono::steady_clock::now() >= end) return false;
    lock.lock();
  }
}

std::vector<HeldCalls::HeldCall> HeldCalls::TakeNear() {
  std::vector<HeldCall> near;
  if (!IsNear(first_deadline_)) return near;
  const auto is_far = [](const HeldCall& held) { return !IsNear(held.deadline); };
  const auto split = std::partition(held_.begin(), held_.end(), is_far);
  near.assign(std::make_move_iterator(split), std::make_move_iterator(held_.end()));
  held_.erase(split, held_.end());
  first_deadline_ = TimePoint::max();
  for (const HeldCall& held : held_) first_deadline_ = std::min(first_deadline_, held.deadline);
  return near;
}

void HeldCalls::Release() {
  std::vector<HeldCall> all;
  {
    const std::lock_guard lock(mutex_);
    holding_ = false;
    all.swap(held_);
  }
  // Outside the lock: a call may end within its refusal.
  for (const HeldCall& held : all) held.refuse();
}

bool HeldCalls::WaitUntilEnded(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, limit, [this] { return open_ == 0; });
}

}  // namespace florin::server
