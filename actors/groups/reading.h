#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/group_feed.h"
#include "actors/groups/dispatch.h"
#include "actors/groups/limits.h"
#include "actors/groups/members.h"
#include "actors/groups/output.h"
#include "actors/groups/parked.h"
#include "actors/groups/window.h"
#include "domain/event_filter.h"
#include "domain/group.h"
#include "domain/result.h"

namespace florin::actors {

/// A group's reading of the log: when it reads on, when it reads bytes again, and where what was
/// read goes.
class GroupReading {
 public:
  /// With the settings' filter. Restart is to be called. Requires: all others outlive it.
  GroupReading(const GroupLimits& limits, const domain::GroupSettings& settings,
               GroupWindow* window, GroupDispatch* dispatch, GroupParked* parked,
               const GroupMembers* members);

  /// Time and the log go on, neither ever back.
  void SetNow(std::int64_t now, std::int64_t head);
  [[nodiscard]] std::int64_t head() const { return head_; }
  /// Adds what is to be read now.
  void Plan(GroupOutput* output);
  /// A publish matters: the group has read to the head and wants more.
  [[nodiscard]] bool WaitsForHead() const { return Wanted() && window_->read_through() >= head_; }
  /// When to plan again although nothing happens.
  [[nodiscard]] std::int64_t NextTime() const;

  // The answers to what was planned. Errors: those of the log; it is tried again later, and members
  // are to be ended until then.
  domain::Status OnPage(std::uint64_t generation, domain::Result<FeedPage> page, std::int64_t now);
  domain::Status OnFetched(std::uint64_t generation, domain::Result<std::vector<FeedEvent>> events,
                           std::int64_t now);

  /// The settings have another one, which compiles. Restart is to be called.
  void SetFilter();
  /// From the window's cursor; answers that are on their way are for nothing. Requires: all others
  /// have started again.
  void Restart();

 private:
  [[nodiscard]] bool Wanted() const;
  [[nodiscard]] bool RoomToRead() const;
  void PlanRead(GroupOutput* output);
  void PlanFetch(GroupOutput* output);
  void AskForLoading();
  [[nodiscard]] bool AlreadyKnown(std::int64_t position) const;
  void Add(FeedEvent event);
  void PromoteAside(std::int64_t after);
  domain::Status TryLater(const domain::Refusal& refusal, std::int64_t now);

  const GroupLimits& limits_;
  const domain::GroupSettings& settings_;
  GroupWindow* const window_;
  GroupDispatch* const dispatch_;
  GroupParked* const parked_;
  const GroupMembers* const members_;
  std::shared_ptr<const domain::EventFilter> filter_;
  std::int64_t now_ = 0;
  std::int64_t head_ = 0;
  /// Up to here events may be known already.
  std::int64_t known_through_ = 0;
  /// Of Restart: what was asked for before it is not wanted any more.
  std::uint64_t generation_ = 0;
  bool read_out_ = false;
  bool fetch_out_ = false;
  std::int64_t retry_time_ = 0;
};

}  // namespace florin::actors
