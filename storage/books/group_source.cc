#include "storage/books/group_source.h"

#include <string>

#include "storage/format/errors.h"
#include "storage/format/record_codec.h"

namespace florin::storage {
namespace {

constexpr std::size_t kCachedGroups = 32;

}  // namespace

CommitGroupPtr GroupSource::FromCache(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  for (const CommitGroupPtr& group : cache_) {
    if (group->first_position <= position && position <= group->last_position) return group;
  }
  return nullptr;
}

void GroupSource::Keep(const CommitGroupPtr& group) {
  const std::lock_guard lock(mutex_);
  cache_.push_front(group);
  if (cache_.size() > kCachedGroups) cache_.pop_back();
}

domain::Result<CommitGroupPtr> GroupSource::Holding(std::int64_t position) {
  if (CommitGroupPtr group = tail_->Holding(position)) return group;
  if (CommitGroupPtr group = FromCache(position)) return group;
  domain::Result<std::vector<CommitGroupPtr>> groups = journal_->Read(position, 1, 0);
  if (!groups.ok()) return groups.refusal();
  const CorruptPlace place{"journal", position};
  if (groups->empty() || groups->front()->first_position > position)
    return DataCorrupt("No commit group holds " + place.Text() + ".", place);
  Keep(groups->front());
  return groups->front();
}

domain::Result<RecordPtr> GroupSource::RecordAt(std::int64_t position) {
  domain::Result<CommitGroupPtr> group = Holding(position);
  if (!group.ok()) return group.refusal();
  return FindRecord(**group, position);
}

}  // namespace florin::storage
