#pragma once

#include <cstdint>
#include <vector>

#include "actors/groups.h"
#include "storage/groups/group_store.h"

namespace florin::actors {

/// A group's state as it is stored (settings, cursor, actions), and whether anything of the group
/// is to be stored. The records of its events are with GroupParked and GroupWindow.
class GroupChanges {
 public:
  /// `state`: as it is stored. `cursor_interval_ns`: the cursor is stored at least so often, also
  /// when it only passed what does not match.
  GroupChanges(const storage::GroupState& state, std::int64_t cursor_interval_ns)
      : state_(state), cursor_interval_ns_(cursor_interval_ns), stored_cursor_(state.cursor) {}

  [[nodiscard]] const domain::GroupSettings& settings() const { return state_.settings; }
  [[nodiscard]] std::int64_t base_time() const { return state_.base_time; }

  /// Something more than the cursor is to be stored.
  void Mark() { changed_ = true; }
  /// Somebody did something; all but its number, kind and time is given.
  void Record(GroupActionKind kind, std::int64_t now, storage::ActionRecord action);
  /// Mark or Record is still to be called.
  void SetSettings(const domain::GroupSettings& settings) { state_.settings = settings; }
  /// All events are forgotten, and times to live begin anew. As above.
  void Clear(std::int64_t now);

  [[nodiscard]] bool Changed() const { return changed_; }
  [[nodiscard]] bool Moved(std::int64_t cursor) const {
    return changed_ || cursor != stored_cursor_;
  }
  [[nodiscard]] bool Dirty(std::int64_t cursor, std::int64_t now) const;
  /// When a cursor that moved is to be stored.
  [[nodiscard]] std::int64_t NextTime(std::int64_t cursor) const;

  /// Adds the state with this cursor, and what has been done since the last call.
  void TakeChange(std::int64_t cursor, std::int64_t now, storage::GroupChange* change);

 private:
  storage::GroupState state_;
  const std::int64_t cursor_interval_ns_;
  bool changed_ = false;
  std::int64_t stored_cursor_ = 0;
  std::int64_t take_time_ = 0;
  storage::GroupChange::Clear clear_ = storage::GroupChange::Clear::kNothing;
  std::vector<storage::ActionRecord> actions_;
};

}  // namespace florin::actors
