#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>

namespace florin::server {

/// A figure without labels as Prometheus takes it.
/// Requires: `type` is Counter or Gauge; name and help live as long as the process.
[[nodiscard]] prometheus::MetricFamily FamilyOf(const char* name, const char* help,
                                                prometheus::MetricType type, std::int64_t value);

}  // namespace florin::server
