#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/loads.h"
#include "bench/postgres.h"
#include "bench/server_details.h"
#include "bench/suites.h"
#include "bench/transfers.h"

namespace florin::bench {
namespace {

constexpr char kData[] = "unary";
constexpr int kPostgresClientsMax = 256;

std::string OwnPath() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

Interval MeasureEcho(const ChildProcess& echo, const Options& options, int in_flight) {
  const auto load = EchoLoad(OpenChannels(echo.address(), options.channels), in_flight);
  return MeasureLoad(*load, &echo, options);
}

}  // namespace

void MeasureUnary(const Options& options, Report* report) {
  const ChildProcess echo({OwnPath(), "--serve-echo"}, options.directory + "/echo.log");
  RemoveData(options, kData);
  Florind florind(options, kData);
  OpenBooks(florind.address(), options.workload.accounts);
  std::optional<Postgres> postgres;
  if (options.peer == "postgres") postgres.emplace(options);
  for (const int in_flight : options.in_flight) {
    const std::string echo_name = fmt::format("echo-{}", in_flight);
    Row* const echo_row = report->row(echo_name, "calls/s");
    Row* const row = report->row(fmt::format("unary-{}", in_flight), "transfers/s");
    for (int round = 0; round < options.rounds; ++round) {
      ShowProgress(fmt::format("{}, round {} of {}", row->name, round + 1, options.rounds));
      const Interval baseline = MeasureEcho(echo, options, in_flight);
      AddInterval(baseline, echo_row, report->notes());
      if (!Wanted(options, "unary")) continue;
      const auto load = CreateLoad(OpenChannels(florind.address(), options.channels),
                                   options.workload, in_flight);
      const Interval interval = MeasureOnServer(*load, florind, options, row, report->notes());
      row->baseline = echo_name;
      row->ratios.push_back(interval.per_second / baseline.per_second);
      if (!postgres || in_flight > kPostgresClientsMax) continue;
      const double peer = postgres->Measure(in_flight);
      report->row(fmt::format("postgres-{}", in_flight), "transfers/s")->rounds.push_back(peer);
      row->Detail("ratio_to_postgres", interval.per_second / peer);
    }
  }
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, kData);
}

}  // namespace florin::bench
