#include "server/events/event_metrics.h"

#include "server/events/hub.h"
#include "server/rpc/metric_family.h"

namespace florin::server {

std::vector<prometheus::MetricFamily> EventCollector::Collect() const {
  using prometheus::MetricType;
  const EventHubStats stats = hub_->Stats();
  return {
      FamilyOf("florin_events_sent_total", "Events sent to subscribers", MetricType::Counter,
               stats.events_sent),
      FamilyOf("florin_event_responses_sent_total",
               "Responses sent to subscribers, heartbeats included", MetricType::Counter,
               stats.responses_sent),
      FamilyOf("florin_subscribers_stalled_total",
               "Subscriptions ended because the client did not read", MetricType::Counter,
               stats.subscribers_stalled),
      FamilyOf("florin_subscribers_buffered_bytes", "Bytes sent and not yet taken by subscribers",
               MetricType::Gauge, stats.buffered_bytes),
  };
}

}  // namespace florin::server
