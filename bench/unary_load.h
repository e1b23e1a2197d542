#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "bench/channels.h"
#include "bench/load.h"

namespace florin::bench {

/// Keeps a number of unary calls of one method in flight: each answer starts the next call.
template <typename Request, typename Response>
class UnaryLoad final : public Load {
 public:
  /// Writes the next request of one of the slots.
  using Fill = std::function<void(std::size_t slot, Request* request)>;
  /// Whether the answer did what was asked.
  using IsDone = std::function<bool(const Response& response)>;

  UnaryLoad(const Channels& channels, std::string method, int in_flight, Fill fill, IsDone is_done)
      : method_(std::move(method)), fill_(std::move(fill)), is_done_(std::move(is_done)) {
    for (int i = 0; i < in_flight; ++i) {
      const auto& channel = channels[static_cast<std::size_t>(i) % channels.size()];
      slots_.push_back(std::make_unique<Slot>(channel));
    }
  }
  ~UnaryLoad() override { UnaryLoad::Stop(); }

  void Start() override {
    running_ = slots_.size();
    for (std::size_t i = 0; i < slots_.size(); ++i) Call(i);
  }

  void Stop() override {
    stopping_.store(true, std::memory_order_relaxed);
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
  }

 private:
  using Stub = grpc::TemplatedGenericStub<Request, Response>;
  struct Slot {
    explicit Slot(const std::shared_ptr<grpc::Channel>& channel) : stub(channel) {}
    Stub stub;
    std::optional<grpc::ClientContext> context;
    Request request;
    Response response;
    std::chrono::steady_clock::time_point start;
  };

  void Call(std::size_t index) {
    Slot& slot = *slots_[index];
    fill_(index, &slot.request);
    slot.context.emplace();
    slot.start = std::chrono::steady_clock::now();
    slot.stub.UnaryCall(&*slot.context, method_, grpc::StubOptions(), &slot.request, &slot.response,
                        [this, index](const grpc::Status& status) { Answered(index, status); });
  }

  void Answered(std::size_t index, const grpc::Status& status) {
    Slot& slot = *slots_[index];
    latencies().Record(std::chrono::steady_clock::now() - slot.start);
    if (status.ok() && is_done_(slot.response)) {
      CountDone(1);
    } else {
      CountRefused(1, status.error_message());
    }
    if (!stopping_.load(std::memory_order_relaxed)) {
      Call(index);
      return;
    }
    const std::lock_guard lock(mutex_);
    if (--running_ == 0) ended_.notify_all();
  }

  const std::string method_;
  const Fill fill_;
  const IsDone is_done_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t running_ = 0;  // guarded by mutex_ once started
};

}  // namespace florin::bench
