#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/child_process.h"

namespace florin::bench {

/// Looks at a process's resident memory ten times a second, from its construction to Stop.
///
/// A server's memory rises and falls with its memtables; the median of many looks does not depend
/// on where in that the measurement happens to end, as a peak or a last look does. Threads: one.
class ResidentMemory {
 public:
  /// Requires: `process` outlives it.
  explicit ResidentMemory(const ChildProcess& process);
  ~ResidentMemory() { Stop(); }
  ResidentMemory(const ResidentMemory&) = delete;
  ResidentMemory& operator=(const ResidentMemory&) = delete;

  void Stop();
  /// MiB, the median of the later half: what was freed before has been given back by then.
  /// Requires: Stop was called.
  [[nodiscard]] double MedianMib() const;

 private:
  void Run(const ChildProcess& process);

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::vector<double> looks_mib_;
  std::thread thread_;
};

}  // namespace florin::bench
