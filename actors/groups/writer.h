#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/groups/group_store.h"

namespace florin::actors {

/// The one thread that writes consumer groups: whatever came in since the last sync is one synced
/// write. Threads: any.
class GroupWriter {
 public:
  using Done = std::function<void(const domain::Status&)>;

  /// Begins a write at most every `interval`. Requires: `store` outlives it.
  GroupWriter(storage::GroupStore* store, std::chrono::nanoseconds interval);
  ~GroupWriter() { Stop(); }
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  /// In the order of calls. `done` runs on the writer's thread and must not block.
  void Write(storage::GroupChange change, Done done);
  /// Runs `job` on the writer's thread after everything that was to be written before; it may read
  /// the store.
  void Run(std::function<void()> job);
  /// Writes what came before, then ends the thread. Again: nothing.
  void Stop();

  [[nodiscard]] std::int64_t flushes() const { return flushes_.load(std::memory_order_relaxed); }

 private:
  struct QueuedChange {
    storage::GroupChange change;
    Done done;
  };

  void Work();
  void WriteAll(std::vector<QueuedChange> queued);

  storage::GroupStore* const store_;
  const std::chrono::nanoseconds interval_;
  std::atomic<std::int64_t> flushes_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<QueuedChange> queued_;
  std::vector<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace florin::actors
