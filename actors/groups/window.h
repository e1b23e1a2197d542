#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/groups/entry.h"
#include "actors/groups/failures.h"
#include "actors/groups/finished_positions.h"
#include "actors/groups/limits.h"
#include "actors/groups/memory_use.h"
#include "storage/groups/group_store.h"

namespace florin::actors {

/// How far a group is in the log: an entry for each event that it has read and that is not done,
/// in its stream; where the cursor stands, and what above it is finished.
///
/// Those that the cursor waits for are in the *window*, in the order of the log. The others have
/// records of their own (GroupParked), and only their entries and streams are here.
class GroupWindow {
 public:
  using Streams = std::unordered_map<std::string, std::unique_ptr<GroupStream>>;

  /// With what the image says of finished positions and failed attempts, and no entries.
  /// Requires: `limits` outlives it.
  GroupWindow(const storage::GroupImage& image, const GroupLimits& limits);

  /// Made, if nothing was known of it.
  GroupStream* StreamOf(const std::string& name);
  /// Null: nothing is known of it.
  [[nodiscard]] const GroupStream* FindStream(const std::string& name) const;
  [[nodiscard]] const Streams& streams() const { return streams_; }
  /// Requires: no entry is in it.
  void ForgetStream(const GroupStream* stream) { streams_.erase(stream->name); }

  /// In no chain yet; it knows of attempts that failed before.
  GroupEntry* NewEntry(std::int64_t position, GroupStream* stream, std::int64_t commit_time);
  /// Into its stream, by position.
  static void Enqueue(GroupEntry* entry);
  /// Requires: nothing leads to it any more.
  void Delete(GroupEntry* entry);

  // The window. `PushBack` requires: its position is above all others'.
  [[nodiscard]] GroupEntry* front() const { return window_.front(); }
  [[nodiscard]] std::size_t count() const { return count_; }
  void PushBack(GroupEntry* entry);
  void Remove(GroupEntry* entry);

  /// Before the window's first event.
  [[nodiscard]] std::int64_t Cursor() const {
    return window_.empty() ? read_through_ : window_.front()->position - 1;
  }
  /// Everything up to here was read.
  [[nodiscard]] std::int64_t read_through() const { return read_through_; }
  void SetReadThrough(std::int64_t position) { read_through_ = position; }

  [[nodiscard]] GroupMemory& memory() { return memory_; }
  [[nodiscard]] const GroupMemory& memory() const { return memory_; }
  [[nodiscard]] FinishedPositions& finished() { return finished_; }
  [[nodiscard]] const FinishedPositions& finished() const { return finished_; }
  [[nodiscard]] GroupFailures& failures() { return failures_; }

  /// Empty, and everything after the cursor is to be read again. The streams as they were: whoever
  /// has entries outside of the window puts them into new ones.
  [[nodiscard]] Streams Restart(std::int64_t cursor);
  /// Adds what has changed since the last call, of which the cursor says nothing.
  void TakeChange(storage::GroupChange* change);

 private:
  std::vector<std::unique_ptr<GroupEntry>> entries_;
  std::vector<GroupEntry*> free_;
  Streams streams_;
  WindowChain window_;
  std::size_t count_ = 0;
  std::int64_t read_through_ = 0;
  GroupMemory memory_;
  FinishedPositions finished_;
  GroupFailures failures_;
};

}  // namespace florin::actors
