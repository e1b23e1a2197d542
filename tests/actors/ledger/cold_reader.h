#pragma once

#include <cstdint>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/format/errors.h"
#include "storage/store.h"

namespace florin::actors {

/// A reader that on request has no account's head in memory, so that every
/// account that is woken up waits for a read; all else is passed on.
class ColdReader : public storage::Reader {
 public:
  explicit ColdReader(storage::Reader* reader) : reader_(reader) {}

  bool cold = false;
  /// An account whose head does not read back.
  std::string damaged;
  /// An account whose look-up throws.
  std::string throwing;

  [[nodiscard]] std::string LedgerId() const override { return reader_->LedgerId(); }
  [[nodiscard]] storage::JournalHead VisibleHead() const override { return reader_->VisibleHead(); }
  [[nodiscard]] std::int64_t AccountCount() const override { return reader_->AccountCount(); }
  [[nodiscard]] std::int64_t DataBytes() const override { return reader_->DataBytes(); }
  [[nodiscard]] domain::Result<std::vector<domain::Asset>> Assets() const override {
    return reader_->Assets();
  }
  domain::Result<storage::Lookup<storage::Head>> GetHead(const std::string& account_id,
                                                         storage::Tier tier) override {
    if (account_id == throwing) throw std::bad_alloc();
    if (account_id == damaged) return storage::DataCorrupt("The account is damaged.", {"index"});
    if (cold && tier == storage::Tier::kMemory) {
      storage::Lookup<storage::Head> unknown;
      unknown.complete = false;
      return unknown;
    }
    return reader_->GetHead(account_id, tier);
  }
  domain::Result<storage::Lookup<storage::TransactionPlace>> FindTransaction(
      std::string_view transaction_id, storage::Tier tier) override {
    return reader_->FindTransaction(transaction_id, tier);
  }
  domain::Result<storage::Lookup<std::int64_t>> FindRequest(bool target_is_account,
                                                            std::string_view target_id,
                                                            std::string_view request_id,
                                                            storage::Tier tier) override {
    return reader_->FindRequest(target_is_account, target_id, request_id, tier);
  }
  domain::Result<storage::RecordPtr> ReadRecord(std::int64_t position) override {
    return reader_->ReadRecord(position);
  }
  domain::Result<std::optional<domain::TransactionPtr>> GetTransaction(
      std::string_view transaction_id) override {
    return reader_->GetTransaction(transaction_id);
  }
  domain::Result<std::optional<storage::BalanceAt>> BalanceAtVersion(
      const std::string& account_id, std::int64_t version) override {
    return reader_->BalanceAtVersion(account_id, version);
  }
  domain::Result<std::optional<storage::BalanceAt>> BalanceAtPosition(
      const std::string& account_id, std::int64_t position) override {
    return reader_->BalanceAtPosition(account_id, position);
  }
  domain::Result<std::int64_t> CommandEndAtOrBefore(std::int64_t position) override {
    return reader_->CommandEndAtOrBefore(position);
  }
  domain::Result<std::int64_t> CommandEndAtOrBeforeTime(std::int64_t time) override {
    return reader_->CommandEndAtOrBeforeTime(time);
  }
  domain::Result<storage::Page<domain::AccountState>> ListAccounts(const std::string& prefix,
                                                                   const std::string& owner_id,
                                                                   const std::string& after,
                                                                   int limit) override {
    return reader_->ListAccounts(prefix, owner_id, after, limit);
  }
  domain::Result<storage::TransactionPage> ListTransactions(
      const storage::TransactionQuery& query, std::int64_t head, std::int64_t after,
      const storage::TransactionPageLimits& limits) override {
    return reader_->ListTransactions(query, head, after, limits);
  }
  domain::Result<std::vector<storage::TrialBalanceLine>> TrialBalance(
      const std::string& prefix, const std::string& asset, std::int64_t position) override {
    return reader_->TrialBalance(prefix, asset, position);
  }
  domain::Result<std::vector<std::int64_t>> StreamPositions(const std::string& stream,
                                                            std::int64_t first_version,
                                                            std::int64_t last_version) override {
    return reader_->StreamPositions(stream, first_version, last_version);
  }
  domain::Result<std::int64_t> StreamVersion(const std::string& stream) override {
    return reader_->StreamVersion(stream);
  }
  domain::Result<std::vector<storage::CommitGroupPtr>> ReadCommitGroups(
      std::int64_t position, std::size_t commit_groups_max, std::size_t bytes_max) override {
    return reader_->ReadCommitGroups(position, commit_groups_max, bytes_max);
  }
  std::optional<std::vector<storage::CommitGroupPtr>> RecentCommitGroups(
      std::int64_t position, std::size_t commit_groups_max) override {
    return reader_->RecentCommitGroups(position, commit_groups_max);
  }
  std::uint64_t Listen(std::function<void()> wake) override {
    return reader_->Listen(std::move(wake));
  }
  void Unlisten(std::uint64_t token) override { return reader_->Unlisten(token); }
  domain::Result<std::vector<storage::OpenHold>> OpenHolds() override {
    return reader_->OpenHolds();
  }

 private:
  storage::Reader* reader_;
};

}  // namespace florin::actors
