#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/groups.h"
#include "actors/groups/dispatch.h"
#include "actors/groups/entry.h"
#include "actors/groups/group_changes.h"
#include "actors/groups/window.h"
#include "storage/groups/group_store.h"

namespace florin::actors {

/// What a group's cursor does not wait for: parked events, and *side* entries, which wait behind a
/// parked one, or were replayed. Each has a record of its own in the store.
class GroupParked {
 public:
  using SideEntries = std::map<std::int64_t, GroupEntry*>;

  /// As the image says; Restart is to be called. Requires: the others outlive it.
  GroupParked(const storage::GroupImage& image, GroupWindow* window, GroupDispatch* dispatch,
              GroupChanges* changes);

  /// As much is parked or waits as may: nothing is handed out for the first time.
  [[nodiscard]] bool Blocked() const {
    return parked_count() + waiting_ >= changes_->settings().max_parked_and_waiting;
  }
  /// There may be more records. Never while the group is blocked, as what waits is part of what is
  /// aside: GroupReading relies on that.
  [[nodiscard]] bool RoomLeft() const {
    return static_cast<std::int64_t>(side_.size() + parked_.size()) <
           changes_->settings().max_parked_and_waiting;
  }
  [[nodiscard]] std::int64_t parked_count() const {
    return static_cast<std::int64_t>(parked_.size());
  }
  /// Side entries behind a parked event.
  [[nodiscard]] std::int64_t waiting_count() const { return waiting_; }
  [[nodiscard]] std::int64_t expired_count() const { return expired_; }
  [[nodiscard]] const SideEntries& side() const { return side_; }
  /// The side entry whose time to live began first; null: there is none.
  [[nodiscard]] GroupEntry* oldest_aside() const {
    return side_ages_.empty() ? nullptr : side_ages_.begin()->second;
  }
  /// Entries that are held back are still in the window, for want of room.
  [[nodiscard]] bool held_in_window() const { return held_in_window_; }
  /// The event is parked, or aside.
  [[nodiscard]] bool Knows(std::int64_t position) const {
    return side_.contains(position) || parked_.contains(position);
  }
  /// The last that it knows; 0: none.
  [[nodiscard]] std::int64_t Last() const;
  /// In order of position, those after it, without event_bytes.
  [[nodiscard]] std::vector<ParkedEventView> List(std::int64_t after, std::size_t limit) const;

  /// Parks an event of the stream and holds back what comes after it. Requires: it has no entry any
  /// more; the stream is promoted next.
  void Park(GroupStream* stream, storage::ParkedRecord record);
  /// A side entry is done. Requires: its stream and since are as they were.
  void Remove(const GroupEntry* entry);
  /// Moves it out of the window, if there is room. Requires: it is read, and behind a parked event.
  void HoldBack(GroupEntry* entry);
  /// Does so with all that are left in the window, as far as there is room now.
  void MoveHeldAside();

  // How many were parked, and are delivered again or forgotten.
  std::int64_t Replay(const ParkedSelection& selection, storage::ActionRecord action,
                      std::int64_t now);
  std::int64_t Discard(const ParkedSelection& selection, storage::ActionRecord action,
                       std::int64_t now);
  /// Parked events hold nothing back any more. Restart is to be called.
  void LiftOrder();
  /// Forgets everything; the store does by itself.
  void Clear();
  /// Puts everything into new streams. Requires: the window and dispatch are empty, and the streams
  /// of before still exist.
  void Restart();
  /// Adds what has changed since the last call.
  void TakeChange(storage::GroupChange* change);

 private:
  void PutAside(GroupEntry* entry);
  void HoldBackAfter(GroupStream* stream);
  void Recount(GroupStream* stream);
  [[nodiscard]] std::vector<std::int64_t> Selected(const ParkedSelection& selection) const;
  storage::ParkedRecord Unpark(std::int64_t position);
  void LetGo(const std::set<std::string>& streams);

  GroupWindow* const window_;
  GroupDispatch* const dispatch_;
  GroupChanges* const changes_;
  std::map<std::int64_t, storage::ParkedRecord> parked_;
  SideEntries side_;
  /// By since and position.
  std::map<std::pair<std::int64_t, std::int64_t>, GroupEntry*> side_ages_;
  std::int64_t expired_ = 0;
  std::int64_t waiting_ = 0;
  bool held_in_window_ = false;
  std::set<std::int64_t> changed_parked_;
  std::set<std::int64_t> changed_side_;
};

}  // namespace florin::actors
