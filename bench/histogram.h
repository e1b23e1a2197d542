#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace florin::bench {

/// Durations in buckets of constant relative width (1.6 %), from 1 ns to some hours.
///
/// Threads: Record from any; a reading while others record may miss the newest.
class Histogram {
 public:
  void Record(std::chrono::nanoseconds duration);
  void Clear();

  [[nodiscard]] std::int64_t count() const;
  /// Milliseconds that `share` (0 to 1) of the durations did not exceed; 0 if there are none.
  [[nodiscard]] double Milliseconds(double share) const;

 private:
  // 64 buckets for every power of two.
  static constexpr int kBitsPerOctave = 6;
  static constexpr std::size_t kBuckets = std::size_t{44} << kBitsPerOctave;

  static std::size_t BucketOf(std::uint64_t nanoseconds);
  static double UpperBoundOf(std::size_t bucket);

  std::array<std::atomic<std::int64_t>, kBuckets> buckets_{};
};

/// What is printed of a histogram, in milliseconds.
struct Latency {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
};

[[nodiscard]] Latency Summarize(const Histogram& histogram);

}  // namespace florin::bench
