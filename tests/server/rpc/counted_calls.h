#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "server/rpc/metrics.h"

namespace florin::server {

/// A call that ended with this reason was counted.
inline bool CountedCall(Metrics* metrics, const std::string& reason) {
  for (const auto& family : metrics->registry()->Collect()) {
    for (const auto& metric : family.metric) {
      for (const auto& label : metric.label) {
        if (label.value == reason && metric.counter.value > 0) return true;
      }
    }
  }
  return false;
}

/// Until a call has ended as one whose client does not read; a test that hangs
/// here fails by its time.
inline void WaitForStalledCall(Metrics* metrics) {
  while (!CountedCall(metrics, "SUBSCRIBER_STALLED"))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace florin::server
