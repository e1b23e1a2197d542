#include "clients/cpp/ack_outbox.h"

#include <algorithm>
#include <utility>

namespace florin::client {

void AckOutbox::Begin(std::int64_t connection) {
  const std::scoped_lock lock(mutex_);
  connection_ = connection;
  messages_.clear();
  flush_ = false;
  hold_ = false;
  ended_ = false;
}

void AckOutbox::Hold() {
  const std::scoped_lock lock(mutex_);
  hold_ = true;
}

void AckOutbox::End() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
}

bool AckOutbox::Acknowledge(std::int64_t connection, std::string delivery_id) {
  const std::scoped_lock lock(mutex_);
  if (ended_ || connection != connection_) {
    return false;
  }
  *Grown().add_delivery_ids() = std::move(delivery_id);
  return true;
}

bool AckOutbox::Nack(std::int64_t connection, v1::Nack nack) {
  const std::scoped_lock lock(mutex_);
  if (ended_ || connection != connection_) {
    return false;
  }
  *Grown().add_nacks() = std::move(nack);
  return true;
}

void AckOutbox::Flush() {
  {
    const std::scoped_lock lock(mutex_);
    if (messages_.empty()) {
      return;
    }
    flush_ = true;
  }
  changed_.notify_one();
}

std::optional<v1::Acknowledge> AckOutbox::Take(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  for (auto now = Clock::now(); !IsDue(now) && now < until; now = Clock::now()) {
    const bool lingers = !messages_.empty() && !hold_;
    changed_.wait_until(lock, lingers ? std::min(until, first_ + linger_) : until);
  }
  if (messages_.empty()) {
    return ended_ ? std::nullopt : std::optional(v1::Acknowledge());
  }
  if (!IsDue(Clock::now())) {
    return v1::Acknowledge();
  }
  v1::Acknowledge message = std::move(messages_.front());
  messages_.pop_front();
  flush_ = flush_ && !messages_.empty();
  return message;
}

bool AckOutbox::empty() const {
  const std::scoped_lock lock(mutex_);
  return messages_.empty();
}

v1::Acknowledge& AckOutbox::Grown() {
  if (messages_.empty() || last_size_ >= batch_max_) {
    messages_.emplace_back();
    last_size_ = 0;
    first_ = Clock::now();
  }
  ++last_size_;
  // In between nobody need wake: the one that takes knows when it is due.
  if (last_size_ == 1 || last_size_ == batch_max_) {
    changed_.notify_one();
  }
  return messages_.back();
}

bool AckOutbox::IsDue(Clock::time_point now) const {
  if (messages_.empty() || hold_) {
    return ended_;
  }
  return ended_ || flush_ || messages_.size() > 1 || last_size_ >= batch_max_ ||
         now >= first_ + linger_;
}

}  // namespace florin::client
