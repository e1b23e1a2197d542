#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "domain/event_filter.h"
#include "domain/result.h"

namespace florin::actors {

/// One event as a consumer group handles it.
struct FeedEvent {
  std::int64_t position = 0;
  std::string stream;
  /// UTC nanoseconds; never decreases as position grows.
  std::int64_t commit_time = 0;
  /// florin.v1.Event, encoded; opaque here.
  std::string bytes;
};

struct FeedPage {
  /// In order of position; all match.
  std::vector<FeedEvent> events;
  /// Everything up to here was looked at.
  std::int64_t through = 0;
};

/// The log as consumer groups read it. Threads: any.
class GroupFeed {
 public:
  virtual ~GroupFeed() = default;

  /// Last visible position. Does not block.
  [[nodiscard]] virtual std::int64_t Head() const = 0;

  /// What matches after position `after`, in order: until `events_max` events or about `bytes_max`
  /// bytes of them are found, a bounded number of events was looked at, or the head is reached.
  /// Goes forward by at least one position if there is one. May block.
  /// Errors: kDataCorrupt, kStorageUnavailable.
  virtual domain::Result<FeedPage> Read(std::int64_t after, const domain::EventFilter& filter,
                                        std::size_t events_max, std::size_t bytes_max) = 0;

  /// The events of these positions (ascending), whatever their type, until about `bytes_max` bytes
  /// of them are found; at least one. May block.
  /// Errors: kDataCorrupt, kStorageUnavailable.
  virtual domain::Result<std::vector<FeedEvent>> Fetch(const std::vector<std::int64_t>& positions,
                                                       std::size_t bytes_max) = 0;

  /// Commit time of the event at `position`. May block. Requires: 1 <= position <= head.
  virtual domain::Result<std::int64_t> CommitTime(std::int64_t position) = 0;

  /// `wake` is called after each publish, from the publisher's thread; it must not block.
  virtual std::uint64_t Listen(std::function<void()> wake) = 0;
  /// After it returns `wake` is not running and will not run.
  virtual void Unlisten(std::uint64_t token) = 0;
};

}  // namespace florin::actors
