#pragma once

#include <cstdint>
#include <string>

#include "bench/options.h"

namespace florin::bench {

/// Posts at least `transactions` transfers of the workload, in large batches, showing how far it
/// is. Throws std::runtime_error if the server refuses them.
void FillLedger(const std::string& address, const Options& options, std::int64_t transactions);

}  // namespace florin::bench
