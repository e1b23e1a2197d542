#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "bench/histogram.h"

namespace florin::bench {

/// Something that keeps a server busy until it is told to stop.
///
/// Threads: Start and Stop from one; the figures may be read from any while it runs.
class Load {
 public:
  virtual ~Load() = default;
  virtual void Start() = 0;
  /// Returns when nothing is in flight any more.
  virtual void Stop() = 0;

  /// What was asked for and done: posted transfers, echoes, events.
  [[nodiscard]] std::int64_t done() const { return done_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  [[nodiscard]] Histogram& latencies() { return latencies_; }
  /// One of the refusals, for the person who wonders.
  [[nodiscard]] std::string first_refusal() const;

 protected:
  void CountDone(std::int64_t count) { done_.fetch_add(count, std::memory_order_relaxed); }
  void CountRefused(std::int64_t count, const std::string& why);

 private:
  std::atomic<std::int64_t> done_{0};
  std::atomic<std::int64_t> refused_{0};
  Histogram latencies_;
  // Written once, by whoever counts the first.
  std::string why_;
  std::atomic<bool> why_known_{false};
};

}  // namespace florin::bench
