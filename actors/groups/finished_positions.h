#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "storage/groups/group_store.h"

namespace florin::actors {

/// Positions above a group's cursor that are finished, a bit each, in blocks of which only those
/// that changed are written. Not for more than one thread.
class FinishedPositions {
 public:
  void Load(const std::vector<storage::FinishedRecord>& records);
  void Clear();

  void Insert(std::int64_t position);
  [[nodiscard]] bool Contains(std::int64_t position) const;
  /// Those up to `position` are not needed any more: the cursor says it.
  void DropThrough(std::int64_t position);

  [[nodiscard]] std::size_t blocks() const { return blocks_.size(); }
  /// The last one; 0 if there is none.
  [[nodiscard]] std::int64_t Last() const;
  /// Adds what has changed since the last call.
  void TakeChange(storage::GroupChange* change);

 private:
  static constexpr std::int64_t kBlock = storage::FinishedRecord::kBlockPositions;
  using Bits = std::bitset<static_cast<std::size_t>(kBlock)>;

  static storage::FinishedRecord RecordOf(std::int64_t number, const Bits& bits);

  std::map<std::int64_t, Bits> blocks_;
  std::set<std::int64_t> dirty_;
  std::vector<std::int64_t> gone_;
  /// Blocks that the store has.
  std::set<std::int64_t> stored_;
};

}  // namespace florin::actors
