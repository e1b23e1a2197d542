#include "server/group_metrics.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <utility>

namespace florin::server {
namespace {

prometheus::MetricFamily Family(const char* name, const char* help, prometheus::MetricType type,
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

}  // namespace

std::vector<prometheus::MetricFamily> GroupCollector::Collect() const {
  using prometheus::MetricType;
  const actors::GroupsStats stats = groups_->Stats();
  return {
      Family("florin_groups", "Consumer groups", MetricType::Gauge, stats.groups),
      Family("florin_group_members", "Connected members of groups", MetricType::Gauge,
             stats.members),
      Family("florin_group_in_flight_events", "Delivered to members and not acknowledged",
             MetricType::Gauge, stats.in_flight_events),
      Family("florin_group_parked_events", "Parked events", MetricType::Gauge, stats.parked_events),
      Family("florin_group_delivered_total", "Deliveries to members, repeated ones included",
             MetricType::Counter, stats.delivered_total),
      Family("florin_group_redelivered_total", "Deliveries after the first of an event",
             MetricType::Counter, stats.redelivered_total),
      Family("florin_group_acknowledged_total", "Events acknowledged by members",
             MetricType::Counter, stats.acknowledged_total),
      Family("florin_group_parked_total", "Events that were parked", MetricType::Counter,
             stats.parked_total),
      Family("florin_group_flushes_total", "Synced writes of the groups' state",
             MetricType::Counter, stats.flushes_total),
  };
}

}  // namespace florin::server
