#include "actors/ledger/commit_queue.h"

#include <utility>

namespace florin::actors {

void CommitQueue::Push(FlightPtr flight) {
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t index = flight->n - next_;
    if (slots_.size() <= index) slots_.resize(index + 1);
    slots_[index] = std::move(flight);
    wakes = index == 0;
  }
  if (wakes) ready_.notify_one();
}

std::vector<FlightPtr> CommitQueue::Pop(std::size_t most) {
  std::vector<FlightPtr> taken;
  while (taken.size() < most && !slots_.empty() && slots_.front() != nullptr) {
    taken.push_back(std::move(slots_.front()));
    slots_.pop_front();
    ++next_;
  }
  return taken;
}

std::vector<FlightPtr> CommitQueue::Take(std::size_t most) {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return closed_ || (!slots_.empty() && slots_.front() != nullptr); });
  return Pop(most);
}

std::vector<FlightPtr> CommitQueue::TryTake(std::size_t most) {
  const std::lock_guard lock(mutex_);
  return Pop(most);
}

void CommitQueue::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  ready_.notify_all();
}

std::size_t CommitQueue::Size() const {
  const std::lock_guard lock(mutex_);
  return slots_.size();
}

}  // namespace florin::actors
