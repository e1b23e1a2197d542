#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "actors/groups.h"

namespace florin::server {

/// The consumer groups' figures, asked for when somebody scrapes.
/// Requires: `groups` outlives the last scrape.
class GroupCollector final : public prometheus::Collectable {
 public:
  explicit GroupCollector(const actors::Groups* groups) : groups_(groups) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const actors::Groups* const groups_;
};

}  // namespace florin::server
