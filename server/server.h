#pragma once

#include <memory>
#include <string>

#include "server/config.h"

namespace florin::server {

/// The whole server: store, ledger, gRPC services, health, reflection, metrics.
///
/// Threads: Start and Stop from one thread.
class Server {
 public:
  /// Opens the books and listens. Null, with a sentence in `error`, if it
  /// cannot: the books are held by another process, are corrupt, or the address
  /// is taken.
  static std::unique_ptr<Server> Start(const Config& config, std::string* error);

  virtual ~Server() = default;

  /// HOST:PORT as it listens, the port also where 0 was asked for.
  [[nodiscard]] virtual const std::string& address() const = 0;
  /// HOST:PORT of the metrics; empty: none.
  [[nodiscard]] virtual const std::string& metrics_address() const = 0;

  /// Health says NOT_SERVING, new calls are refused, what was accepted is
  /// finished (within the configured time), streams end with SHUTTING_DOWN, and
  /// the books are closed. Again: nothing.
  virtual void Stop() = 0;
};

}  // namespace florin::server
