#include "tests/actors/ledger/mailboxes.h"

#include <thread>
#include <utility>
#include <vector>

namespace florin::actors {

std::size_t Mailboxes::Add() {
  const std::lock_guard lock(mutex_);
  boxes_.emplace_back();
  boxes_.back().weight = random_->Pick(std::vector<double>{0.05, 1, 1, 4});
  return boxes_.size() - 1;
}

void Mailboxes::Post(std::size_t box, Job job) {
  const std::lock_guard lock(mutex_);
  boxes_[box].jobs.push_back(std::move(job));
  changed_.notify_one();
}

void Mailboxes::Hold(std::size_t box) {
  const std::lock_guard lock(mutex_);
  boxes_[box].held = true;
}

void Mailboxes::Release(std::size_t box) {
  const std::lock_guard lock(mutex_);
  boxes_[box].held = false;
  changed_.notify_one();
}

std::optional<std::size_t> Mailboxes::PickReady() {
  std::vector<double> weights;
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    const Box& box = boxes_[i];
    if (box.jobs.empty() || box.running || box.held) continue;
    ready.push_back(i);
    weights.push_back(box.weight);
  }
  if (ready.empty()) return std::nullopt;
  return ready[random_->Weighted(weights)];
}

bool Mailboxes::RunPicked(std::unique_lock<std::mutex>* lock) {
  const auto picked = PickReady();
  if (!picked) return false;
  Box& box = boxes_[*picked];
  Job job = std::move(box.jobs.front());
  box.jobs.pop_front();
  box.running = true;
  ++running_;
  lock->unlock();
  job();
  job = nullptr;
  lock->lock();
  box.running = false;
  --running_;
  changed_.notify_all();
  return true;
}

bool Mailboxes::RunOne() {
  std::unique_lock lock(mutex_);
  return RunPicked(&lock);
}

void Mailboxes::RunAll() {
  while (RunOne()) {
  }
}

void Mailboxes::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (RunPicked(&lock)) continue;
    if (running_ == 0) return;
    changed_.wait(lock);
  }
}

void Mailboxes::RunOnThreads(int threads) {
  std::vector<std::thread> workers;
  workers.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) workers.emplace_back([this] { Work(); });
  for (std::thread& worker : workers) worker.join();
}

bool Mailboxes::Empty() const {
  const std::lock_guard lock(mutex_);
  for (const Box& box : boxes_) {
    if (!box.jobs.empty()) return false;
  }
  return true;
}

}  // namespace florin::actors
