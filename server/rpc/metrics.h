#pragma once

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "actors/ledger.h"
#include "domain/reason.h"

namespace florin::server {

/// How one call ended, for counting.
enum class CallEnd : std::uint8_t { kOk, kRefused, kInternal, kCancelled };

/// The figures of one RPC method. Threads: any; no lock on the usual path but
/// the histogram's own.
class MethodMetrics {
 public:
  MethodMetrics(std::string method, prometheus::Family<prometheus::Counter>* requests,
                prometheus::Family<prometheus::Histogram>* seconds);

  /// `reason` is looked at only for kRefused.
  void Ended(CallEnd end, domain::Reason reason, double seconds);

 private:
  prometheus::Counter& CounterOf(CallEnd end, domain::Reason reason);

  const std::string method_;
  prometheus::Family<prometheus::Counter>* const requests_;
  prometheus::Histogram* const seconds_;
  prometheus::Counter* const ok_;
  // By Reason, then the other ends; made when first needed, so that a scrape
  // lists what happened.
  std::array<std::atomic<prometheus::Counter*>, 258> failed_{};
};

/// All that the server counts. docs/operations.md lists the names.
class Metrics {
 public:
  explicit Metrics(const std::string& version);

  /// `method` without the leading slash: "florin.v1.LedgerService/OpenAccount".
  std::unique_ptr<MethodMetrics> NewMethod(const std::string& method);

  /// One synced write of the committer. Called on its thread.
  void OnCommit(std::size_t commands, std::size_t bytes, double sync_seconds);

  /// Open subscriptions; whoever serves them keeps it.
  prometheus::Gauge& subscribers() { return *subscribers_; }
  /// Open command streams (ExecuteStream).
  prometheus::Gauge& command_streams() { return *command_streams_; }

  const std::shared_ptr<prometheus::Registry>& registry() { return registry_; }

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Counter>* requests_;
  prometheus::Family<prometheus::Histogram>* seconds_;
  prometheus::Histogram* commit_commands_;
  prometheus::Histogram* commit_bytes_;
  prometheus::Histogram* sync_seconds_;
  prometheus::Gauge* subscribers_;
  prometheus::Gauge* command_streams_;
};

/// The ledger's own figures, asked for when somebody scrapes.
/// Requires: `ledger` outlives it.
class LedgerCollector final : public prometheus::Collectable {
 public:
  explicit LedgerCollector(actors::Ledger* ledger) : ledger_(ledger) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  actors::Ledger* const ledger_;
};

}  // namespace florin::server
