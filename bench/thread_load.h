#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "bench/load.h"

namespace florin::bench {

/// A load of threads that each do one thing again and again.
class ThreadLoad : public Load {
 public:
  explicit ThreadLoad(int threads) : count_(threads) {}

  void Start() override {
    for (int i = 0; i < count_; ++i) threads_.emplace_back([this, i] { Run(i); });
  }
  void Stop() override {
    stopping_.store(true, std::memory_order_relaxed);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 protected:
  /// The life of one thread: returns soon after `stopping`.
  virtual void Run(int index) = 0;
  [[nodiscard]] bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

 private:
  const int count_;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace florin::bench
