#include "server/rpc/metric_family.h"

#include <prometheus/client_metric.h>

#include <utility>

namespace florin::server {

prometheus::MetricFamily FamilyOf(const char* name, const char* help, prometheus::MetricType type,
                                  std::int64_t value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) =
      static_cast<double>(value);
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  family.metric.push_back(std::move(metric));
  return family;
}

}  // namespace florin::server
