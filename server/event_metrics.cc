#include "server/event_metrics.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <utility>

#include "server/event_hub.h"

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

std::vector<prometheus::MetricFamily> EventCollector::Collect() const {
  using prometheus::MetricType;
  const EventHubStats stats = hub_->Stats();
  return {
      Family("florin_events_sent_total", "Events sent to subscribers", MetricType::Counter,
             stats.events_sent),
      Family("florin_event_responses_sent_total",
             "Responses sent to subscribers, heartbeats included", MetricType::Counter,
             stats.responses_sent),
      Family("florin_subscribers_stalled_total",
             "Subscriptions ended because the client did not read", MetricType::Counter,
             stats.subscribers_stalled),
      Family("florin_subscribers_buffered_bytes", "Sent and not yet taken by subscribers",
             MetricType::Gauge, stats.buffered_bytes),
  };
}

}  // namespace florin::server
