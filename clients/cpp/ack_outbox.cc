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
  woken_ = false;
  ended_ = false;
}

void AckOutbox::Hold() {
  const std::scoped_lock lock(mutex_);
  hold_ = true;
}

void AckOutbox::SetHoldLimit(Clock::duration limit) {
  {
    const std::scoped_lock lock(mutex_);
    hold_limit_ = limit;
  }
  changed_.notify_one();
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

void AckOutbox::Wake() {
  {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

std::optional<v1::Acknowledge> AckOutbox::Take(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  for (auto now = Clock::now(); !woken_ && !IsDue(now) && now < until; now = Clock::now()) {
    changed_.wait_until(lock, messages_.empty() ? until : std::min(until, DueAt()));
  }
  woken_ = false;
  if (messages_.empty()) {
    return ended_ ? std::nullopt : std::optional(v1::Acknowledge());
  }
  if (!IsDue(Clock::now())) {
    return v1::Acknowledge();
  }
  v1::Acknowledge message = std::move(messages_.front().items);
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
    messages_.back().first = Clock::now();
  }
  ++last_size_;
  // In between nobody need wake: the one that takes knows when it is due.
  if (last_size_ == 1 || last_size_ == batch_max_) {
    changed_.notify_one();
  }
  return messages_.back().items;
}

bool AckOutbox::IsDue(Clock::time_point now) const {
  return ended_ || (!messages_.empty() && now >= DueAt());
}

AckOutbox::Clock::time_point AckOutbox::DueAt() const {
  const Clock::time_point first = messages_.front().first;
  if (hold_) {
    return first + hold_limit_;
  }
  const bool at_once = flush_ || messages_.size() > 1 || last_size_ >= batch_max_;
  return at_once ? first : first + linger_;
}

}  // namespace florin::client
