#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/groups/group_store.h"

namespace florin::actors {

/// How many attempts at each event have failed, by position, and which of these records the store
/// does not have yet. Not for more than one thread.
class GroupFailures {
 public:
  explicit GroupFailures(const std::vector<storage::AttemptsRecord>& records);

  /// 0: none is known.
  [[nodiscard]] std::int32_t AttemptsOf(std::int64_t position) const;
  void Put(std::int64_t position, std::int32_t attempts, const std::string& reason);
  /// The event is done, or parked.
  void Erase(std::int64_t position);
  /// The store forgets them by itself.
  void Clear();
  /// Adds what has changed since the last call.
  void TakeChange(storage::GroupChange* change);

 private:
  std::map<std::int64_t, storage::AttemptsRecord> records_;
  std::set<std::int64_t> changed_;
};

}  // namespace florin::actors
