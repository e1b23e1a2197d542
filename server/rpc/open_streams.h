#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace florin::server {

/// A call that ends only when somebody ends it.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  /// The server stops: finish what was accepted, then end with SHUTTING_DOWN.
  /// May come at any time, also while the stream ends by itself; must not
  /// block.
  virtual void OnShutdown() = 0;
};

/// What a service does once when the server stops, where its calls are not told one by one.
class ShutdownHook final : public OpenStream {
 public:
  /// `run` must not block.
  explicit ShutdownHook(std::function<void()> run) : run_(std::move(run)) {}
  void OnShutdown() override { run_(); }

 private:
  const std::function<void()> run_;
};

/// The open streams of a server, so that a stop reaches each. Threads: any.
class OpenStreams {
 public:
  /// A stream that comes after ShutDown is told at once.
  void Add(const std::shared_ptr<OpenStream>& stream);
  void Remove(const OpenStream* stream);
  void ShutDown();

 private:
  std::mutex mutex_;
  std::vector<std::pair<const OpenStream*, std::weak_ptr<OpenStream>>> streams_;
  bool shut_down_ = false;
};

}  // namespace florin::server
