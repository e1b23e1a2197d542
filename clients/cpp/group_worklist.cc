#include "clients/cpp/group_worklist.h"

#include <iterator>
#include <utility>

namespace florin::client {

void GroupWorklist::Add(std::int64_t connection,
                        google::protobuf::RepeatedPtrField<v1::DeliveredEvent>* deliveries,
                        Clock::time_point now) {
  std::size_t freed = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) {
      return;
    }
    for (auto& delivery : *deliveries) {
      auto item = std::make_shared<Item>();
      item->connection = connection;
      item->received = now;
      item->extended = now;
      item->delivery = std::move(delivery);
      const std::string& stream = item->delivery.event().stream();
      Queue& queue = streams_[stream];
      if (queue.empty()) {
        ready_.push_back(stream);
        ++freed;
      }
      queue.push_back(std::move(item));
      ++size_;
    }
  }
  if (freed == 1) {
    changed_.notify_one();
  } else if (freed > 1) {
    changed_.notify_all();
  }
}

void GroupWorklist::SetLifetime(Clock::duration lifetime) {
  const std::scoped_lock lock(mutex_);
  lifetime_ = lifetime;
}

GroupWorklist::ItemPtr GroupWorklist::Take() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || !ready_.empty(); });
    if (closed_) {
      return nullptr;
    }
    const std::string stream = std::move(ready_.front());
    ready_.pop_front();
    ItemPtr item = streams_.find(stream)->second.front();
    if (Clock::now() - item->extended < lifetime_) {
      item->running = true;
      return item;
    }
    ++not_begun_;
    Pop(stream);
  }
}

bool GroupWorklist::Finish(const ItemPtr& item) {
  const std::scoped_lock lock(mutex_);
  Pop(item->delivery.event().stream());
  return size_ == 0;
}

void GroupWorklist::DropWaiting() {
  const std::scoped_lock lock(mutex_);
  ForgetWaiting();
}

void GroupWorklist::Close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    ForgetWaiting();
  }
  changed_.notify_all();
}

std::vector<std::string> GroupWorklist::TakeDue(std::int64_t connection, Clock::time_point now,
                                                Clock::duration interval,
                                                Clock::duration hold_limit) {
  std::vector<std::string> due;
  const std::scoped_lock lock(mutex_);
  for (const auto& [stream, queue] : streams_) {
    for (const ItemPtr& item : queue) {
      if (item->connection == connection && now - item->extended >= interval &&
          now - item->received < hold_limit) {
        item->extended = now;
        due.push_back(item->delivery.delivery_id());
      }
    }
  }
  return due;
}

std::size_t GroupWorklist::size() const {
  const std::scoped_lock lock(mutex_);
  return size_;
}

std::int64_t GroupWorklist::not_begun() const {
  const std::scoped_lock lock(mutex_);
  return not_begun_;
}

void GroupWorklist::Pop(const std::string& stream) {
  const auto queue = streams_.find(stream);
  queue->second.pop_front();
  --size_;
  if (queue->second.empty()) {
    streams_.erase(queue);
    return;
  }
  ready_.push_back(stream);
  changed_.notify_one();
}

void GroupWorklist::ForgetWaiting() {
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    Queue& queue = stream->second;
    const std::size_t kept = queue.front()->running ? 1 : 0;
    size_ -= queue.size() - kept;
    not_begun_ += static_cast<std::int64_t>(queue.size() - kept);
    queue.resize(kept);
    stream = kept == 0 ? streams_.erase(stream) : std::next(stream);
  }
  ready_.clear();
}

}  // namespace florin::client
