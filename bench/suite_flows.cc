// ExecuteStream, and holds with the settles that end them.

#include <fmt/format.h>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/loads.h"
#include "bench/server_details.h"
#include "bench/suites.h"
#include "bench/transfers.h"

namespace florin::bench {
namespace {

constexpr int kStreamMessage = 100;
constexpr int kStreamInFlight = 4'000;
constexpr int kHoldBatch = 1'000;

template <typename MakeLoad>
void MeasureFlow(const Options& options, const std::string& name, const std::string& unit,
                 Report* report, MakeLoad make_load) {
  RemoveData(options, name);
  Florind florind(options, name);
  OpenBooks(florind.address(), options.workload.accounts);
  Row* const row = report->row(name, unit);
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("{}, round {} of {}", name, round + 1, options.rounds));
    const auto load = make_load(OpenChannels(florind.address(), options.channels));
    static_cast<void>(MeasureOnServer(*load, florind, options, row, report->notes()));
  }
  florind.process().Terminate();
  if (!options.keep) RemoveData(options, name);
}

}  // namespace

void MeasureStream(const Options& options, Report* report) {
  MeasureFlow(options, "stream", "transfers/s", report, [&](const Channels& channels) {
    return StreamLoad(channels, options.workload, kStreamMessage, kStreamInFlight);
  });
}

void MeasureHolds(const Options& options, Report* report) {
  MeasureFlow(options, "holds", "commands/s", report, [&](const Channels& channels) {
    return HoldLoad(channels, options.workload, kHoldBatch, options.batches_in_flight);
  });
}

}  // namespace florin::bench
