#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace florin::server {

/// How calls are refused while the server stops: at once, then held, then at once again.
///
/// A client that is refused may send its next call on the same connection. gRPC
/// ends a call that arrives in the moment of its shutdown with CANCELLED, which
/// no retry policy repeats. So around that moment refusals wait, until every
/// client has been told to send nothing more on its connection.
///
/// Threads: any.
class HeldCalls {
 public:
  using Refuse = std::function<void()>;

  /// Calls `refuse` at once, or keeps it until Release. It must not block.
  void Add(Refuse refuse);

  /// From now on calls are held.
  void Begin();
  [[nodiscard]] bool begun() const { return begun_.load(std::memory_order_relaxed); }

  /// Returns when no call has come for `quiet`, at the latest after `limit`.
  void WaitUntilQuiet(std::chrono::milliseconds quiet, std::chrono::milliseconds limit);

  /// Refuses those that are held, and from now on every other at once.
  void Release();

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<Refuse> held_;
  bool holding_ = false;
  std::atomic<bool> begun_{false};
};

}  // namespace florin::server
