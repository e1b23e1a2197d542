#include "storage/journal/memory_journal.h"

#include <algorithm>

#include "storage/journal/checks.h"

namespace florin::storage {

JournalHead MemoryJournal::Head() const {
  const std::lock_guard lock(mutex_);
  if (groups_.empty()) return JournalHead{};
  return JournalHead{groups_.back()->last_position, groups_.back()->hash,
                     groups_.back()->last_time};
}

void MemoryJournal::FailAppends(domain::Reason reason) {
  const std::lock_guard lock(mutex_);
  failing_ = reason;
}

void MemoryJournal::SetOwnerEpoch(std::int64_t owner_epoch) {
  const std::lock_guard lock(mutex_);
  owner_epoch_ = owner_epoch;
}

domain::Status MemoryJournal::Append(std::int64_t expected_head, std::int64_t owner_epoch,
                                     std::span<const CommitGroupPtr> groups) {
  const JournalHead head = Head();
  const std::lock_guard lock(mutex_);
  if (failing_ != domain::Reason::kNone) {
    domain::Refusal refusal;
    refusal.reason = failing_;
    refusal.message = "The journal was told to fail.";
    return refusal;
  }
  if (domain::Status fits = CheckAppend(head, owner_epoch_, expected_head, owner_epoch, groups);
      !fits.ok())
    return fits;
  groups_.insert(groups_.end(), groups.begin(), groups.end());
  return domain::Ok{};
}

domain::Result<std::vector<CommitGroupPtr>> MemoryJournal::Read(std::int64_t position,
                                                                std::size_t groups_max,
                                                                std::size_t bytes_max) {
  const std::lock_guard lock(mutex_);
  std::vector<CommitGroupPtr> found;
  std::size_t bytes = 0;
  for (const CommitGroupPtr& group : groups_) {
    if (group->last_position < position) continue;
    if (found.size() >= groups_max || (bytes >= bytes_max && !found.empty())) break;
    bytes += group->records.size();
    found.push_back(group);
  }
  return found;
}

domain::Result<std::int64_t> MemoryJournal::LastGroupEndAtOrBefore(std::int64_t time) {
  const std::lock_guard lock(mutex_);
  const auto later =
      std::find_if(groups_.begin(), groups_.end(),
                   [time](const CommitGroupPtr& group) { return group->last_time > time; });
  return later == groups_.begin() ? std::int64_t{0} : (*std::prev(later))->last_position;
}

}  // namespace florin::storage
