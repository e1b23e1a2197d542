#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "storage/books/committed_batch.h"
#include "storage/books/head_cache.h"
#include "storage/books/index.h"
#include "storage/journal/live_tail.h"

namespace florin::storage {

/// Makes durable batches visible, in this order: index, heads, visible head
/// with the ring, listeners.
///
/// Also keeps what a crash would lose of the index bounded: it flushes every so
/// many commands, and writes accounts that have been dirty for as long
/// (docs/adr/0004-derived-index.md). Threads: Publish from one at a time, in
/// the order of the batches; Checkpoint from any.
class Publisher {
 public:
  Publisher(Index* index, HeadCache* heads, LiveTail* tail, std::uint64_t checkpoint_commands);

  /// What the index covers as it was opened; also the first visible head.
  void Start(const IndexCover& cover);

  void Publish(const CommittedBatch& batch);

  /// Everything derived to disk, as of the visible head.
  domain::Status Checkpoint();

  [[nodiscard]] std::int64_t account_count() const {
    return account_count_.load(std::memory_order_relaxed);
  }
  /// CommittedBatch::sequence of the last one published.
  [[nodiscard]] std::uint64_t published_sequence() const {
    return published_sequence_.load(std::memory_order_acquire);
  }
  /// Why nothing is made visible any more, if so: the index could not be
  /// written.
  [[nodiscard]] std::optional<domain::Refusal> failure() const;

 private:
  domain::Status WriteIndex(const CommittedBatch& batch, const JournalHead& head);
  void AddRecords(const CommittedBatch& batch, IndexBatch* out);
  void PublishHeads(const CommittedBatch& batch);
  domain::Status FlushIfDue(std::size_t bytes);
  void Fail(const domain::Refusal& refusal);

  Index* index_;
  HeadCache* heads_;
  LiveTail* tail_;
  const std::uint64_t checkpoint_commands_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  IndexCover cover_;
  std::uint64_t command_count_ = 0;
  std::uint64_t flushed_command_count_ = 0;
  std::size_t unflushed_bytes_ = 0;

  // Apart from mutex_, so that asking does not wait for a batch that is being
  // published.
  mutable std::mutex failure_mutex_;
  std::optional<domain::Refusal> failure_;

  std::atomic<std::int64_t> account_count_ = 0;
  std::atomic<std::uint64_t> published_sequence_ = 0;
};

}  // namespace florin::storage
