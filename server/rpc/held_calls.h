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
/// client has been told to send nothing more on its connection. A call whose
/// client gives up sooner is refused in time for it to hear of that.
///
/// Threads: any.
class HeldCalls {
 public:
  using Refuse = std::function<void()>;
  using TimePoint = std::chrono::system_clock::time_point;

  /// Calls `refuse` at once, or keeps it until Release, or until the client's `deadline` is near.
  /// It must not block.
  void Add(TimePoint deadline, Refuse refuse);
  /// Once for each Add: the refusal has been sent, or its client has gone.
  void Ended();

  /// From now on calls are held.
  void Begin();
  [[nodiscard]] bool begun() const { return begun_.load(std::memory_order_relaxed); }

  /// Returns when no call has come for `quiet`. False: calls came until `limit`.
  bool WaitUntilQuiet(std::chrono::milliseconds quiet, std::chrono::milliseconds limit);

  /// Refuses those that are held, and from now on every other at once.
  void Release();
  /// Returns when all that were added have ended. False: some had not by `limit`.
  bool WaitUntilEnded(std::chrono::milliseconds limit);

 private:
  struct HeldCall {
    TimePoint deadline;
    Refuse refuse;
  };

  // Those whose deadline is near, taken out of held_.
  std::vector<HeldCall> TakeNear();

  std::mutex mutex_;
  std::condition_variable added_;
  std::condition_variable ended_;
  std::vector<HeldCall> held_;
  // Of held_; so that it is looked through only when there is something to find.
  TimePoint first_deadline_ = TimePoint::max();
  std::size_t added_count_ = 0;
  std::size_t open_ = 0;
  bool holding_ = false;
  std::atomic<bool> begun_{false};
};

}  // namespace florin::server
