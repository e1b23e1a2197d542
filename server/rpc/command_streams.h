#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace florin::server {

/// A call whose client may stop to read.
class CommandStream {
 public:
  virtual ~CommandStream() = default;
  /// Time has passed: end if the client has read nothing for too long. May come
  /// while the stream ends by itself; must not block.
  virtual void OnTick(std::chrono::steady_clock::time_point now) = 0;
};

struct StreamLimits {
  std::size_t streams_max = 4'096;
  /// A client that takes no answer for so long is ended.
  std::chrono::nanoseconds stall_timeout = std::chrono::seconds(60);
  /// From that end to when its connection is cut, if it does not take the end.
  std::chrono::nanoseconds end_grace = std::chrono::seconds(5);
  /// Once the server stops: how long one answer may take before the connection is cut.
  std::chrono::nanoseconds shutdown_grace = std::chrono::seconds(1);
  /// Of members of groups: from the stream's begin to its join.
  std::chrono::nanoseconds join_timeout = std::chrono::seconds(30);
  /// So many more are kept as spare ones, which may stay only in another's place.
  std::size_t spare_max = 0;
};

/// The open command streams of a server: bounded in number, and told the time,
/// so that a client which has stopped to read holds none for ever. One clock for
/// all, as an alarm for each write would cost more than the write.
/// Threads: any.
class CommandStreams {
 public:
  explicit CommandStreams(const StreamLimits& limits);
  ~CommandStreams();
  CommandStreams(const CommandStreams&) = delete;
  CommandStreams& operator=(const CommandStreams&) = delete;

  [[nodiscard]] const StreamLimits& limits() const { return limits_; }

  enum class Place : std::uint8_t { kRegular, kSpare, kNone };
  /// kNone: too many are open, and this one is not kept.
  [[nodiscard]] Place Add(const std::shared_ptr<CommandStream>& stream);
  void Remove(const CommandStream* stream);

 private:
  using Entries = std::vector<std::pair<const CommandStream*, std::weak_ptr<CommandStream>>>;

  void Run();

  const StreamLimits limits_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Entries streams_;
  bool stop_ = false;
  std::thread clock_;
};

}  // namespace florin::server
