#pragma once

#include <string>
#include <vector>

#include "apps/exporter/snapshot.h"
#include "florin/v1/event_service.pb.h"

namespace florin::exporter {

/// Writes a ledger in one format: Begin, then Take for each event of `types`
/// up to the snapshot's position in the log's order, then End.
class Writer {
 public:
  virtual ~Writer() = default;

  /// Patterns of the events that it wants.
  [[nodiscard]] virtual std::vector<std::string> types() const = 0;
  virtual void Begin() = 0;
  virtual void Take(const v1::Event& event) = 0;
  virtual void End() = 0;
};

}  // namespace florin::exporter
