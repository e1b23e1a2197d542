#include "storage/format/errors.h"
#include "storage/groups/group_store.h"

namespace florin::storage {
namespace {

template <typename Record>
std::vector<Record> Values(const std::map<std::int64_t, Record>& records) {
  std::vector<Record> values;
  values.reserve(records.size());
  for (const auto& [number, record] : records) values.push_back(record);
  return values;
}

template <typename Record>
void Erase(std::map<std::int64_t, Record>* records, const std::vector<std::int64_t>& numbers) {
  for (const std::int64_t number : numbers) records->erase(number);
}

}  // namespace

GroupImage MemoryGroupStore::ImageOf(const std::string& group_id, const Group& group) {
  return GroupImage{group_id,
                    group.state,
                    Values(group.parked),
                    Values(group.waiting),
                    Values(group.attempts),
                    Values(group.finished)};
}

domain::Result<std::vector<GroupImage>> MemoryGroupStore::Load() {
  const std::lock_guard lock(mutex_);
  std::vector<GroupImage> images;
  for (const auto& [group_id, group] : groups_) images.push_back(ImageOf(group_id, group));
  return images;
}

domain::Result<std::optional<GroupImage>> MemoryGroupStore::LoadOne(const std::string& group_id) {
  const std::lock_guard lock(mutex_);
  if (loads_to_fail_ > 0) {
    --loads_to_fail_;
    return StorageUnavailable("Failed reading a consumer group in memory.");
  }
  const auto found = groups_.find(group_id);
  if (found == groups_.end()) return std::optional<GroupImage>();
  return std::optional<GroupImage>(ImageOf(group_id, found->second));
}

domain::Result<std::vector<ActionRecord>> MemoryGroupStore::ReadActions(const std::string& group_id,
                                                                        std::int64_t after_number,
                                                                        std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<ActionRecord> actions;
  const auto group = groups_.find(group_id);
  if (group == groups_.end()) return actions;
  const std::map<std::int64_t, ActionRecord>& all = group->second.actions;
  for (auto action = all.upper_bound(after_number); action != all.end() && actions.size() < limit;
       ++action)
    actions.push_back(action->second);
  return actions;
}

domain::Status MemoryGroupStore::Write(std::span<const GroupChange> changes) {
  const std::lock_guard lock(mutex_);
  if (failed_) return StorageUnavailable("Failed writing consumer groups in memory.");
  for (const GroupChange& change : changes) Apply(change);
  return domain::Ok{};
}

void MemoryGroupStore::Apply(const GroupChange& change) {
  if (change.clear == GroupChange::Clear::kAll) {
    groups_.erase(change.group_id);
    return;
  }
  Group& group = groups_[change.group_id];
  if (change.clear == GroupChange::Clear::kEvents) {
    group.parked.clear();
    group.waiting.clear();
    group.attempts.clear();
    group.finished.clear();
  }
  Erase(&group.parked, change.parked_gone);
  Erase(&group.waiting, change.waiting_gone);
  Erase(&group.attempts, change.attempts_gone);
  Erase(&group.finished, change.finished_gone);
  if (change.state) group.state = *change.state;
  for (const ParkedRecord& record : change.parked) group.parked[record.position] = record;
  for (const WaitingRecord& record : change.waiting) group.waiting[record.position] = record;
  for (const AttemptsRecord& record : change.attempts) group.attempts[record.position] = record;
  for (const FinishedRecord& record : change.finished) group.finished[record.number] = record;
  for (const ActionRecord& record : change.actions) group.actions[record.number] = record;
}

void MemoryGroupStore::FailLoads(int count) {
  const std::lock_guard lock(mutex_);
  loads_to_fail_ = count;
}

void MemoryGroupStore::Fail() {
  const std::lock_guard lock(mutex_);
  failed_ = true;
}

}  // namespace florin::storage
