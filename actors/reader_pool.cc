#include "actors/reader_pool.h"

#include <utility>

#include "actors/end_process.h"

namespace florin::actors {

ReaderPool::ReaderPool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

void ReaderPool::Shutdown() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool ReaderPool::TryRun(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= queue_max_) return false;
    jobs_.push_back(std::move(job));
  }
  ready_.notify_one();
  return true;
}

void ReaderPool::Run(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    // Nobody is left to run it, and what it holds may not outlive the actors.
    if (stopping_) return;
    jobs_.push_back(std::move(job));
  }
  ready_.notify_one();
}

std::size_t ReaderPool::QueueSize() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

void ReaderPool::Work() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    RunOrEndProcess("a reader thread", job);
  }
}

}  // namespace florin::actors
