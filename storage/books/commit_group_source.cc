#include "storage/books/commit_group_source.h"

#include <string>

#include "storage/format/errors.h"
#include "storage/format/record_codec.h"

namespace florin::storage {
namespace {

constexpr std::size_t kCachedCommitGroups = 32;

}  // namespace

CommitGroupPtr CommitGroupSource::FromCache(std::int64_t position) {
  const std::lock_guard lock(mutex_);
  for (const CommitGroupPtr& commit_group : cache_) {
    if (commit_group->first_position <= position && position <= commit_group->last_position)
      return commit_group;
  }
  return nullptr;
}

void CommitGroupSource::Keep(const CommitGroupPtr& commit_group) {
  const std::lock_guard lock(mutex_);
  cache_.push_front(commit_group);
  if (cache_.size() > kCachedCommitGroups) cache_.pop_back();
}

domain::Result<CommitGroupPtr> CommitGroupSource::Holding(std::int64_t position) {
  if (CommitGroupPtr commit_group = tail_->Holding(position)) return commit_group;
  if (CommitGroupPtr commit_group = FromCache(position)) return commit_group;
  domain::Result<std::vector<CommitGroupPtr>> commit_groups = journal_->Read(position, 1, 0);
  if (!commit_groups.ok()) return commit_groups.refusal();
  const CorruptPlace place{"journal", position};
  if (commit_groups->empty() || commit_groups->front()->first_position > position)
    return DataCorrupt("No commit group holds " + place.Text() + ".", place);
  Keep(commit_groups->front());
  return commit_groups->front();
}

domain::Result<RecordPtr> CommitGroupSource::RecordAt(std::int64_t position) {
  domain::Result<CommitGroupPtr> commit_group = Holding(position);
  if (!commit_group.ok()) return commit_group.refusal();
  return FindRecord(**commit_group, position);
}

}  // namespace florin::storage
