#include "server/rpc/command_streams.h"

#include <algorithm>

namespace florin::server {
namespace {

// How often the streams are told the time; what is due may be so late.
std::chrono::nanoseconds TickOf(const StreamLimits& limits) {
  const auto shortest = std::min(
      {limits.stall_timeout, limits.end_grace, limits.shutdown_grace, limits.join_timeout});
  return std::clamp<std::chrono::nanoseconds>(shortest / 4, std::chrono::milliseconds(5),
                                              std::chrono::seconds(1));
}

}  // namespace

CommandStreams::CommandStreams(const StreamLimits& limits)
    : limits_(limits), clock_([this] { Run(); }) {}

CommandStreams::~CommandStreams() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  clock_.join();
}

CommandStreams::Place CommandStreams::Add(const std::shared_ptr<CommandStream>& stream) {
  const std::lock_guard lock(mutex_);
  const std::size_t before = streams_.size();
  if (before >= limits_.streams_max + limits_.spare_max) return Place::kNone;
  streams_.emplace_back(stream.get(), stream);
  if (before == 0) changed_.notify_all();
  return before < limits_.streams_max ? Place::kRegular : Place::kSpare;
}

void CommandStreams::Remove(const CommandStream* stream) {
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [stream](const auto& entry) { return entry.first == stream; });
}

void CommandStreams::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    changed_.wait(lock, [this] { return stop_ || !streams_.empty(); });
    changed_.wait_for(lock, TickOf(limits_), [this] { return stop_; });
    const Entries streams = streams_;
    lock.unlock();
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [key, weak] : streams) {
      if (const auto stream = weak.lock()) stream->OnTick(now);
    }
    lock.lock();
  }
}

}  // namespace florin::server
