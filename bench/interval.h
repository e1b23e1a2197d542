#pragma once

#include <functional>
#include <map>
#include <string>

#include "bench/child_process.h"
#include "bench/load.h"
#include "bench/options.h"

namespace florin::bench {

/// What happened between the end of the warm-up and the end of one measurement.
struct Interval {
  double per_second = 0;
  double refused_share = 0;
  std::string first_refusal;
  Latency latency;
  double server_cores = 0;
  double client_cores = 0;
  double written_bytes_per_unit = 0;
  std::int64_t units = 0;
};

/// `server`: the process that serves it; null: this one.
/// Starts `load`, lets it warm up, looks, waits, looks again, stops it.
[[nodiscard]] Interval MeasureLoad(Load& load, const ChildProcess* server, const Options& options,
                                   const std::function<void()>& at_start = {},
                                   const std::function<void()>& at_end = {});

}  // namespace florin::bench
