#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace florin::client {

/// Calls `on_stall` once if it is armed and nobody touches it for `limit`.
///
/// Streams have no deadline, and a peer that vanished without closing its
/// connection leaves a reader or writer blocked for ever; the guard cancels it.
///
/// Threads: safe. `on_stall` runs on the guard's own thread.
class StallGuard {
 public:
  StallGuard(std::chrono::milliseconds limit, std::function<void()> on_stall);
  /// Waits for `on_stall` if it is running.
  ~StallGuard();
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;

  /// Something is awaited from now on; also: something was heard, start again.
  void Arm();
  /// Nothing is awaited.
  void Disarm();
  [[nodiscard]] bool stalled() const;

 private:
  void Run();

  const std::chrono::milliseconds limit_;
  const std::function<void()> on_stall_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::steady_clock::time_point due_;  // guarded by mutex_
  bool armed_ = false;                         // guarded by mutex_
  bool stalled_ = false;                       // guarded by mutex_
  bool ending_ = false;                        // guarded by mutex_
  std::thread thread_;
};

}  // namespace florin::client
