#include "server/rpc/metrics.h"

#include <grpcpp/grpcpp.h>

#include <map>
#include <utility>

#include "server/rpc/metric_family.h"

namespace florin::server {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

// From a read in memory to a write on a slow disk.
Buckets LatencyBuckets() {
  return {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
          0.025,   0.05,   0.1,     0.25,   0.5,   1,      2.5,   10};
}

Buckets SizeBuckets() { return {1, 4, 16, 64, 256, 1024, 4096, 8192, 16384, 65536}; }

Buckets ByteBuckets() {
  return {256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216};
}

std::size_t SlotOf(CallEnd end, domain::Reason reason) {
  if (end == CallEnd::kInternal) return 256;
  if (end == CallEnd::kCancelled) return 257;
  return static_cast<std::size_t>(reason);
}

std::string LabelOf(CallEnd end, domain::Reason reason) {
  if (end == CallEnd::kInternal) return "INTERNAL";
  if (end == CallEnd::kCancelled) return "CANCELLED";
  return std::string(domain::InfoOf(reason).name);
}

}  // namespace

MethodMetrics::MethodMetrics(std::string method, prometheus::Family<prometheus::Counter>* requests,
                             prometheus::Family<prometheus::Histogram>* seconds)
    : method_(std::move(method)),
      requests_(requests),
      seconds_(&seconds->Add({{"method", method_}}, LatencyBuckets())),
      ok_(&requests->Add({{"method", method_}, {"reason", "OK"}})) {}

prometheus::Counter& MethodMetrics::CounterOf(CallEnd end, domain::Reason reason) {
  if (end == CallEnd::kOk) return *ok_;
  auto& slot = failed_[SlotOf(end, reason)];
  prometheus::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    // Add answers the same counter for the same labels, so two threads may do
    // it.
    counter = &requests_->Add({{"method", method_}, {"reason", LabelOf(end, reason)}});
    slot.store(counter, std::memory_order_release);
  }
  return *counter;
}

void MethodMetrics::Ended(CallEnd end, domain::Reason reason, double seconds) {
  CounterOf(end, reason).Increment();
  seconds_->Observe(seconds);
}

Metrics::Metrics(const std::string& version) : registry_(std::make_shared<prometheus::Registry>()) {
  requests_ = &prometheus::BuildCounter()
                   .Name("florin_requests_total")
                   .Help("Calls that ended, by method and reason (OK if none)")
                   .Register(*registry_);
  seconds_ = &prometheus::BuildHistogram()
                  .Name("florin_request_seconds")
                  .Help("Time from the request's last byte to the answer")
                  .Register(*registry_);
  commit_commands_ = &prometheus::BuildHistogram()
                          .Name("florin_commit_commands")
                          .Help("Commands written by one sync")
                          .Register(*registry_)
                          .Add({}, SizeBuckets());
  commit_bytes_ = &prometheus::BuildHistogram()
                       .Name("florin_commit_bytes")
                       .Help("Bytes of records written by one sync")
                       .Register(*registry_)
                       .Add({}, ByteBuckets());
  sync_seconds_ = &prometheus::BuildHistogram()
                       .Name("florin_sync_seconds")
                       .Help("Duration of one synced write")
                       .Register(*registry_)
                       .Add({}, LatencyBuckets());
  subscribers_ = &prometheus::BuildGauge()
                      .Name("florin_subscribers")
                      .Help("Open subscriptions")
                      .Register(*registry_)
                      .Add({});
  command_streams_ = &prometheus::BuildGauge()
                          .Name("florin_command_streams")
                          .Help("Open ExecuteStream calls")
                          .Register(*registry_)
                          .Add({});
  prometheus::BuildGauge()
      .Name("florin_build_info")
      .Help("Always 1; the labels say what runs")
      .Register(*registry_)
      .Add({{"version", version}, {"grpc_version", grpc::Version()}})
      .Set(1);
}

std::unique_ptr<MethodMetrics> Metrics::NewMethod(const std::string& method) {
  return std::make_unique<MethodMetrics>(method, requests_, seconds_);
}

void Metrics::OnCommit(std::size_t commands, std::size_t bytes, double sync_seconds) {
  commit_commands_->Observe(static_cast<double>(commands));
  commit_bytes_->Observe(static_cast<double>(bytes));
  sync_seconds_->Observe(sync_seconds);
}

std::vector<prometheus::MetricFamily> LedgerCollector::Collect() const {
  const actors::LedgerStats stats = ledger_->Stats();
  const auto gauge = [](const char* name, const char* help, auto value) {
    return FamilyOf(name, help, prometheus::MetricType::Gauge, static_cast<std::int64_t>(value));
  };
  const auto counter = [](const char* name, const char* help, auto value) {
    return FamilyOf(name, help, prometheus::MetricType::Counter, static_cast<std::int64_t>(value));
  };
  return {
      gauge("florin_active_accounts", "Accounts that exist and have a live actor",
            stats.active_accounts),
      gauge("florin_in_flight_commands", "Commands admitted, not yet answered",
            stats.in_flight_commands),
      gauge("florin_waiting_calls", "Calls waiting for admission", stats.waiting_calls),
      gauge("florin_reader_queue", "Reads waiting for a reader thread", stats.reader_queue),
      gauge("florin_head_position", "Position of the last visible event",
            ledger_->reader().VisibleHead().position),
      gauge("florin_accounts", "Accounts ever opened", ledger_->reader().AccountCount()),
      gauge("florin_data_bytes", "Bytes that the data directory occupies on its disk",
            ledger_->reader().DataBytes()),
      gauge("florin_read_only", "1 while the ledger takes no commands", stats.read_only ? 1 : 0),
      gauge("florin_due_holds", "Holds that are due and have not ended yet", stats.due_holds),
      gauge("florin_clock_ahead_seconds",
            "Log time minus the machine's clock; negative while a jump is not followed",
            ledger_->ClockAhead() / 1'000'000'000),
      counter("florin_commits_total", "Synced writes", stats.commits),
      counter("florin_commands_total", "Commands committed", stats.committed_commands),
  };
}

}  // namespace florin::server
