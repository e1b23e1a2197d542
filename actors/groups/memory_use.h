#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "actors/groups/entry.h"
#include "actors/groups/limits.h"

namespace florin::actors {

/// Which events of a group have their bytes in memory, which have asked the log for them, and how
/// many bytes there may be.
class GroupMemory {
 public:
  using Entries = std::map<std::int64_t, GroupEntry*>;

  explicit GroupMemory(const GroupLimits& limits) : limits_(limits) {}

  /// All groups together hold too much, or no more.
  void SetCrowded(bool crowded) { crowded_ = crowded; }
  [[nodiscard]] bool crowded() const { return crowded_; }
  [[nodiscard]] std::size_t BytesMax() const {
    return crowded_ ? std::min(limits_.crowded_bytes, limits_.window_bytes) : limits_.window_bytes;
  }
  /// No more is to be read, in bytes.
  [[nodiscard]] bool Full() const { return bytes_ >= BytesMax(); }

  /// Requires: it has none.
  void Load(GroupEntry* entry, std::string bytes);
  /// It is not asked for any more either.
  void Drop(GroupEntry* entry);
  /// False: it has its bytes, or has asked for them.
  bool Ask(GroupEntry* entry);
  /// By position.
  [[nodiscard]] const Entries& asked() const { return asked_; }
  /// They have an answer.
  [[nodiscard]] Entries TakeAsked();

  [[nodiscard]] std::size_t events() const { return events_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Requires: every entry that had bytes is thrown away, or made anew.
  void Clear();

 private:
  const GroupLimits& limits_;
  bool crowded_ = false;
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
  Entries asked_;
};

}  // namespace florin::actors
