#pragma once

#include <memory>
#include <string>

#include "storage/books/head_cache.h"
#include "storage/books/index.h"
#include "storage/books/publisher.h"
#include "storage/books/store_reader.h"
#include "storage/books/store_writer.h"
#include "storage/groups/rocks_group_store.h"
#include "storage/journal/directory_lock.h"
#include "storage/journal/live_tail.h"
#include "storage/journal/rocks_journal.h"
#include "storage/store.h"

namespace florin::storage {

/// The store of one process: a directory with journal, index and consumer groups.
class EmbeddedStore final : public Store {
 public:
  static domain::Result<std::unique_ptr<EmbeddedStore>> Open(const StoreOptions& options);

  Writer& writer() override { return *writer_; }
  Reader& reader() override { return *reader_; }
  GroupStore& groups() override { return *groups_; }
  domain::Status Checkpoint() override { return publisher_->Checkpoint(); }
  [[nodiscard]] domain::Status Health() const override;

  [[nodiscard]] const Index& index() const { return *index_; }
  [[nodiscard]] Journal& journal() { return *journal_; }
  /// Commands that opening read back from the journal into the index.
  [[nodiscard]] std::int64_t replayed_commands() const { return replayed_commands_; }

 private:
  EmbeddedStore() = default;

  domain::Status OpenParts(const StoreOptions& options);
  /// Errors: as Index::Reset.
  domain::Result<IndexCover> UsableCover();
  domain::Status CatchUp(const IndexCover& cover);
  domain::Status Replay(const std::vector<CommitGroupPtr>& commit_groups);

  // In the order in which they lean on each other.
  std::unique_ptr<DirectoryLock> lock_;
  RocksShared shared_;
  std::unique_ptr<RocksJournal> journal_;
  std::unique_ptr<RocksGroupStore> groups_;
  std::unique_ptr<Index> index_;
  std::unique_ptr<HeadCache> heads_;
  std::unique_ptr<LiveTail> tail_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<StoreReader> reader_;
  std::unique_ptr<StoreWriter> writer_;
  std::int64_t replayed_commands_ = 0;
};

}  // namespace florin::storage
