#include "storage/journal/checks.h"

#include <string>

#include "storage/format/commit_group_value.h"

namespace florin::storage {

domain::Status CheckAppend(const JournalHead& head, std::int64_t current_epoch,
                           std::int64_t expected_head, std::int64_t owner_epoch,
                           std::span<const CommitGroupPtr> commit_groups) {
  if (owner_epoch != current_epoch) {
    return VersionConflict("The journal is owned in epoch " + std::to_string(current_epoch) +
                           ", not " + std::to_string(owner_epoch) + ".");
  }
  if (expected_head != head.position) {
    return VersionConflict("The log ends at position " + std::to_string(head.position) +
                           ", not at " + std::to_string(expected_head) + ".");
  }
  std::int64_t position = head.position;
  std::int64_t time = head.time;
  const Hash* hash = &head.hash;
  for (const CommitGroupPtr& commit_group : commit_groups) {
    const std::string name =
        "The commit group at position " + std::to_string(commit_group->first_position);
    if (commit_group->first_position != position + 1 ||
        commit_group->last_position < commit_group->first_position) {
      return VersionConflict(name + " does not follow the log, which ends at " +
                             std::to_string(position) + ".");
    }
    if (commit_group->first_time < time || commit_group->last_time < commit_group->first_time)
      return VersionConflict(name + " goes back in time.");
    if (commit_group->previous_hash != *hash) {
      return VersionConflict(name + " is chained to hash " + ToHex(commit_group->previous_hash) +
                             ", but the log ends with " + ToHex(*hash) + ".");
    }
    position = commit_group->last_position;
    time = commit_group->last_time;
    hash = &commit_group->hash;
  }
  return domain::Ok{};
}

domain::Status CheckFollows(const CommitGroup& before, const CommitGroup& commit_group,
                            const CorruptPlace& where) {
  if (commit_group.first_position == before.last_position + 1 &&
      commit_group.previous_hash == before.hash)
    return domain::Ok{};
  return DataCorrupt("The commit group at " + where.Text() + " does not follow the one before it.",
                     where);
}

}  // namespace florin::storage
