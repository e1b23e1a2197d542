#pragma once

#include <memory>
#include <string>

#include "bench/channels.h"
#include "bench/load.h"
#include "bench/options.h"

namespace florin::bench {

/// Empty calls of the echo server.
[[nodiscard]] std::unique_ptr<Load> EchoLoad(const Channels& channels, int in_flight);
/// CreateTransaction, one transfer a call.
[[nodiscard]] std::unique_ptr<Load> CreateLoad(const Channels& channels, const Workload& workload,
                                               int in_flight);
/// ExecuteBatch of `size` transfers, `in_flight` batches at a time, each sent by a thread of its
/// own.
[[nodiscard]] std::unique_ptr<Load> BatchLoad(const Channels& channels, const Workload& workload,
                                              int size, int in_flight);
/// ExecuteBatch of holds, followed by one that settles them; counts both.
[[nodiscard]] std::unique_ptr<Load> HoldLoad(const Channels& channels, const Workload& workload,
                                             int size, int in_flight);
/// ExecuteStream in messages of `size` transfers, up to `in_flight` of them unanswered; one stream
/// a channel.
[[nodiscard]] std::unique_ptr<Load> StreamLoad(const Channels& channels, const Workload& workload,
                                               int size, int in_flight);

/// ConsumeGroup, a member a channel; events count once their acknowledgement is durable.
[[nodiscard]] std::unique_ptr<Load> GroupLoad(const Channels& channels, const std::string& group_id,
                                              int max_in_flight);

}  // namespace florin::bench
