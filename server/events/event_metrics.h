#pragma once

#include <prometheus/collectable.h>

#include <vector>

namespace florin::server {

class EventHub;

/// The subscriptions' figures, asked for when somebody scrapes.
/// Requires: `hub` outlives the last scrape.
class EventCollector final : public prometheus::Collectable {
 public:
  explicit EventCollector(const EventHub* hub) : hub_(hub) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const EventHub* const hub_;
};

}  // namespace florin::server
