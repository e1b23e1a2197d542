#pragma once

#include <mutex>
#include <optional>
#include <thread>

#include "apps/cli/activity.h"
#include "apps/cli/lost_connection.h"
#include "clients/cpp/event_subscription.h"

namespace florin::cli {

/// Follows the ledger from now on, on a thread of its own, into an Activity. Tells `lost` of
/// every outage of its connection, and when it works again.
class EventFeed {
 public:
  /// All outlive it.
  EventFeed(client::Client& client, const client::RetryPolicy& patience, Activity& activity,
            LostConnection& lost);
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  /// Why it ended by itself; absent while it goes on.
  [[nodiscard]] std::optional<client::ClientError> error() const;

 private:
  void Run();

  client::EventSubscription subscription_;
  Activity& activity_;
  LostConnection& lost_;
  mutable std::mutex mutex_;
  std::optional<client::ClientError> error_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace florin::cli
