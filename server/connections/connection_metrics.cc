#include "server/connections/connection_metrics.h"

#include "server/rpc/metric_family.h"

namespace florin::server {

std::vector<prometheus::MetricFamily> ConnectionCollector::Collect() const {
  using prometheus::MetricType;
  const ConnectionStats stats = acceptor_->Stats();
  return {
      FamilyOf("florin_connections", "Open connections of gRPC clients", MetricType::Gauge,
               stats.open),
      FamilyOf("florin_connections_max", "Most connections that may be open", MetricType::Gauge,
               stats.open_max),
      FamilyOf("florin_connections_refused_total",
               "Connections turned away: too many were open, or no descriptor was left",
               MetricType::Counter, stats.refused),
  };
}

}  // namespace florin::server
