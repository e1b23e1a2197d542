#pragma once

#include <string>
#include <vector>

#include "bench/florind.h"
#include "bench/interval.h"
#include "bench/report.h"

namespace florin::bench {

/// MeasureLoad on a florind: adds to `row` also what the server says of itself: mean commands and
/// bytes of a synced write ("commit_commands", "commit_bytes"), its mean duration ("commit_ms"),
/// bytes written and kept per unit, peak memory.
Interval MeasureOnServer(Load& load, Florind& florind, const Options& options, Row* row,
                         std::vector<std::string>* notes);

}  // namespace florin::bench
