#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "server/rpc/command_streams.h"
#include "server/rpc/cut_call.h"
#include "server/rpc/open_streams.h"
#include "server/rpc/service_host.h"
#include "server/rpc/status.h"

namespace florin::server {

/// A call of gRPC's own protocols (health, reflection) in raw bytes: small
/// answers, one write in flight.
///
/// gRPC has such services too, but a stop ends their calls with CANCELLED.
/// `Reactor` is gRPC's base class for the kind of call.
/// End: what the subclass says; SHUTTING_DOWN; a client that does not take an
/// answer is cut after a while, sooner when the server stops.
/// Lifetime: holds itself from Open to OnDone.
template <typename Reactor>
class SideStream : public Reactor,
                   public OpenStream,
                   public CommandStream,
                   public std::enable_shared_from_this<SideStream<Reactor>> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// `calls` counts and limits the service's calls; all outlive the call.
  SideStream(ServiceHost* host, CommandStreams* calls, MethodMetrics* metrics,
             grpc::CallbackServerContext* context)
      : host_(host),
        calls_(calls),
        metrics_(metrics),
        start_(std::chrono::steady_clock::now()),
        context_(context) {
    host_->CallStarted();
  }

  /// Once, before gRPC gets the call.
  void Open() {
    self_ = this->shared_from_this();
    const bool full = calls_->Add(self_) == CommandStreams::Place::kNone;
    if (full) EndWith(TooMany());
    host_->streams().Add(self_);
    Look();
  }

  /// Something may have changed that NextAnswer or End look at.
  void Look() {
    const auto keep = this->shared_from_this();
    const std::lock_guard lock(mutex_);
    Advance();
  }

  void OnShutdown() final {
    const auto keep = this->shared_from_this();
    const std::lock_guard lock(mutex_);
    shut_down_at_ = std::chrono::steady_clock::now();
    Advance();
  }

  void OnTick(TimePoint now) final {
    if (const auto cause = CauseToCut(now)) {
      const std::lock_guard lock(context_mutex_);
      if (context_ != nullptr) CutCall(context_, *cause);
    } else {
      Look();
    }
  }

  void OnWriteDone(bool ok) final {
    const auto keep = this->shared_from_this();
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) cancelled_ = true;
    Advance();
  }

  void OnCancel() final {
    const auto keep = this->shared_from_this();
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    Advance();
  }

  void OnDone() final {
    {
      const std::lock_guard lock(context_mutex_);
      context_ = nullptr;
    }
    host_->streams().Remove(this);
    calls_->Remove(this);
    host_->CallEnded();
    self_.reset();
  }

 protected:
  /// The next message to send; nothing: none yet.
  virtual std::optional<grpc::ByteBuffer> NextAnswer() = 0;
  /// How the call ends when everything is sent; nothing: not yet.
  virtual std::optional<grpc::Status> End() = 0;
  /// Nothing is left to send, and the call goes on.
  virtual void Idle() {}

  /// With mutex() held, as the three above are called.
  void Advance() {
    if (finished_ || writing_) return;
    if (!cancelled_ && !failed_ && !refusal_) {
      if (auto answer = NextAnswer()) {
        message_ = std::move(*answer);
        writing_ = true;
        write_start_ = std::chrono::steady_clock::now();
        this->StartWrite(&message_);
        return;
      }
    }
    if (const auto status = EndNow()) {
      finished_ = true;
      this->Finish(*status);
    } else {
      Idle();
    }
  }

  [[nodiscard]] std::mutex& mutex() { return mutex_; }

  void EndWith(const domain::Refusal& refusal) {
    const auto keep = this->shared_from_this();
    const std::lock_guard lock(mutex_);
    if (!refusal_) refusal_ = refusal;
    Advance();
  }

  /// Logs `what` and ends with INTERNAL.
  void Fail(const char* what) {
    spdlog::error("call failed: {}", what);
    const auto keep = this->shared_from_this();
    const std::lock_guard lock(mutex_);
    failed_ = true;
    Advance();
  }

 private:
  [[nodiscard]] domain::Refusal TooMany() const {
    const std::string limit = std::to_string(calls_->limits().streams_max);
    return {domain::Reason::kOverloaded,
            limit + " calls of this kind are open, which is the limit; try again later",
            {{"limit", limit}}};
  }

  std::optional<grpc::Status> EndNow() {
    CallEnd end = CallEnd::kRefused;
    std::optional<grpc::Status> status;
    if (cancelled_) {
      end = CallEnd::kCancelled;
      status = grpc::Status::CANCELLED;
    } else if (failed_) {
      end = CallEnd::kInternal;
      status = InternalStatus();
    } else if (refusal_ || (status = End())) {
      if (refusal_) status = ToStatus(*refusal_);
      if (!refusal_) end = CallEnd::kOk;
    } else if (shut_down_at_) {
      refusal_ = ShuttingDown();
      status = ToStatus(*refusal_);
    }
    if (status) {
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
      metrics_->Ended(end, refusal_ ? refusal_->reason : domain::Reason::kNone, taken.count());
    }
    return status;
  }

  std::optional<CutCause> CauseToCut(TimePoint now) {
    const StreamLimits& limits = calls_->limits();
    const std::lock_guard lock(mutex_);
    if (!writing_ || cancelled_ || cut_) return std::nullopt;
    const bool stopped =
        shut_down_at_ && now >= std::max(write_start_, *shut_down_at_) + limits.shutdown_grace;
    if (!stopped && now < write_start_ + limits.stall_timeout) return std::nullopt;
    cut_ = true;
    return stopped ? CutCause::kShutDown : CutCause::kStalled;
  }

  ServiceHost* const host_;
  CommandStreams* const calls_;
  MethodMetrics* const metrics_;
  const TimePoint start_;
  std::shared_ptr<SideStream> self_;

  // gRPC's; null once the call is over.
  std::mutex context_mutex_;
  grpc::CallbackServerContext* context_;

  std::mutex mutex_;
  grpc::ByteBuffer message_;
  TimePoint write_start_;
  bool writing_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
  bool cut_ = false;
  bool failed_ = false;
  std::optional<TimePoint> shut_down_at_;
  std::optional<domain::Refusal> refusal_;
};

}  // namespace florin::server
