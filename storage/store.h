#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "domain/total.h"
#include "storage/format/account_marks.h"
#include "storage/format/record.h"
#include "storage/groups/group_store.h"
#include "storage/journal/journal.h"

namespace florin::storage {

/// An account's head as readers may see it: durable.
struct Head {
  std::shared_ptr<const domain::AccountState> state;  // never null; version 0: no such account
};

/// Where a transaction's records end. Positions are of records' last events.
struct TransactionPlace {
  std::int64_t create_position = 0;
  std::int64_t last_position = 0;
};

/// A look-up that may refuse to touch the disk.
enum class Tier : std::uint8_t { kMemory, kDisk };
template <typename T>
struct Lookup {
  /// False only with Tier::kMemory: unknown without a read from disk; ask again
  /// with kDisk from a reader thread.
  bool complete = true;
  std::optional<T> value;
};

/// A pending hold with a time at which it expires.
struct OpenHold {
  std::string transaction_id;
  std::int64_t expire_time = 0;
  /// Of the accounts that it moves money on.
  AccountMarks accounts;
};

/// Commit groups that are durable and wait to be made visible.
struct CommittedBatch;
struct CommittedBatchDeleter {
  void operator()(CommittedBatch* batch) const;
};
using CommittedBatchPtr = std::unique_ptr<CommittedBatch, CommittedBatchDeleter>;

/// An account as the writer knows it. Whoever changes an account often keeps it, so that it need
/// not be looked up.
struct WriterAccount;
using WriterAccountPtr = std::shared_ptr<WriterAccount>;
/// Where a caller keeps what Writer::Prefetch told of the accounts of a change, in any order, or of
/// some of them, or of none.
using KnownAccounts = std::span<WriterAccountPtr* const>;

/// The write side of the embedded store: assigns positions and versions, folds
/// heads, appends.
///
/// Threads: Stage, AppendedHead and Commit on the committer's thread; Publish on
/// the publisher's, or on the committer's while the publisher is idle, one at a
/// time; the order of Commits is the order of Publishes.
class Writer {
 public:
  virtual ~Writer() = default;

  /// The account as staged so far (also what is not durable yet). May read from
  /// disk. Errors: kDataCorrupt, kStorageUnavailable.
  virtual domain::Result<std::shared_ptr<const domain::AccountState>> AppendedHead(
      const std::string& account_id) = 0;

  /// Gives `change` its positions and versions, folds the heads and adds it to
  /// the batch. The second check below the actors: errors
  /// kVersionConflict if a balance or a hold would fall below zero pending or a
  /// stream's version does not follow (a broken invariant, the caller stops).
  /// The record's transaction/original/account carry version and position
  /// afterwards.
  virtual domain::Result<RecordPtr> Stage(Change change, KnownAccounts known) = 0;

  /// A change of the account will be staged soon: a hint to have its memory fetched. `known`: kept
  /// by the caller for this account, null at first; is set once the writer knows the account, and
  /// set right by Stage when it was forgotten meanwhile.
  virtual void Prefetch(const std::string& account_id, WriterAccountPtr* known) = 0;

  /// Bytes staged since the last Commit.
  [[nodiscard]] virtual std::size_t StagedBytes() const = 0;

  /// Appends what is staged, one sync. Nothing staged: an empty batch.
  /// Errors as Journal::Append; after kDiskFull the staged changes are gone and
  /// the heads are as before them.
  virtual domain::Result<CommittedBatchPtr> Commit() = 0;

  /// Makes a batch visible to every reader: index, heads, head position, live
  /// subscribers.
  virtual void Publish(CommittedBatchPtr batch) = 0;
};

/// A page of a list in a fixed order; `next` empty: the end.
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;
};

struct BalanceAt {
  domain::Balances balances;
  std::int64_t version = 0;
  std::int64_t position = 0;
  int scale = 0;
  bool debit_normal = false;
};

struct TransactionQuery {
  std::string account_id;                  // empty: the whole ledger
  std::optional<std::int64_t> start_time;  // inclusive
  std::optional<std::int64_t> end_time;    // exclusive
  bool ascending = false;
  /// Bits 1 << TransactionStatus; 0: all but refused.
  std::uint32_t statuses = 0;
};

/// Where a page of transactions ends, even if nothing was found by then.
struct TransactionPageLimits {
  std::size_t items = 0;
  /// Records looked at. With 0 in either nothing is read.
  std::size_t scanned = 0;
};

struct TransactionPage {
  std::vector<domain::TransactionPtr> items;
  /// `after` of the next page; 0: the end was reached.
  std::int64_t next = 0;
  std::size_t scanned = 0;
};

struct TrialBalanceLine {
  std::string asset;
  int scale = 0;
  domain::BalanceTotals totals;
  std::int64_t account_count = 0;
};

/// Reads of what is durable and visible. Threads: any; calls may block on disk
/// (a reader thread's job) but for those with Tier::kMemory. Every call sees at
/// least what was published before it began. Errors: kDataCorrupt with file or
/// position, kStorageUnavailable.
class Reader {
 public:
  virtual ~Reader() = default;

  [[nodiscard]] virtual std::string LedgerId() const = 0;
  /// Last visible position; with hash and time.
  [[nodiscard]] virtual JournalHead VisibleHead() const = 0;
  [[nodiscard]] virtual std::int64_t AccountCount() const = 0;
  /// What the data directory occupies on its disk.
  [[nodiscard]] virtual std::int64_t DataBytes() const = 0;

  [[nodiscard]] virtual domain::Result<std::vector<domain::Asset>> Assets() const = 0;

  virtual domain::Result<Lookup<Head>> GetHead(const std::string& account_id, Tier tier) = 0;
  virtual domain::Result<Lookup<TransactionPlace>> FindTransaction(std::string_view transaction_id,
                                                                   Tier tier) = 0;
  /// Position of the record that a request_id made, of an account or of a
  /// transaction.
  virtual domain::Result<Lookup<std::int64_t>> FindRequest(bool target_is_account,
                                                           std::string_view target_id,
                                                           std::string_view request_id,
                                                           Tier tier) = 0;
  /// The record that holds an event of `position`. Requires: 1 <= position <=
  /// head.
  virtual domain::Result<RecordPtr> ReadRecord(std::int64_t position) = 0;
  /// The transaction as it stands now (nothing if unknown), its position and
  /// version set.
  virtual domain::Result<std::optional<domain::TransactionPtr>> GetTransaction(
      std::string_view transaction_id) = 0;

  /// As of; nothing where the account did not exist then.
  virtual domain::Result<std::optional<BalanceAt>> BalanceAtVersion(const std::string& account_id,
                                                                    std::int64_t version) = 0;
  virtual domain::Result<std::optional<BalanceAt>> BalanceAtPosition(const std::string& account_id,
                                                                     std::int64_t position) = 0;
  /// Last position of the last whole command at or before, 0 if none.
  virtual domain::Result<std::int64_t> CommandEndAtOrBefore(std::int64_t position) = 0;
  virtual domain::Result<std::int64_t> CommandEndAtOrBeforeTime(std::int64_t time) = 0;

  /// By account id; `after` "" starts. `owner_id` and `prefix` both narrow.
  virtual domain::Result<Page<domain::AccountState>> ListAccounts(const std::string& prefix,
                                                                  const std::string& owner_id,
                                                                  const std::string& after,
                                                                  int limit) = 0;
  /// `after` 0 starts; otherwise the page before's `next`, or the create position
  /// of one of its items. `head`: of the first page; what is listed, and how it is
  /// judged and shown, is as of then.
  virtual domain::Result<TransactionPage> ListTransactions(const TransactionQuery& query,
                                                           std::int64_t head, std::int64_t after,
                                                           const TransactionPageLimits& limits) = 0;
  /// Totals per asset of accounts that begin with `prefix`, at `position` (the
  /// visible head: now).
  virtual domain::Result<std::vector<TrialBalanceLine>> TrialBalance(const std::string& prefix,
                                                                     const std::string& asset,
                                                                     std::int64_t position) = 0;

  /// Versions [first, last] of one stream, as positions of events; for
  /// accounts, "transaction/ID", "asset/CODE", "request/...".
  virtual domain::Result<std::vector<std::int64_t>> StreamPositions(const std::string& stream,
                                                                    std::int64_t first_version,
                                                                    std::int64_t last_version) = 0;
  /// Last version of a stream, 0 if there is none.
  virtual domain::Result<std::int64_t> StreamVersion(const std::string& stream) = 0;

  virtual domain::Result<std::vector<CommitGroupPtr>> ReadCommitGroups(
      std::int64_t position, std::size_t commit_groups_max, std::size_t bytes_max) = 0;

  /// Recent commit groups without a disk read: those after `position` if the ring
  /// still has them, else nothing (fell behind).
  virtual std::optional<std::vector<CommitGroupPtr>> RecentCommitGroups(
      std::int64_t position, std::size_t commit_groups_max) = 0;
  /// `wake` is called after each Publish, from the publisher's thread; it must
  /// not block. Returns a token for Unlisten.
  virtual std::uint64_t Listen(std::function<void()> wake) = 0;
  virtual void Unlisten(std::uint64_t token) = 0;

  /// Open holds with an expire_time, for the timers at start.
  virtual domain::Result<std::vector<OpenHold>> OpenHolds() = 0;
};

struct StoreOptions {
  std::string directory;
  /// False only in tests that prove that a test notices.
  bool sync = true;
  /// Test seam: a RocksDB FileSystem wrapper, opaque here.
  std::shared_ptr<void> file_system;
  /// States that readers find without the disk; the writer keeps a third as many of its own.
  std::size_t head_cache_accounts = 200'000;
  std::size_t ring_bytes = 16u << 20;
  std::size_t block_cache_bytes = 128u << 20;
  /// Table files that all databases together keep open, at least 64 for each. Some dozen others
  /// are open besides: logs, manifests, locks, what is being written.
  std::size_t open_files = 768;
  /// A sparse history entry every so many versions of an account.
  int history_interval = 32;
  /// A commit group is cut here; one command never is.
  std::size_t commit_group_bytes = 64u << 10;
  /// What a start after a crash reads back from the journal is bounded by about
  /// twice as many commands.
  std::uint64_t checkpoint_commands = 100'000;
  /// With less free space than this an append is refused (kDiskFull) before
  /// anything is written; a start needs it on top of what recovery writes.
  std::size_t disk_reserve_bytes = 16u << 20;
};

/// The embedded store: a journal directory (truth), an index directory (derived, may be thrown
/// away) and the consumer groups' (their own truth).
class Store {
 public:
  virtual ~Store() = default;
  virtual Writer& writer() = 0;
  virtual Reader& reader() = 0;
  virtual GroupStore& groups() = 0;
  /// Bring everything derived to disk up to the head (clean stop: the next
  /// start replays nothing).
  virtual domain::Status Checkpoint() = 0;
  /// Why what is committed can no longer be made visible (the index cannot be
  /// written); Commit then refuses with the same. Nothing is lost: the next
  /// opening catches up.
  [[nodiscard]] virtual domain::Status Health() const { return domain::Ok{}; }

  /// Opens or creates, catches the index up from the journal.
  /// Errors: kDataCorrupt (file, position named), kStorageUnavailable (held by
  /// another process: says by which pid).
  static domain::Result<std::unique_ptr<Store>> Open(const StoreOptions& options);
};

}  // namespace florin::storage
