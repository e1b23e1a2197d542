// What subscribers cost that get nothing: processor time by their filters, memory by their number.

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <thread>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/paced_writer.h"
#include "bench/subscriber_crowd.h"
#include "bench/suites.h"
#include "bench/transfers.h"

namespace florin::bench {
namespace {

constexpr int kFilteringSubscribers = 100;
constexpr int kIdleSubscribers = 1'000;
constexpr int kIdleChannels = 10;
constexpr double kBytesPerKib = 1024;

void SleepSeconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

/// From the end on, a filter of its own that no transfer matches: by stream, by type, by both.
v1::SubscribeEventsRequest NothingFor(int index) {
  v1::SubscribeEventsRequest request;
  request.set_end(true);
  v1::EventFilter* const filter = request.mutable_filter();
  if (index % 3 != 1) filter->add_stream_prefixes(fmt::format("nobody:{:03}", index));
  if (index % 3 != 0) filter->add_type_patterns(fmt::format("trade.*.step-{}", index));
  if (index % 3 == 2) filter->add_type_patterns("account.funds.*");
  return request;
}

double ServerCores(const Options& options, const Florind& florind) {
  SleepSeconds(options.warm_up_seconds);
  const double before = florind.process().Usage().cpu_seconds;
  SleepSeconds(options.measured_seconds);
  return (florind.process().Usage().cpu_seconds - before) / options.measured_seconds;
}

/// Server cores with the crowd minus without, under one writer's load.
void CompareFilters(const Options& options, const Florind& florind, Row* row, Report* report) {
  PacedWriter writer(OpenChannels(florind.address(), 1), options.workload, options.rate,
                     [](std::int64_t, std::chrono::steady_clock::time_point) {});
  writer.Start();
  const double without = ServerCores(options, florind);
  double with = 0;
  {
    const SubscriberCrowd crowd(OpenChannels(florind.address(), kIdleChannels),
                                kFilteringSubscribers, NothingFor);
    with = ServerCores(options, florind);
    if (crowd.events() > 0 || crowd.ended() > 0)
      report->notes()->push_back(fmt::format("filters: {} events were sent, {} subscribers ended",
                                             crowd.events(), crowd.ended()));
  }
  writer.Stop();
  row->rounds.push_back(with - without);
  row->Detail("server_cores", with);
  row->Detail("server_cores_without", without);
  if (writer.skipped() > 0 || writer.refused() > 0)
    report->notes()->push_back(
        fmt::format("filters: the server was behind the rate for {} ms, {} transfers refused",
                    writer.skipped(), writer.refused()));
}

double KibEach(std::int64_t bytes) {
  return static_cast<double>(bytes) / kBytesPerKib / kIdleSubscribers;
}

/// On a server that has seen no subscriber: memory is not given back at once.
void WeighIdle(const Options& options, Row* row) {
  constexpr char kData[] = "subscribers";
  RemoveData(options, kData);
  Florind florind(options, kData);
  OpenBooks(florind.address(), options.workload.accounts);
  SleepSeconds(options.warm_up_seconds);
  const std::int64_t before = florind.process().Usage().resident_bytes;
  const SubscriberCrowd crowd(OpenChannels(florind.address(), kIdleChannels), kIdleSubscribers,
                              [](int) {
                                v1::SubscribeEventsRequest request;
                                request.set_end(true);
                                request.mutable_heartbeat_interval()->set_seconds(1);
                                return request;
                              });
  row->rounds.push_back(KibEach(florind.process().Usage().resident_bytes - before));
  // Long enough for heartbeats.
  SleepSeconds(options.measured_seconds);
  row->Detail("later_kib", KibEach(florind.process().Usage().resident_bytes - before));
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace

void MeasureFilters(const Options& options, Report* report) {
  constexpr char kData[] = "filters";
  RemoveData(options, kData);
  Florind florind(options, kData);
  OpenBooks(florind.address(), options.workload.accounts);
  Row* const row = report->row("filters", "cores");
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("filters, round {} of {}", round + 1, options.rounds));
    CompareFilters(options, florind, row, report);
  }
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

void MeasureSubscribers(const Options& options, Report* report) {
  Row* const row = report->row("subscribers", "KiB each");
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("subscribers, round {} of {}", round + 1, options.rounds));
    WeighIdle(options, row);
  }
}

}  // namespace florin::bench
