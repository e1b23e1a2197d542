#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/books/commit_group_source.h"
#include "storage/books/head_cache.h"
#include "storage/books/history.h"
#include "storage/books/index.h"
#include "storage/books/publisher.h"
#include "storage/journal/live_tail.h"
#include "storage/store.h"

namespace florin::storage {

/// The read side of the embedded store.
class StoreReader final : public Reader {
 public:
  /// All outlive the reader.
  StoreReader(Journal* journal, Index* index, HeadCache* heads, LiveTail* tail,
              const Publisher* publisher, std::string ledger_id, std::string directory);

  [[nodiscard]] std::string LedgerId() const override { return ledger_id_; }
  [[nodiscard]] JournalHead VisibleHead() const override { return tail_->Head(); }
  [[nodiscard]] std::int64_t AccountCount() const override { return publisher_->account_count(); }
  [[nodiscard]] std::int64_t DataBytes() const override;
  [[nodiscard]] domain::Result<std::vector<domain::Asset>> Assets() const override;

  domain::Result<Lookup<Head>> GetHead(const std::string& account_id, Tier tier) override;
  domain::Result<Lookup<TransactionPlace>> FindTransaction(std::string_view transaction_id,
                                                           Tier tier) override;
  domain::Result<Lookup<std::int64_t>> FindRequest(bool target_is_account,
                                                   std::string_view target_id,
                                                   std::string_view request_id, Tier tier) override;
  domain::Result<RecordPtr> ReadRecord(std::int64_t position) override;
  domain::Result<std::optional<domain::TransactionPtr>> GetTransaction(
      std::string_view transaction_id) override;

  domain::Result<std::optional<BalanceAt>> BalanceAtVersion(const std::string& account_id,
                                                            std::int64_t version) override;
  domain::Result<std::optional<BalanceAt>> BalanceAtPosition(const std::string& account_id,
                                                             std::int64_t position) override;
  domain::Result<std::int64_t> CommandEndAtOrBefore(std::int64_t position) override;
  domain::Result<std::int64_t> CommandEndAtOrBeforeTime(std::int64_t time) override;

  domain::Result<Page<domain::AccountState>> ListAccounts(const std::string& prefix,
                                                          const std::string& owner_id,
                                                          const std::string& after,
                                                          int limit) override;
  domain::Result<TransactionPage> ListTransactions(const TransactionQuery& query, std::int64_t head,
                                                   std::int64_t after,
                                                   const TransactionPageLimits& limits) override;
  domain::Result<std::vector<TrialBalanceLine>> TrialBalance(const std::string& prefix,
                                                             const std::string& asset,
                                                             std::int64_t position) override;

  domain::Result<std::vector<std::int64_t>> StreamPositions(const std::string& stream,
                                                            std::int64_t first_version,
                                                            std::int64_t last_version) override;
  domain::Result<std::int64_t> StreamVersion(const std::string& stream) override;

  domain::Result<std::vector<CommitGroupPtr>> ReadCommitGroups(std::int64_t position,
                                                               std::size_t commit_groups_max,
                                                               std::size_t bytes_max) override;
  std::optional<std::vector<CommitGroupPtr>> RecentCommitGroups(
      std::int64_t position, std::size_t commit_groups_max) override;
  std::uint64_t Listen(std::function<void()> wake) override {
    return tail_->Listen(std::move(wake));
  }
  void Unlisten(std::uint64_t token) override { tail_->Unlisten(token); }

  domain::Result<std::vector<OpenHold>> OpenHolds() override;

 private:
  domain::Result<std::shared_ptr<const domain::AccountState>> HeadState(
      const std::string& account_id);
  /// Positions of a "transaction/ID" stream's events, oldest first; empty: no
  /// such stream.
  domain::Result<std::vector<std::int64_t>> TransactionEvents(const std::string& transaction_id);
  /// Of "asset/..." and "request/...": the only event's position, 0 if there is
  /// none.
  domain::Result<std::int64_t> SingleEvent(const std::string& stream);

  Journal* journal_;
  Index* index_;
  HeadCache* heads_;
  LiveTail* tail_;
  const Publisher* publisher_;
  std::string ledger_id_;
  std::string directory_;
  CommitGroupSource commit_groups_;
  History history_;
};

}  // namespace florin::storage
