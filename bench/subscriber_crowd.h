#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "bench/channels.h"
#include "florin/v1/event_service.grpc.pb.h"

namespace florin::bench {

/// Many subscriptions that read whatever they are sent, without a thread for each.
///
/// Threads: one; the counts from any.
class SubscriberCrowd {
 public:
  /// What subscriber `index` asks for.
  using MakeRequest = std::function<v1::SubscribeEventsRequest(int index)>;

  /// Opens `count` subscriptions, spread over `channels`, and returns when each has caught up.
  /// Throws std::runtime_error if one ends before.
  SubscriberCrowd(const Channels& channels, int count, const MakeRequest& make_request);
  /// Ends them all.
  ~SubscriberCrowd();
  SubscriberCrowd(const SubscriberCrowd&) = delete;
  SubscriberCrowd& operator=(const SubscriberCrowd&) = delete;

  [[nodiscard]] std::int64_t events() const { return events_.load(std::memory_order_relaxed); }
  /// Those that ended by themselves.
  [[nodiscard]] int ended() const { return ended_.load(); }

 private:
  class Member;

  std::vector<std::unique_ptr<v1::EventService::Stub>> stubs_;
  std::atomic<std::int64_t> events_{0};
  std::atomic<int> caught_up_{0};
  std::atomic<int> ended_{0};
  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace florin::bench
