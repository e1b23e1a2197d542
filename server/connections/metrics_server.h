#pragma once

#include <prometheus/collectable.h>

#include <memory>
#include <string>
#include <vector>

#include "server/connections/listener.h"

namespace florin::server {

/// Serves the metrics over HTTP, as libmicrohttpd on one thread that never waits for a client.
///
/// A client that sends nothing, or slowly, or does not read, holds nobody up: it is dropped after
/// some seconds, and if there are many, those that came first are dropped at once.
class MetricsServer {
 public:
  using Sources = std::vector<std::shared_ptr<prometheus::Collectable>>;

  /// Null, with a sentence in `error`, if it cannot. `sources` are asked on its thread.
  static std::unique_ptr<MetricsServer> Start(std::unique_ptr<Listener> listener, Sources sources,
                                              std::string* error);

  /// Stops; connections that are open are cut.
  virtual ~MetricsServer() = default;

  /// HOST:PORT.
  [[nodiscard]] virtual const std::string& address() const = 0;
};

/// How many connections it has at a time, at most.
inline constexpr std::size_t kMetricsConnectionsMax = 32;

}  // namespace florin::server
