#include <fmt/format.h>

#include <algorithm>

#include "bench/channels.h"
#include "bench/florind.h"
#include "bench/loads.h"
#include "bench/raw_load.h"
#include "bench/server_details.h"
#include "bench/suites.h"
#include "bench/transfers.h"

namespace florin::bench {
namespace {

constexpr std::size_t kCommitGroupBytes = std::size_t{32} << 20;
/// The server refuses what is beyond its limit in flight.
constexpr int kTransfersInFlightMax = 60'000;

/// Small batches need more of them in flight to keep a server busy.
int InFlight(const Options& options, int size) {
  const int wanted = options.batches_in_flight * (size < 10 ? 8 : size < 100 ? 2 : 1);
  return std::min(wanted, std::max(1, kTransfersInFlightMax / size));
}

/// The raw writer in the shape that the last round of `row` had. The server's bytes are the log and
/// the index, so the writer of both is the baseline; the log alone is a second ratio.
void CompareWithRaw(const Options& options, const Florind& florind, double per_second,
                    bool with_index, Row* row, Row* raw_row, Report* report) {
  RawShape shape;
  shape.commands = row->details["commit_commands"].back();
  shape.bytes = row->details["commit_bytes"].back();
  shape.commit_groups = ReadCommitGroups(florind.address(), kCommitGroupBytes);
  const auto load =
      RawLoad(options.directory + "/raw", options.workload, std::move(shape), with_index);
  const Interval interval = MeasureLoad(*load, nullptr, options);
  AddInterval(interval, raw_row, report->notes());
  const double ratio = per_second / interval.per_second;
  if (!with_index) {
    row->Detail("ratio_to_raw_log", ratio);
    return;
  }
  row->baseline = raw_row->name;
  row->ratios.push_back(ratio);
}

void MeasureSize(const Options& options, int size, Report* report) {
  const std::string data = fmt::format("batch-{}", size);
  RemoveData(options, data);
  Florind florind(options, data);
  OpenBooks(florind.address(), options.workload.accounts);
  const bool batches = Wanted(options, "batch");
  Row* const row = report->row(data, "transfers/s");
  Row* const raw = report->row(fmt::format("raw-{}", size), "transfers/s");
  Row* const raw_index = report->row(fmt::format("raw-index-{}", size), "transfers/s");
  for (int round = 0; round < options.rounds; ++round) {
    ShowProgress(fmt::format("{}, round {} of {}", row->name, round + 1, options.rounds));
    const auto load = BatchLoad(OpenChannels(florind.address(), options.channels), options.workload,
                                size, InFlight(options, size));
    const Interval interval = MeasureOnServer(*load, florind, options, row, report->notes());
    if (!batches && !Wanted(options, "raw")) continue;
    CompareWithRaw(options, florind, interval.per_second, false, row, raw, report);
    CompareWithRaw(options, florind, interval.per_second, true, row, raw_index, report);
  }
  florind.process().Terminate();
  RemoveData(options, "raw");
  if (!options.keep) RemoveData(options, data);
}

}  // namespace

void MeasureBatches(const Options& options, Report* report) {
  for (const int size : options.batch_sizes) MeasureSize(options, size, report);
}

}  // namespace florin::bench
