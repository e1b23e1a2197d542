#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domain/account.h"
#include "storage/books/head_cache.h"
#include "storage/format/record.h"
#include "storage/journal/journal.h"
#include "storage/store.h"

namespace florin::storage {

/// An account as a batch left it.
struct BatchHead {
  HeadCache::Update update;
  /// Opened in this batch (then `update` is whole): no snapshot of it is on disk yet.
  bool opened = false;
  /// Its place with the readers' heads; whoever made the batch keeps it until the batch is
  /// published.
  HeadCache::HeadEntry* entry = nullptr;
};

/// What one Commit made durable, with all that publishing it needs.
struct CommittedBatch {
  /// Counts the writer's batches; 0: nothing was staged, or read back from the
  /// journal.
  std::uint64_t sequence = 0;
  std::vector<CommitGroupPtr> commit_groups;
  /// Shared with the writer, who knows its newest transactions by them.
  std::shared_ptr<std::vector<RecordPtr>> records = std::make_shared<std::vector<RecordPtr>>();
  /// For each account of each record, in order: its version before the record.
  std::vector<std::int64_t> versions_before;
  /// Index into `records` of account changes that replaced an owner, with the
  /// owner before.
  std::vector<std::pair<std::size_t, std::string>> owners_before;
  std::vector<BatchHead> heads;

  [[nodiscard]] bool empty() const { return commit_groups.empty(); }
};

}  // namespace florin::storage
