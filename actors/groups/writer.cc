#include "actors/groups/writer.h"

#include <utility>

#include "actors/end_process.h"

namespace florin::actors {

GroupWriter::GroupWriter(storage::GroupStore* store, std::chrono::nanoseconds interval)
    : store_(store),
      interval_(interval),
      thread_([this] { RunOrEndProcess("the writer of consumer groups", [this] { Work(); }); }) {}

void GroupWriter::Write(storage::GroupChange change, Done done) {
  const std::lock_guard lock(mutex_);
  queued_.push_back({std::move(change), std::move(done)});
  changed_.notify_all();
}

void GroupWriter::Run(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

void GroupWriter::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void GroupWriter::Work() {
  auto next = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queued_.empty() || !jobs_.empty(); });
    if (queued_.empty() && jobs_.empty()) return;
    // What comes in until then shares the sync.
    changed_.wait_until(lock, next, [this] { return stopping_; });
    std::vector<QueuedChange> queued = std::exchange(queued_, {});
    const std::vector<std::function<void()>> jobs = std::exchange(jobs_, {});
    lock.unlock();
    next = std::chrono::steady_clock::now() + interval_;
    if (!queued.empty()) WriteAll(std::move(queued));
    for (const auto& job : jobs) job();
    lock.lock();
  }
}

void GroupWriter::WriteAll(std::vector<QueuedChange> queued) {
  std::vector<storage::GroupChange> changes;
  changes.reserve(queued.size());
  for (QueuedChange& one : queued) changes.push_back(std::move(one.change));
  const domain::Status written = store_->Write(changes);
  flushes_.fetch_add(1, std::memory_order_relaxed);
  for (const QueuedChange& one : queued) one.done(written);
}

}  // namespace florin::actors
