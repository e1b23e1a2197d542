#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "florin/v1/group_service.pb.h"

namespace florin::client {

/// What a member of a group holds: events of different streams for any worker,
/// those of one stream one after another, in the order of arrival.
///
/// A stream stays busy until its event is finished, also when the connection
/// that brought it is gone: what comes again over the next one waits, so that
/// no two workers are ever at one stream.
///
/// Threads: safe.
class GroupWorklist {
 public:
  using Clock = std::chrono::steady_clock;

  struct Item {
    /// Delivery ids are worth nothing on another connection.
    std::int64_t connection = 0;
    v1::DeliveredEvent delivery;
    Clock::time_point received;
    /// When its ack_timeout began.
    Clock::time_point extended;
    bool running = false;
  };
  using ItemPtr = std::shared_ptr<Item>;

  /// Takes the events out of `deliveries`. Nothing is added once closed.
  void Add(std::int64_t connection,
           google::protobuf::RepeatedPtrField<v1::DeliveredEvent>* deliveries,
           Clock::time_point now);

  /// How long a delivery is this member's without being extended: what has
  /// waited longer is somebody else's by now, and is not given out any more.
  void SetLifetime(Clock::duration lifetime);

  /// Blocks for the next event whose stream is free; null: closed.
  [[nodiscard]] ItemPtr Take();
  /// Of an item that Take gave: its stream's next event may be taken. True:
  /// nothing is left, neither waiting nor running.
  bool Finish(const ItemPtr& item);

  /// Forgets what no worker has begun.
  void DropWaiting();
  /// The same for ever, and wakes everybody in Take.
  void Close();

  /// The delivery ids of `connection` whose timeout began `interval` ago; it
  /// counts anew from `now`. What is held for longer than `hold_limit` is left
  /// to time out.
  [[nodiscard]] std::vector<std::string> TakeDue(std::int64_t connection, Clock::time_point now,
                                                 Clock::duration interval,
                                                 Clock::duration hold_limit);

  /// Waiting and running.
  [[nodiscard]] std::size_t size() const;
  /// Never begun: lapsed, or dropped.
  [[nodiscard]] std::int64_t not_begun() const;

 private:
  using Queue = std::deque<ItemPtr>;

  // Both called with mutex_ held.
  void ForgetWaiting();
  // Takes the front of a stream away.
  void Pop(const std::string& stream);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Of each stream with something to do; what runs is in front. Guarded.
  std::unordered_map<std::string, Queue> streams_;
  std::deque<std::string> ready_;                      // streams whose front may be taken; guarded
  std::size_t size_ = 0;                               // guarded by mutex_
  std::int64_t not_begun_ = 0;                         // guarded by mutex_
  Clock::duration lifetime_ = Clock::duration::max();  // guarded by mutex_
  bool closed_ = false;                                // guarded by mutex_
};

}  // namespace florin::client
