#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "actors/groups.h"
#include "server/groups/group_metrics.h"
#include "server/groups/group_requests.h"
#include "server/rpc/command_streams.h"
#include "server/rpc/open_streams.h"
#include "server/rpc/raw_service.h"

namespace florin::server {

/// florin.v1.GroupService: consumer groups and the streams of their members.
///
/// Members are ended by the groups when the host starts draining.
/// Lifetime: outlives the gRPC server; the host and the groups outlive it.
class GroupService final : public RawService {
 public:
  /// `members`: how many streams of members may be open, and how long one may
  /// not read.
  GroupService(ServiceHost* host, actors::Groups* groups, const StreamLimits& members = {});
  ~GroupService() override;

  /// Goes no later than the service.
  [[nodiscard]] const std::shared_ptr<GroupCollector>& collector() const { return collector_; }

 private:
  void AddGroups();
  void AddParked();
  void AddLists();  // lists.cc
  [[nodiscard]] LogEnds Log() const;

  actors::Groups* const groups_;
  const std::string ledger_id_;
  CommandStreams members_;
  const std::shared_ptr<GroupCollector> collector_;
  std::shared_ptr<ShutdownHook> shutdown_hook_;
};

}  // namespace florin::server
