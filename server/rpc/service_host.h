#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "actors/ledger.h"
#include "server/rpc/command_streams.h"
#include "server/rpc/held_calls.h"
#include "server/rpc/metrics.h"
#include "server/rpc/open_streams.h"

namespace florin::server {

/// What every gRPC service of the server shares: the ledger, the figures, and
/// the state of an orderly stop. Threads: any.
class ServiceHost {
 public:
  /// Both outlive the host, the host outlives the gRPC server.
  ServiceHost(actors::Ledger* ledger, Metrics* metrics, const StreamLimits& limits = {})
      : ledger_(ledger), metrics_(metrics), command_streams_(limits) {}

  [[nodiscard]] actors::Ledger& ledger() { return *ledger_; }
  [[nodiscard]] storage::Reader& reader() { return ledger_->reader(); }
  [[nodiscard]] Metrics& metrics() { return *metrics_; }
  [[nodiscard]] OpenStreams& streams() { return streams_; }
  [[nodiscard]] CommandStreams& command_streams() { return command_streams_; }

  /// From now on new calls are refused with SHUTTING_DOWN; open streams are
  /// told.
  void StartDraining();
  [[nodiscard]] bool draining() const { return draining_.load(std::memory_order_relaxed); }
  /// Through here each call is refused that comes while the server stops.
  [[nodiscard]] HeldCalls& held() { return held_; }

  /// Every call between its first and its last moment.
  void CallStarted() { open_calls_.fetch_add(1, std::memory_order_relaxed); }
  void CallEnded();
  /// False if calls were still open when the time was over.
  bool WaitUntilIdle(std::chrono::milliseconds timeout);

 private:
  actors::Ledger* const ledger_;
  Metrics* const metrics_;
  OpenStreams streams_;
  CommandStreams command_streams_;
  HeldCalls held_;
  std::atomic<bool> draining_{false};
  std::atomic<std::int64_t> open_calls_{0};
  std::mutex idle_mutex_;
  std::condition_variable idle_;
};

/// The refusal of a server that stops.
[[nodiscard]] domain::Refusal ShuttingDown();
/// The refusal when the readers' queue is full.
[[nodiscard]] domain::Refusal ReadersBusy();

}  // namespace florin::server
