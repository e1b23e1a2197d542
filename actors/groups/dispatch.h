#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include "actors/groups/entry.h"
#include "actors/groups/window.h"
#include "domain/group.h"

namespace florin::actors {

/// Who goes next: of a group's events those whose turn has come, with their bytes or without, and
/// those whose next attempt has a time; of its members those with room.
class GroupDispatch {
 public:
  /// Requires: both outlive it.
  GroupDispatch(const domain::GroupSettings& settings, GroupWindow* window)
      : settings_(settings), window_(window) {}

  [[nodiscard]] bool InOrder() const { return settings_.order == domain::GroupOrder::kStream; }

  // Events.

  /// Its turn has come. Requires: it is kQueued.
  void MakeReady(GroupEntry* entry);
  /// Back to kQueued, if it is ready, waits for its bytes, or for its next attempt.
  void Remove(GroupEntry* entry);
  /// The stream's next event goes, if nothing of it is under way or held back; a stream that has
  /// nothing left is forgotten.
  void Promote(GroupStream* stream);
  /// It is to be delivered again: in order, whichever of its stream comes first.
  void Resume(GroupEntry* entry);
  /// Its next attempt is at `due`. Requires: it is kQueued.
  void BackOff(GroupEntry* entry, std::int64_t due);
  void EndBackoffs(std::int64_t now);
  /// Its bytes are to be read again before it goes.
  void DropBytes(GroupEntry* entry);
  /// Takes the next one out; null: none may go. `blocked`: nothing goes for the first time.
  GroupEntry* TakeNext(bool blocked);
  /// Those that wait for their bytes.
  [[nodiscard]] const WorkChain& loading() const { return loading_; }
  [[nodiscard]] std::size_t ready_count() const { return ready_count_; }
  /// Nothing waits for a member, or for bytes.
  [[nodiscard]] bool Idle() const { return ready_.empty() && again_.empty() && loading_.empty(); }
  /// When the next backoff ends.
  [[nodiscard]] std::int64_t NextTime() const;

  // Members.

  /// Puts the member where it belongs in the order of those with room. Requires: if it is there, it
  /// stands there as it is counted now.
  void SetRoom(GroupMemberState* member);
  /// Before it is counted otherwise.
  void LeaveRoom(GroupMemberState* member);
  [[nodiscard]] bool HasRoom() const { return !room_.empty(); }
  /// Whom the next event goes to: `last`, who had the last one of its stream (null: nobody is
  /// known), or the one with the least to do. Requires: HasRoom.
  [[nodiscard]] GroupMemberState* Choose(GroupMemberState* last) const;

  /// Events and members.
  void Clear();

 private:
  [[nodiscard]] bool MayGoNow(const GroupEntry* entry) const;

  const domain::GroupSettings& settings_;
  GroupWindow* const window_;
  WorkChain ready_;
  WorkChain again_;
  std::size_t ready_count_ = 0;
  WorkChain loading_;
  /// By end and position.
  std::map<std::pair<std::int64_t, std::int64_t>, GroupEntry*> backoffs_;
  /// By in flight, given, number.
  std::map<std::tuple<std::int64_t, std::int64_t, std::uint64_t>, GroupMemberState*> room_;
};

}  // namespace florin::actors
