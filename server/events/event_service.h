#pragma once

#include <memory>

#include "server/events/event_metrics.h"
#include "server/events/hub.h"
#include "server/events/pages.h"
#include "server/rpc/open_streams.h"
#include "server/rpc/raw_service.h"

namespace florin::server {

struct EventServiceOptions {
  EventHubOptions hub;
  PageLimits pages;
};

/// florin.v1.EventService: pages of the log, subscriptions, commit groups.
///
/// Subscriptions end with SHUTTING_DOWN when the host starts draining.
/// Lifetime: outlives the gRPC server; the host and the ledger's reader outlive
/// it.
class EventService final : public RawService {
 public:
  explicit EventService(ServiceHost* host, EventServiceOptions options = {});
  ~EventService() override;

  /// Goes no later than the service.
  [[nodiscard]] const std::shared_ptr<EventCollector>& collector() const { return collector_; }

  /// For others who read the log as subscriptions do.
  [[nodiscard]] EventTail& tail() { return hub_.tail(); }

 private:
  const EventServiceOptions options_;
  EventHub hub_;
  const std::shared_ptr<EventCollector> collector_;
  std::shared_ptr<ShutdownHook> shutdown_hook_;
};

}  // namespace florin::server
