#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/group_feed.h"
#include "actors/groups.h"
#include "actors/groups/attempts.h"
#include "actors/groups/dispatch.h"
#include "actors/groups/group_changes.h"
#include "actors/groups/limits.h"
#include "actors/groups/members.h"
#include "actors/groups/output.h"
#include "actors/groups/parked.h"
#include "actors/groups/reading.h"
#include "actors/groups/window.h"
#include "storage/groups/group_store.h"

namespace florin::actors {

/// One consumer group: what of the log is finished, who works on what, what is parked.
///
/// An event is read into the *window*, queues in its stream, is assigned to a member, and is
/// finished, fails, or is parked. The *cursor* stands before the window's first event; positions
/// finished above it are remembered one by one. What must not hold the cursor back (waiting behind
/// a parked event, or replayed) leaves the window and has a record of its own: a *side* entry.
///
/// Its parts do the work, each on top of those before it: GroupChanges, GroupWindow, GroupDispatch,
/// GroupParked, GroupAttempts, GroupMembers, GroupReading. None knows the whole.
///
/// Plain logic: one thread, no clock, no I/O. Each call says what time it is (UTC nanoseconds,
/// never back); after any number of calls, Advance says what is to be done now, and NextTime when
/// to call it again. Source: docs/adr/0006-consumer-groups.md.
class GroupCore {
 public:
  /// As stored. `incarnation`: six characters, never used before; the beginning of each
  /// delivery_id.
  GroupCore(const storage::GroupImage& image, std::string incarnation, const GroupLimits& limits);
  /// A new one; its first change is to be stored.
  static std::unique_ptr<GroupCore> Create(const std::string& group_id,
                                           const domain::GroupSettings& settings,
                                           std::int64_t after, const std::string& principal,
                                           std::string incarnation, const GroupLimits& limits,
                                           std::int64_t now);
  GroupCore(const GroupCore&) = delete;
  GroupCore& operator=(const GroupCore&) = delete;

  /// A number for the member, never used again. Errors: kMemberExists, kOverloaded.
  domain::Result<std::uint64_t> Join(const JoinRequest& request, std::int64_t now) {
    return members_.Join(request, now);
  }
  /// `unsent`: deliveries that were handed over and never reached the client.
  void Leave(std::uint64_t member, const std::vector<std::string>& unsent, std::int64_t now) {
    members_.Leave(member, unsent, now);
  }
  void WriteDone(std::uint64_t member, std::int64_t now) { members_.WriteDone(member, now); }
  void Acknowledge(std::uint64_t member, const AcknowledgeRequest& request, std::int64_t now) {
    members_.Acknowledge(member, request, now);
  }
  /// What they have in flight is not a failed attempt: the server ends them.
  void EndMembers(const domain::Refusal& refusal) { members_.EndAll(refusal); }

  void OnPage(std::uint64_t generation, domain::Result<FeedPage> page, std::int64_t now);
  void OnFetched(std::uint64_t generation, domain::Result<std::vector<FeedEvent>> events,
                 std::int64_t now);

  /// Requires: the filter compiles.
  void Update(const domain::GroupSettings& settings, const std::string& principal,
              std::int64_t now);
  /// Errors: kParkedEventsLeft.
  [[nodiscard]] domain::Status CheckReset(bool discard_parked) const;
  /// The same, and does it.
  domain::Status Reset(std::int64_t after, const std::string& reason, bool discard_parked,
                       const std::string& principal, std::int64_t now);
  std::int64_t Replay(const ParkedSelection& selection, const std::string& reason,
                      const std::string& principal, std::int64_t now);
  std::int64_t Discard(const ParkedSelection& selection, const std::string& reason,
                       const std::string& principal, std::int64_t now);

  /// All groups together hold too much, or no more.
  void SetCrowded(bool crowded) { window_.memory().SetCrowded(crowded); }
  GroupOutput Advance(std::int64_t now, std::int64_t head);
  /// When to call Advance again although nothing happens.
  [[nodiscard]] std::int64_t NextTime() const;
  /// A publish matters: the group has read to the head and wants more.
  [[nodiscard]] bool WaitsForHead() const { return reading_.WaitsForHead(); }

  /// Something is to be stored soon.
  [[nodiscard]] bool Dirty(std::int64_t now) const { return changes_.Dirty(cursor(), now); }
  /// Something is to be stored that is more than a cursor that passed what does not match.
  [[nodiscard]] bool Changed() const { return changes_.Changed(); }
  [[nodiscard]] bool Moved() const { return changes_.Moved(cursor()); }
  /// What has changed since the last call. Not again before OnDurable.
  storage::GroupChange TakeChange(std::int64_t now);
  /// The change taken last is synced.
  void OnDurable() { members_.OnDurable(); }

  [[nodiscard]] const std::string& group_id() const { return group_id_; }
  [[nodiscard]] const domain::GroupSettings& settings() const { return changes_.settings(); }
  [[nodiscard]] GroupView View(bool with_members) const;
  /// All that was read up to here is finished, parked, or has a record of its own. View's position
  /// is before it while some of the latter are to be done again.
  [[nodiscard]] std::int64_t cursor() const { return window_.Cursor(); }
  /// The next one to be read; nothing is read and unacknowledged before it.
  [[nodiscard]] std::int64_t read_through() const { return window_.read_through(); }
  /// Without event_bytes.
  [[nodiscard]] std::vector<ParkedEventView> ListParked(std::int64_t after,
                                                        std::size_t limit) const {
    return parked_.List(after, limit);
  }
  [[nodiscard]] GroupCounts Counts() const;

 private:
  void Restart(std::int64_t cursor);
  void LetGo();

  // In this order: each is made with pointers to those before it that it needs.
  const std::string group_id_;
  const GroupLimits limits_;
  GroupChanges changes_;
  GroupWindow window_;
  GroupDispatch dispatch_;
  GroupParked parked_;
  GroupAttempts attempts_;
  GroupMembers members_;
  GroupReading reading_;
};

}  // namespace florin::actors
