#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "actors/ledger/flight.h"

namespace florin::actors {

/// Brings decided flights back into the order of their numbers. Threads: Push from any, Take from
/// one.
class CommitQueue {
 public:
  void Push(FlightPtr flight);
  /// The next numbers that are decided without a gap; waits for at least one. Empty: closed and
  /// nothing left.
  [[nodiscard]] std::vector<FlightPtr> Take(std::size_t most);
  /// The same without waiting; for tests on one thread.
  [[nodiscard]] std::vector<FlightPtr> TryTake(std::size_t most);
  void Close();
  [[nodiscard]] std::size_t Size() const;

 private:
  std::vector<FlightPtr> Pop(std::size_t most);

  mutable std::mutex mutex_;
  std::condition_variable ready_;
  /// Slot i is number next_ + i; null: not decided yet.
  std::deque<FlightPtr> slots_;
  std::uint64_t next_ = 1;
  bool closed_ = false;
};

}  // namespace florin::actors
