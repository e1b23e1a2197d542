#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace florin::test_support {

/// Seeded choices. Not for more than one thread.
class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed) : engine_(seed) {}

  /// In [low, high], both included.
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  std::size_t Below(std::size_t count) {
    return static_cast<std::size_t>(Between(0, static_cast<std::int64_t>(count) - 1));
  }
  /// True in `percent` of 100 cases.
  bool Percent(double percent) {
    return std::uniform_real_distribution<double>(0, 100)(engine_) < percent;
  }

  template <typename T>
  const T& Pick(const std::vector<T>& choices) {
    return choices[Below(choices.size())];
  }

  /// An index, each as likely as its weight.
  std::size_t Weighted(const std::vector<double>& weights) {
    return std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(engine_);
  }

 private:
  std::mt19937_64 engine_;
};

/// The seed in FLORIN_TEST_SEED, else a fresh one.
std::uint64_t SeedFromEnvironment();
/// A number from the environment, else `otherwise`.
std::int64_t NumberFromEnvironment(const char* name, std::int64_t otherwise);

}  // namespace florin::test_support
