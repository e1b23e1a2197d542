#include "apps/exporter/ledger_log.h"

#include <algorithm>

#include "clients/cpp/event_subscription.h"

namespace florin::exporter {

std::optional<Failure> ReadLog(client::Client& client, const LogRange& range,
                               const std::optional<client::RetryPolicy>& retry,
                               const std::atomic<bool>& stop,
                               const std::function<bool(const v1::Event&)>& on_event) {
  v1::SubscribeEventsRequest request;
  request.set_beginning(true);
  for (const auto& pattern : range.type_patterns) {
    request.mutable_filter()->add_type_patterns(pattern);
  }
  client::EventSubscription subscription(client, request, {.retry = retry});
  std::int64_t seen = 0;
  while (seen < range.last_position) {
    const auto next = subscription.Next();
    if (stop) {
      return StopFailure();
    }
    if (!next.ok()) {
      return LedgerFailure(next.error(), "reading the log");
    }
    for (const auto& event : next.value().events()) {
      if (event.position() > range.last_position) {
        return std::nullopt;
      }
      // After a lost connection, the parts of a long command come again.
      if (event.position() > seen && !on_event(event)) {
        return std::nullopt;
      }
      seen = std::max(seen, event.position());
    }
    // The head was at or behind the last position when reading began.
    if (next.value().caught_up()) {
      break;
    }
  }
  return std::nullopt;
}

}  // namespace florin::exporter
