#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/groups.h"
#include "actors/groups/attempts.h"
#include "actors/groups/dispatch.h"
#include "actors/groups/entry.h"
#include "actors/groups/limits.h"
#include "actors/groups/output.h"
#include "actors/groups/parked.h"
#include "actors/groups/window.h"

namespace florin::actors {

/// The members of a group while they are connected: joining, what is written to them and when,
/// leaving.
class GroupMembers {
 public:
  /// Requires: all outlive it.
  GroupMembers(const std::string& group_id, const GroupLimits& limits, GroupWindow* window,
               GroupDispatch* dispatch, GroupParked* parked, GroupAttempts* attempts);

  /// A number for the member, never used again. Errors: kMemberExists, kOverloaded.
  domain::Result<std::uint64_t> Join(const JoinRequest& request, std::int64_t now);
  void Leave(std::uint64_t id, const std::vector<std::string>& unsent, std::int64_t now);
  /// What they have in flight is not a failed attempt: the server ends them.
  void EndAll(const domain::Refusal& refusal);
  void WriteDone(std::uint64_t id, std::int64_t now);
  void Acknowledge(std::uint64_t id, const AcknowledgeRequest& request, std::int64_t now);
  /// What was acknowledged until now is in the change that is stored next.
  void OnTaken();
  /// The change taken last is synced.
  void OnDurable();
  /// With another max_in_flight.
  void SetRooms();
  /// Nobody has anything any more; members stay. Requires: the dispatch and attempts are cleared.
  void ForgetDeliveries();

  /// Gives events that may go to members with room.
  void HandOut(std::int64_t now);
  /// Tells each that all is done, once for each time that it heard the contrary.
  void TellCaughtUp(std::int64_t head);
  /// Writes what is to be written, and ends those that do not read.
  void Visit(std::int64_t now, std::int64_t head, GroupOutput* output);
  /// When one is to be visited although nothing happens.
  [[nodiscard]] std::int64_t NextTime() const;

  [[nodiscard]] const std::string& group_id() const { return group_id_; }
  [[nodiscard]] bool empty() const { return members_.empty(); }
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(members_.size()); }
  /// By name.
  [[nodiscard]] std::vector<GroupMemberView> View() const;

 private:
  using Member = GroupMemberState;

  Member* Find(std::uint64_t id) const;
  void Touch(Member* member);
  void Lose(Member* member, std::int64_t now);
  void Remove(Member* member);
  void DropAllBytes();
  [[nodiscard]] std::int64_t Deadline(const Member& member) const;
  void SetTimer(Member* member);
  void VisitOne(Member* member, std::int64_t now, std::int64_t head, GroupOutput* output);
  [[nodiscard]] bool CaughtUp(std::int64_t head) const;

  const std::string& group_id_;
  const GroupLimits& limits_;
  GroupWindow* const window_;
  GroupDispatch* const dispatch_;
  GroupParked* const parked_;
  GroupAttempts* const attempts_;
  std::map<std::uint64_t, std::unique_ptr<Member>> members_;
  std::uint64_t last_member_ = 0;
  std::vector<std::uint64_t> touched_;
  /// Heartbeats and stalls; may come early.
  std::set<std::pair<std::int64_t, std::uint64_t>> timers_;
  /// Since the last visit.
  std::vector<GroupOutput::End> ends_;
  bool told_caught_up_ = false;
};

}  // namespace florin::actors
