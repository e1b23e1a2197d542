#include "clients/cpp/uuid.h"

#include <chrono>
#include <random>
#include <utility>

namespace florin::client {
namespace {

constexpr std::uint32_t kCounterMax = 0xFFF;
// A new millisecond starts in the lower half, so that there is room to count.
constexpr std::uint64_t kCounterStartMask = 0x7FF;

std::int64_t SystemMilliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::uint64_t SystemRandom() {
  thread_local std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

std::string Format(std::uint64_t high, std::uint64_t low) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
      text.push_back('-');
    }
    const std::uint64_t half = digit < 16 ? high : low;
    text.push_back(kHex[(half >> (60 - 4 * (digit % 16))) & 0xF]);
  }
  return text;
}

}  // namespace

UuidGenerator::UuidGenerator() : UuidGenerator(SystemMilliseconds, SystemRandom) {}

UuidGenerator::UuidGenerator(Clock clock, Random random)
    : clock_(std::move(clock)), random_(std::move(random)) {}

std::string UuidGenerator::Next() {
  const std::scoped_lock lock(mutex_);
  const std::int64_t now = clock_();
  if (now > last_ms_) {
    last_ms_ = now;
    counter_ = static_cast<std::uint32_t>(random_() & kCounterStartMask);
  } else if (counter_ < kCounterMax) {
    ++counter_;
  } else {
    // Used up: borrow from the next millisecond rather than wait for it.
    ++last_ms_;
    counter_ = 0;
  }
  const auto milliseconds = static_cast<std::uint64_t>(last_ms_) & 0xFFFFFFFFFFFF;
  const std::uint64_t high = (milliseconds << 16) | 0x7000U | counter_;
  const std::uint64_t low = (random_() & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000;
  return Format(high, low);
}

}  // namespace florin::client
