#pragma once

#include <chrono>
#include <optional>

#include "clients/cpp/retry_policy.h"

namespace florin::client {

struct ClientOptions {
  /// For a whole unary call with all its retries, unless the call says other.
  /// There is no way to call without a deadline.
  std::chrono::milliseconds deadline{10'000};
  RetryPolicy retry;
  /// Largest answer that is accepted. The server bounds what it sends by items;
  /// a page of long descriptions is larger than gRPC's own default of 4 MiB.
  int max_receive_bytes = 64 * 1024 * 1024;
};

struct CallOptions {
  /// Instead of ClientOptions::deadline.
  std::optional<std::chrono::milliseconds> deadline;
};

}  // namespace florin::client
