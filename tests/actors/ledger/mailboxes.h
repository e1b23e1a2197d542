#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "tests/support/random_source.h"

namespace florin::actors {

/// Mailboxes whose owners run one job at a time, like actors, but in an order
/// that a seed decides (RunAll) or on plain threads (RunOnThreads).
///
/// Some mailboxes are slow: the seed gives each a weight, so that orders far
/// from first come, first served are met too. Threads: any.
class Mailboxes {
 public:
  using Job = std::function<void()>;

  explicit Mailboxes(test_support::RandomSource* random) : random_(random) {}

  std::size_t Add();
  void Post(std::size_t box, Job job);

  /// Nothing of this box runs until it is released.
  void Hold(std::size_t box);
  void Release(std::size_t box);

  /// Runs one job; false: none may run.
  bool RunOne();
  /// Until nothing is left but what is held.
  void RunAll();
  void RunOnThreads(int threads);
  [[nodiscard]] bool Empty() const;

 private:
  struct Box {
    std::deque<Job> jobs;
    double weight = 1;
    bool running = false;
    bool held = false;
  };

  std::optional<std::size_t> PickReady();
  bool RunPicked(std::unique_lock<std::mutex>* lock);
  void Work();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  test_support::RandomSource* random_;
  std::deque<Box> boxes_;
  std::size_t running_ = 0;
};

}  // namespace florin::actors
