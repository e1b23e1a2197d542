#include "actors/paced_clock.h"

#include <algorithm>
#include <utility>

namespace florin::actors {
namespace {

/// Less is followed at once: nobody waits for so short a time.
constexpr std::int64_t kFollowedAtOnce = 10'000'000;

}  // namespace

PacedClock::PacedClock(Source target, Source steady)
    : target_(std::move(target)),
      steady_(std::move(steady)),
      now_(target_()),
      read_at_(steady_()) {}

std::int64_t PacedClock::Now() {
  const std::int64_t target = target_();
  const std::lock_guard lock(mutex_);
  const std::int64_t steady = steady_();
  const std::int64_t passed = std::max<std::int64_t>(steady - read_at_, 0);
  read_at_ = std::max(read_at_, steady);
  const std::int64_t even = now_ + passed;
  now_ = std::max(even, std::min(target, even + passed / 10));
  if (target - now_ <= kFollowedAtOnce) now_ = std::max(now_, target);
  return now_;
}

}  // namespace florin::actors
