#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "server/connections/acceptor.h"

namespace florin::server {

/// The connections' figures, asked for when somebody scrapes.
/// Requires: `acceptor` outlives the last scrape.
class ConnectionCollector final : public prometheus::Collectable {
 public:
  explicit ConnectionCollector(ConnectionAcceptor* acceptor) : acceptor_(acceptor) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  ConnectionAcceptor* const acceptor_;
};

}  // namespace florin::server
