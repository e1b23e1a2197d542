#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace florin::actors {

/// Threads on which reads may wait for the disk, so that nothing else has to.
///
/// Calls of clients come through `TryRun` and meet a bound; the pipeline's own reads (waking an
/// account up, an outcome that is owed) through `Run`, bounded by what is in flight. A job that
/// throws ends the process (actors/end_process.h): somebody waits for what it was to do.
class ReaderPool {
 public:
  /// Jobs of clients that may wait.
  static constexpr std::size_t kQueueMax = 4'096;

  ReaderPool(std::size_t threads, std::size_t queue_max);
  ~ReaderPool() { Shutdown(); }
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// Runs what is queued, then ends the threads; nothing is taken from then on.
  void Shutdown();
  [[nodiscard]] bool TryRun(std::function<void()> job);
  void Run(std::function<void()> job);
  [[nodiscard]] std::size_t QueueSize() const;

 private:
  void Work();

  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace florin::actors
