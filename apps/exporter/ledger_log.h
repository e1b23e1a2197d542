#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/exporter/failure.h"
#include "clients/cpp/client.h"
#include "clients/cpp/retry_policy.h"
#include "florin/v1/event_service.pb.h"

namespace florin::exporter {

/// Which part of the log to read.
struct LogRange {
  /// The last to be read; no later one is, however far the log has grown.
  std::int64_t last_position = 0;
  /// As EventFilter has them.
  std::vector<std::string> type_patterns;
};

/// Reads the log from its beginning, in order, each event once, also over lost
/// connections. `on_event` returns false to stop, as `stop` does.
[[nodiscard]] std::optional<Failure> ReadLog(client::Client& client, const LogRange& range,
                                             const std::optional<client::RetryPolicy>& retry,
                                             const std::atomic<bool>& stop,
                                             const std::function<bool(const v1::Event&)>& on_event);

}  // namespace florin::exporter
