#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "bench/channels.h"
#include "bench/options.h"
#include "florin/v1/ledger_service.grpc.pb.h"

namespace florin::bench {

/// Posts transfers at a fixed rate, in a small batch every millisecond, whether or not the earlier
/// ones are answered.
///
/// Threads: Start and Stop from one; `on_ok` is called from gRPC's.
class PacedWriter {
 public:
  /// The transfer whose last event has `position` was acknowledged at `time`.
  using OnOk =
      std::function<void(std::int64_t position, std::chrono::steady_clock::time_point time)>;

  PacedWriter(const Channels& channels, const Workload& workload, std::int64_t rate, OnOk on_ok);
  ~PacedWriter();

  void Start();
  /// Waits for what is in flight.
  void Stop();
  [[nodiscard]] std::int64_t done() const { return done_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  /// Milliseconds of the schedule in which the server was too far behind to be sent more.
  [[nodiscard]] std::int64_t skipped() const { return skipped_.load(std::memory_order_relaxed); }

 private:
  struct Call;

  void Run();
  void Send(int count, class TransferMaker* maker);
  void Answered(Call* call, const grpc::Status& status);

  const Workload workload_;
  const std::int64_t rate_;
  const OnOk on_ok_;
  const std::unique_ptr<v1::LedgerService::Stub> stub_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> in_flight_{0};
  std::atomic<std::int64_t> done_{0};
  std::atomic<std::int64_t> refused_{0};
  std::atomic<std::int64_t> skipped_{0};
  std::thread thread_;
};

}  // namespace florin::bench
