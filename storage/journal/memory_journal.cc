#include "storage/journal/memory_journal.h"

#include <algorithm>

#include "storage/journal/checks.h"

namespace florin::storage {

JournalHead MemoryJournal::Head() const {
  const std::lock_guard lock(mutex_);
  if (commit_groups_.empty()) return JournalHead{};
  return JournalHead{commit_groups_.back()->last_position, commit_groups_.back()->hash,
                     commit_groups_.back()->last_time};
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
                                     std::span<const CommitGroupPtr> commit_groups) {
  const JournalHead head = Head();
  const std::lock_guard lock(mutex_);
  if (failing_ != domain::Reason::kNone) {
    domain::Refusal refusal;
    refusal.reason = failing_;
    refusal.message = "The journal was told to fail.";
    return refusal;
  }
  if (domain::Status fits =
          CheckAppend(head, owner_epoch_, expected_head, owner_epoch, commit_groups);
      !fits.ok())
    return fits;
  commit_groups_.insert(commit_groups_.end(), commit_groups.begin(), commit_groups.end());
  return domain::Ok{};
}

domain::Result<std::vector<CommitGroupPtr>> MemoryJournal::Read(std::int64_t position,
                                                                std::size_t commit_groups_max,
                                                                std::size_t bytes_max) {
  const std::lock_guard lock(mutex_);
  std::vector<CommitGroupPtr> found;
  std::size_t bytes = 0;
  for (const CommitGroupPtr& commit_group : commit_groups_) {
    if (commit_group->last_position < position) continue;
    if (found.size() >= commit_groups_max || (bytes >= bytes_max && !found.empty())) break;
    bytes += commit_group->records.size();
    found.push_back(commit_group);
  }
  return found;
}

domain::Result<std::int64_t> MemoryJournal::LastCommitGroupEndAtOrBefore(std::int64_t time) {
  const std::lock_guard lock(mutex_);
  const auto later = std::find_if(
      commit_groups_.begin(), commit_groups_.end(),
      [time](const CommitGroupPtr& commit_group) { return commit_group->last_time > time; });
  return later == commit_groups_.begin() ? std::int64_t{0} : (*std::prev(later))->last_position;
}

}  // namespace florin::storage
