// From the writer's OK to the subscriber's receipt, at a fixed rate, in one client process.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/histogram.h"
#include "bench/paced_writer.h"
#include "bench/suites.h"
#include "bench/transfers.h"
#include "florin/v1/event_service.grpc.pb.h"

namespace florin::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Puts the two moments of each transfer together, whichever comes first.
class Meetings {
 public:
  void Begin() { measuring_.store(true); }

  void Acknowledged(std::int64_t position, Clock::time_point time) { Meet(position, time, true); }
  void Received(std::int64_t position, Clock::time_point time) { Meet(position, time, false); }

  [[nodiscard]] const Histogram& latencies() const { return latencies_; }

 private:
  void Meet(std::int64_t position, Clock::time_point time, bool acknowledged) {
    if (!measuring_.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock(mutex_);
    const auto [found, first] = waiting_.try_emplace(position, time);
    if (first) return;
    const auto ok = acknowledged ? time : found->second;
    const auto receipt = acknowledged ? found->second : time;
    // Received before the OK was: no wait at all.
    latencies_.Record(std::max(Clock::duration::zero(), receipt - ok));
    waiting_.erase(found);
  }

  std::atomic<bool> measuring_{false};
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Clock::time_point> waiting_;  // guarded by mutex_
  Histogram latencies_;
};

/// A subscriber of its own connection, from the end on; only the first one reports.
class Subscriber {
 public:
  Subscriber(const std::string& address, Meetings* meetings)
      : stub_(v1::EventService::NewStub(OpenChannels(address, 1).front())), meetings_(meetings) {
    v1::SubscribeEventsRequest request;
    request.set_end(true);
    request.mutable_filter()->add_type_patterns("transaction.posted");
    stream_ = stub_->SubscribeEvents(&context_, request);
    thread_ = std::thread([this] { Run(); });
  }
  ~Subscriber() {
    context_.TryCancel();
    thread_.join();
  }

 private:
  void Run() {
    v1::SubscribeEventsResponse response;
    while (stream_->Read(&response)) {
      const auto now = Clock::now();
      for (const v1::Event& event : response.events()) {
        if (meetings_ != nullptr) meetings_->Received(event.position(), now);
      }
    }
    static_cast<void>(stream_->Finish());
  }

  std::unique_ptr<v1::EventService::Stub> stub_;
  Meetings* const meetings_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::SubscribeEventsResponse>> stream_;
  std::thread thread_;
};

void SleepSeconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

void MeasureOnce(const Options& options, Florind& florind, Row* row, Report* report) {
  Meetings meetings;
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  subscribers.reserve(static_cast<std::size_t>(options.subscribers));
  for (int i = 0; i < options.subscribers; ++i)
    subscribers.push_back(
        std::make_unique<Subscriber>(florind.address(), i == 0 ? &meetings : nullptr));
  PacedWriter writer(OpenChannels(florind.address(), 1), options.workload, options.rate,
                     [&](std::int64_t position, Clock::time_point time) {
                       meetings.Acknowledged(position, time);
                     });
  writer.Start();
  SleepSeconds(options.warm_up_seconds);
  meetings.Begin();
  const double cpu = florind.process().Usage().cpu_seconds;
  const double own = OwnCpuSeconds();
  const std::int64_t before = writer.done();
  SleepSeconds(options.measured_seconds);
  const std::int64_t done = writer.done() - before;
  const Latency latency = Summarize(meetings.latencies());
  row->Detail("server_cores",
              (florind.process().Usage().cpu_seconds - cpu) / options.measured_seconds);
  row->Detail("client_cores", (OwnCpuSeconds() - own) / options.measured_seconds);
  writer.Stop();
  row->rounds.push_back(static_cast<double>(done) / options.measured_seconds);
  row->Detail("p50_ms", latency.p50);
  row->Detail("p99_ms", latency.p99);
  row->Detail("p999_ms", latency.p999);
  if (writer.skipped() > 0 || writer.refused() > 0)
    report->notes()->push_back(
        fmt::format("delivery: the server was behind the rate for {} ms, {} transfers refused",
                    writer.skipped(), writer.refused()));
}

}  // namespace

void MeasureDelivery(const Options& options, Report* report) {
  constexpr char kData[] = "delivery";
  RemoveData(options, kData);
  Florind florind(options, kData);
  OpenBooks(florind.address(), options.workload.accounts);
  Row* const row = report->row("delivery", "transfers/s");
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("delivery, round {} of {}", round + 1, options.rounds));
    MeasureOnce(options, florind, row, report);
  }
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace florin::bench
