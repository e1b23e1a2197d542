#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "florin/v1/event_service.pb.h"

namespace florin::cli {

/// What a live subscription has brought over the last seconds.
///
/// Time comes in as milliseconds since 1970, so that a test can bring its own.
/// Threads: safe; one adds, another asks.
class Activity {
 public:
  struct Summary {
    std::int64_t events_per_second = 0;
    std::int64_t transactions_per_second = 0;
    /// From commit to when the event was seen here, in milliseconds; of the last
    /// second; -1: no events. Clocks of two machines may differ.
    std::int64_t latency_median = -1;
    std::int64_t latency_max = -1;
    std::int64_t seen_position = 0;
    /// Account and number of its events, busiest first.
    std::vector<std::pair<std::string, std::int64_t>> top;
  };

  /// Accounts are ranked over so many seconds.
  static constexpr int kTopSeconds = 10;

  void Add(const v1::SubscribeEventsResponse& batch, std::int64_t now_ms);

  /// Rates of the second before `now_ms`, at most `top` accounts.
  [[nodiscard]] Summary Ask(std::int64_t now_ms, std::size_t top);

 private:
  struct Batch {
    std::int64_t time_ms = 0;
    std::int64_t events = 0;
    std::int64_t transactions = 0;
    std::vector<std::int64_t> latencies;
    std::map<std::string, std::int64_t> accounts;
  };

  void Forget(std::int64_t now_ms);

  std::mutex mutex_;
  std::deque<Batch> batches_;       // guarded by mutex_
  std::int64_t seen_position_ = 0;  // guarded by mutex_
};

}  // namespace florin::cli
