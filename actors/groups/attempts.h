#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/groups.h"
#include "actors/groups/dispatch.h"
#include "actors/groups/entry.h"
#include "actors/groups/group_changes.h"
#include "actors/groups/limits.h"
#include "actors/groups/output.h"
#include "actors/groups/parked.h"
#include "actors/groups/window.h"
#include "storage/groups/group_store.h"

namespace florin::actors {

/// Attempts at events, from the assignment to a member to the end: acknowledged, failed, out of
/// time, parked. And events whose time to live is over, under way or not.
class GroupAttempts {
 public:
  /// `incarnation`: the beginning of each delivery_id. Requires: all others outlive it.
  GroupAttempts(std::string incarnation, const GroupLimits& limits, GroupWindow* window,
                GroupDispatch* dispatch, GroupParked* parked, GroupChanges* changes);

  /// An attempt begins. Requires: the entry is kQueued, the member has room.
  void Assign(GroupEntry* entry, GroupMemberState* member, std::int64_t now);
  /// Adds what the member has to be sent, as much as one batch takes; its time begins now.
  void Send(GroupMemberState* member, std::int64_t now, DeliveryBatch* batch);
  /// These deliveries were handed over and never reached the client: they are no attempts.
  void Unsend(const GroupMemberState* member, const std::vector<std::string>& delivery_ids);

  void Acknowledge(GroupMemberState* member, const AcknowledgeRequest& request, std::int64_t now);
  /// All that the member has fails, and the next attempts come at once. Requires: it gets no room.
  void FailAll(GroupMemberState* member, const std::string& reason, std::int64_t now);
  /// The same, but these were no failed attempts: the server ends them.
  void TakeBackAll(GroupMemberState* member);
  void TimeOut(std::int64_t now);
  /// Parks what is too old.
  void Expire(std::int64_t now);
  /// With another ack_timeout: whatever is under way has it from now on.
  void RestartTimeouts(std::int64_t now);
  /// When the next attempt times out, or the next event expires.
  [[nodiscard]] std::int64_t NextTime() const;

  [[nodiscard]] const GroupCounters& counters() const { return counters_; }
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(in_flight_.size()); }
  /// Requires: the entries are thrown away, or made anew.
  void Clear();

 private:
  void End(GroupEntry* entry);
  void Withdraw(GroupEntry* entry);
  void Finish(GroupEntry* entry);
  void Fail(GroupEntry* entry, const std::string& reason, bool backoff, std::int64_t now);
  void Park(GroupEntry* entry, storage::ParkedRecord record, std::int64_t now);
  void ParkFailed(GroupEntry* entry, const std::string& reason, std::int64_t now);
  void Nack(GroupEntry* entry, const NackRequest& nack, std::int64_t now);
  void StartTime(GroupEntry* entry, std::int64_t now);
  [[nodiscard]] std::int64_t Backoff(std::int32_t attempts) const;
  [[nodiscard]] std::int64_t ExpiryOf(std::int64_t since) const;
  [[nodiscard]] bool Expired(const GroupEntry* entry, std::int64_t now) const;
  [[nodiscard]] std::string DeliveryId(std::uint64_t delivery) const;
  [[nodiscard]] GroupEntry* Find(const GroupMemberState* member,
                                 const std::string& delivery_id) const;

  const std::string incarnation_;
  const GroupLimits& limits_;
  GroupWindow* const window_;
  GroupDispatch* const dispatch_;
  GroupParked* const parked_;
  GroupChanges* const changes_;
  /// By deadline.
  WorkChain timeouts_;
  std::unordered_map<std::uint64_t, GroupEntry*> in_flight_;
  std::uint64_t last_delivery_ = 0;
  GroupCounters counters_;
};

}  // namespace florin::actors
