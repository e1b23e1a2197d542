#include "actors/groups/failures.h"

namespace florin::actors {

GroupFailures::GroupFailures(const std::vector<storage::AttemptsRecord>& records) {
  for (const auto& record : records) records_.emplace(record.position, record);
}

std::int32_t GroupFailures::AttemptsOf(std::int64_t position) const {
  const auto found = records_.find(position);
  return found == records_.end() ? 0 : found->second.attempts;
}

void GroupFailures::Put(std::int64_t position, std::int32_t attempts, const std::string& reason) {
  records_[position] = {position, attempts, reason};
  changed_.insert(position);
}

void GroupFailures::Erase(std::int64_t position) {
  if (records_.erase(position) != 0) changed_.insert(position);
}

void GroupFailures::Clear() {
  records_.clear();
  changed_.clear();
}

void GroupFailures::TakeChange(storage::GroupChange* change) {
  for (const std::int64_t position : changed_) {
    const auto found = records_.find(position);
    if (found != records_.end()) {
      change->attempts.push_back(found->second);
    } else {
      change->attempts_gone.push_back(position);
    }
  }
  changed_.clear();
}

}  // namespace florin::actors
