#include "server/groups/group_metrics.h"

#include "server/rpc/metric_family.h"

namespace florin::server {

std::vector<prometheus::MetricFamily> GroupCollector::Collect() const {
  using prometheus::MetricType;
  const actors::GroupsStats stats = groups_->Stats();
  return {
      FamilyOf("florin_groups", "Consumer groups", MetricType::Gauge, stats.groups),
      FamilyOf("florin_group_members", "Connected members of groups", MetricType::Gauge,
               stats.members),
      FamilyOf("florin_group_in_flight_events", "Events delivered to members and not acknowledged",
               MetricType::Gauge, stats.in_flight_events),
      FamilyOf("florin_group_parked_events", "Parked events", MetricType::Gauge,
               stats.parked_events),
      FamilyOf("florin_group_delivered_total", "Deliveries to members, including repeated ones",
               MetricType::Counter, stats.delivered_total),
      FamilyOf("florin_group_redelivered_total", "Deliveries after the first of an event",
               MetricType::Counter, stats.redelivered_total),
      FamilyOf("florin_group_acknowledged_total", "Events acknowledged by members",
               MetricType::Counter, stats.acknowledged_total),
      FamilyOf("florin_group_parked_total", "Events that were parked", MetricType::Counter,
               stats.parked_total),
      FamilyOf("florin_group_flushes_total", "Synced writes of the groups' state",
               MetricType::Counter, stats.flushes_total),
  };
}

}  // namespace florin::server
