#include "bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace florin::bench {

std::size_t Histogram::BucketOf(std::uint64_t nanoseconds) {
  constexpr std::uint64_t kLinear = std::uint64_t{1} << kBitsPerOctave;
  if (nanoseconds < kLinear) return nanoseconds;
  const int octave = static_cast<int>(std::bit_width(nanoseconds)) - 1 - kBitsPerOctave;
  const std::uint64_t within = (nanoseconds >> octave) & (kLinear - 1);
  const std::size_t bucket = ((static_cast<std::size_t>(octave) + 1) << kBitsPerOctave) + within;
  return std::min(bucket, kBuckets - 1);
}

double Histogram::UpperBoundOf(std::size_t bucket) {
  constexpr std::size_t kLinear = std::size_t{1} << kBitsPerOctave;
  if (bucket < kLinear) return static_cast<double>(bucket);
  const auto octave = static_cast<int>(bucket >> kBitsPerOctave) - 1;
  const auto within = static_cast<double>(bucket & (kLinear - 1));
  return std::ldexp(static_cast<double>(kLinear) + within + 1, octave);
}

void Histogram::Record(std::chrono::nanoseconds duration) {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  buckets_[BucketOf(nanoseconds)].fetch_add(1, std::memory_order_relaxed);
}

void Histogram::Clear() {
  for (auto& bucket : buckets_) bucket.store(0, std::memory_order_relaxed);
}

std::int64_t Histogram::count() const {
  std::int64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

double Histogram::Milliseconds(double share) const {
  const auto wanted = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count())));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i].load(std::memory_order_relaxed);
    if (wanted > 0 && seen >= wanted) return UpperBoundOf(i) / 1e6;
  }
  return 0;
}

Latency Summarize(const Histogram& histogram) {
  return {histogram.Milliseconds(0.5), histogram.Milliseconds(0.99), histogram.Milliseconds(0.999)};
}

}  // namespace florin::bench
