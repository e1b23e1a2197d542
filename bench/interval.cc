#include "bench/interval.h"

#include <chrono>
#include <thread>

namespace florin::bench {
namespace {

void SleepSeconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

struct Look {
  std::chrono::steady_clock::time_point time;
  std::int64_t done = 0;
  std::int64_t refused = 0;
  double client_cpu = 0;
  ProcessUsage server;
};

Look LookAt(const Load& load, const ChildProcess* server) {
  return {std::chrono::steady_clock::now(), load.done(), load.refused(), OwnCpuSeconds(),
          server == nullptr ? ProcessUsage{} : server->Usage()};
}

}  // namespace

Interval MeasureLoad(Load& load, const ChildProcess* server, const Options& options,
                     const std::function<void()>& at_start, const std::function<void()>& at_end) {
  load.Start();
  SleepSeconds(options.warm_up_seconds);
  load.latencies().Clear();
  if (at_start) at_start();
  const Look before = LookAt(load, server);
  SleepSeconds(options.measured_seconds);
  const Look after = LookAt(load, server);
  if (at_end) at_end();
  Interval interval;
  interval.latency = Summarize(load.latencies());
  load.Stop();
  const double seconds = std::chrono::duration<double>(after.time - before.time).count();
  interval.units = after.done - before.done;
  const auto done = static_cast<double>(interval.units);
  const auto refused = static_cast<double>(after.refused - before.refused);
  interval.per_second = done / seconds;
  if (done + refused > 0) interval.refused_share = refused / (done + refused);
  interval.first_refusal = load.first_refusal();
  interval.server_cores = (after.server.cpu_seconds - before.server.cpu_seconds) / seconds;
  interval.client_cores = (after.client_cpu - before.client_cpu) / seconds;
  const auto written =
      static_cast<double>(after.server.written_bytes - before.server.written_bytes);
  if (done > 0) interval.written_bytes_per_unit = written / done;
  return interval;
}

}  // namespace florin::bench
