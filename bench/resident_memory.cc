#include "bench/resident_memory.h"

#include <chrono>
#include <cstddef>

#include "bench/report.h"

namespace florin::bench {
namespace {

constexpr std::chrono::milliseconds kPeriod{100};
constexpr double kBytesPerMib = 1 << 20;

}  // namespace

ResidentMemory::ResidentMemory(const ChildProcess& process)
    : thread_([this, &process] { Run(process); }) {}

void ResidentMemory::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_one();
  if (thread_.joinable()) thread_.join();
}

double ResidentMemory::MedianMib() const {
  const auto half = static_cast<std::ptrdiff_t>(looks_mib_.size() / 2);
  return Median({looks_mib_.begin() + half, looks_mib_.end()});
}

void ResidentMemory::Run(const ChildProcess& process) {
  std::unique_lock lock(mutex_);
  do {
    looks_mib_.push_back(static_cast<double>(process.Usage().resident_bytes) / kBytesPerMib);
  } while (!stopped_.wait_for(lock, kPeriod, [this] { return stop_; }));
}

}  // namespace florin::bench
