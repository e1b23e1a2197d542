#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/books/committed_batch.h"
#include "storage/books/head_cache.h"
#include "storage/books/index.h"
#include "storage/books/publisher.h"
#include "storage/format/record_codec.h"
#include "storage/store.h"

namespace florin::storage {

/// An account with all that is staged of it.
struct WriterAccount {
  explicit WriterAccount(std::string id) : account_id(std::move(id)) {}

  /// Never moves, as that of `state` may.
  const std::string account_id;
  domain::AccountState state;
  HeadCache::HeadEntryPtr entry;
  /// Of the last batch that changed it; 0: none.
  std::uint64_t sequence = 0;
  /// By the last batch that changed it.
  bool opened = false;
  // As before the open batch, while it has changed it.
  AccountFigures before;
  std::uint64_t sequence_before = 0;
  /// Before the first command of the open batch that changes more than the figures; null: none
  /// does.
  std::unique_ptr<domain::AccountState> whole_before;
  /// The writer knows the account no more: this one must not be used.
  bool forgotten = false;
};

/// The write side of the embedded store. Keeps the appended heads: accounts and
/// transactions as staged, durable or not; what is published it finds with the
/// readers.
class StoreWriter final : public Writer {
 public:
  struct WriterLimits {
    /// A commit group is cut at this size.
    std::size_t commit_group_bytes = 0;
    /// Beyond it, accounts whose last change is published are forgotten.
    std::size_t accounts = 0;
  };

  /// Continues after `journal`'s head. All outlive the writer.
  StoreWriter(Journal* journal, Index* index, HeadCache* heads, Publisher* publisher,
              const WriterLimits& limits);

  domain::Result<std::shared_ptr<const domain::AccountState>> AppendedHead(
      const std::string& account_id) override;
  domain::Result<RecordPtr> Stage(Change change, KnownAccounts known) override;
  void Prefetch(const std::string& account_id, WriterAccountPtr* known) override;
  [[nodiscard]] std::size_t StagedBytes() const override;
  domain::Result<CommittedBatchPtr> Commit() override;
  void Publish(CommittedBatchPtr batch) override;

 private:
  /// As the last record that wrote it left it.
  struct WrittenTransaction {
    TransactionEntry entry;
    /// Of that record's batch.
    std::uint64_t sequence = 0;
    /// In that batch: its id is the key.
    const domain::Transaction* written = nullptr;
  };
  /// A batch that is not published yet.
  struct Unpublished {
    std::uint64_t sequence = 0;
    std::shared_ptr<const std::vector<RecordPtr>> records;
    /// In these records, each id once.
    std::vector<const domain::Transaction*> transactions;
  };

  domain::Result<WriterAccount*> FindAccount(const std::string& account_id, KnownAccounts known);
  domain::Result<WriterAccountPtr> LoadAccount(const std::string& account_id);
  domain::Result<std::optional<TransactionEntry>> FindTransaction(
      const std::string& transaction_id);

  // The second check below the actors; each also fills in what it decides.
  domain::Status PlaceAccounts(Record* record, KnownAccounts known,
                               std::vector<WriterAccount*>* accounts);
  domain::Status PlaceOne(Record* record, KnownAccounts known,
                          std::vector<WriterAccount*>* accounts);
  domain::Status PlaceLegs(Record* record, KnownAccounts known,
                           std::vector<WriterAccount*>* accounts);
  domain::Status PlaceTransactions(Record* record);
  domain::Status CheckNew(const domain::Transaction& transaction);
  domain::Status CheckNext(const domain::Transaction& transaction);

  void Accept(const RecordPtr& record, const std::vector<WriterAccount*>& accounts);
  void Touch(WriterAccount* account);
  void RememberTransaction(const domain::Transaction& transaction, const TransactionPlace& place);
  void CutCommitGroup();
  void Restore();
  CommittedBatchPtr TakeBatch();
  void ForgetPublished();

  Journal* journal_;
  Index* index_;
  HeadCache* heads_;
  Publisher* publisher_;
  const WriterLimits limits_;

  /// By the ids that stand in the accounts.
  absl::flat_hash_map<std::string_view, WriterAccountPtr> accounts_;
  absl::flat_hash_map<std::string_view, WrittenTransaction> transactions_;
  /// Oldest first.
  std::deque<Unpublished> unpublished_;

  /// Where this writer's last append ended: another one's would be refused.
  JournalHead durable_;

  // The open batch.
  CommitGroupEncoder encoder_;
  std::uint64_t sequence_ = 1;
  JournalHead staged_;
  std::size_t staged_bytes_ = 0;
  CommittedBatchPtr batch_;
  std::vector<WriterAccount*> touched_;
  /// Those of the record that is being staged.
  std::vector<WriterAccount*> placed_;
  /// What its records wrote, each id once, and what the map had of those that it knew.
  std::vector<const domain::Transaction*> transactions_written_;
  std::vector<WrittenTransaction> transactions_before_;
};

}  // namespace florin::storage
