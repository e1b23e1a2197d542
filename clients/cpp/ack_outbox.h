#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "florin/v1/group_service.pb.h"

namespace florin::client {

/// Gathers what a member has to say of its deliveries into few messages.
///
/// A message is due when it is full (`batch_max` items), `linger` after its
/// first item, or at once after Flush. What belongs to another connection than
/// the one that is open is dropped: nobody would know its delivery ids.
///
/// Threads: one takes, any number add.
class AckOutbox {
 public:
  using Clock = std::chrono::steady_clock;

  AckOutbox(std::size_t batch_max, std::chrono::milliseconds linger)
      : batch_max_(batch_max), linger_(linger) {}

  /// From now on this connection's; what was left of another is forgotten.
  void Begin(std::int64_t connection);
  /// Until End things are kept back for the hold limit: to acknowledge makes room,
  /// and what is delivered to somebody who is leaving comes for nothing.
  void Hold();
  /// Must end well within the ack_timeout: nobody extends what is kept here.
  void SetHoldLimit(Clock::duration limit);
  /// Nothing is added any more; Take gives out the rest, then nothing.
  void End();

  /// False: of another connection, dropped.
  bool Acknowledge(std::int64_t connection, std::string delivery_id);
  bool Nack(std::int64_t connection, v1::Nack nack);
  /// What there is goes at once.
  void Flush();

  /// Take returns at once: its `until` is not right any more.
  void Wake();

  /// Waits for a message that is due, until `until` or Wake: empty then.
  /// nullopt: ended, and nothing is left.
  [[nodiscard]] std::optional<v1::Acknowledge> Take(Clock::time_point until);
  /// True: everything that was added has been taken.
  [[nodiscard]] bool empty() const;

 private:
  struct Message {
    v1::Acknowledge items;
    Clock::time_point first;  // when it got its first one
  };

  // All called with mutex_ held. The message that takes one more item:
  v1::Acknowledge& Grown();
  [[nodiscard]] bool IsDue(Clock::time_point now) const;
  // Of the first message, which must be there.
  [[nodiscard]] Clock::time_point DueAt() const;

  const std::size_t batch_max_;
  const std::chrono::milliseconds linger_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All but the last are full. Guarded by mutex_.
  std::deque<Message> messages_;
  std::size_t last_size_ = 0;      // items in messages_.back(); guarded
  Clock::duration hold_limit_{0};  // guarded by mutex_
  bool flush_ = false;             // guarded by mutex_
  bool hold_ = false;              // guarded by mutex_
  bool woken_ = false;             // guarded by mutex_
  bool ended_ = true;              // guarded by mutex_
  std::int64_t connection_ = 0;    // guarded by mutex_
};

}  // namespace florin::client
