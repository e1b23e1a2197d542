#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "florin/v1/event_service.pb.h"
#include "storage/events/codec.h"
#include "storage/format/record_codec.h"
#include "storage/store.h"
#include "tests/storage/format/record_book.h"

namespace florin::server {

/// A log in memory behind the reader's interface, with random commands that
/// hold together: real commit groups, no store. What the ledger's other reads
/// would answer, it refuses.
///
/// Threads: any.
class EventLog final : public storage::Reader {
 public:
  /// The ring keeps the last `ring_commit_groups` commit groups.
  EventLog(std::uint64_t seed, std::size_t ring_commit_groups);

  /// Writes `commands` random commands as one commit group and publishes it.
  void Write(int commands);
  /// The same with one transfer of so many postings, `text_bytes` of reference.
  void WriteTransfer(int postings, std::size_t text_bytes = 10);

  /// Everything published, as a subscriber that wants all would see it.
  [[nodiscard]] std::vector<florin::v1::Event> Events() const;
  /// The same without the payloads, at no cost.
  [[nodiscard]] std::vector<storage::EventHeader> Headers() const;
  /// Last position of the command that holds `position`.
  [[nodiscard]] bool EndsCommand(std::int64_t position) const;

  /// From now on the commit group that holds `position` does not decode.
  void Corrupt(std::int64_t position);
  /// What RecentCommitGroups and ReadCommitGroups were asked, so far.
  [[nodiscard]] int recent_reads() const { return recent_reads_; }
  [[nodiscard]] int disk_reads() const { return disk_reads_; }
  [[nodiscard]] std::size_t listeners() const;

  // Reader.
  [[nodiscard]] std::string LedgerId() const override { return "ledger-1"; }
  [[nodiscard]] storage::JournalHead VisibleHead() const override;
  domain::Result<storage::RecordPtr> ReadRecord(std::int64_t position) override;
  domain::Result<std::int64_t> CommandEndAtOrBefore(std::int64_t position) override;
  domain::Result<std::int64_t> CommandEndAtOrBeforeTime(std::int64_t time) override;
  domain::Result<std::vector<std::int64_t>> StreamPositions(const std::string& stream,
                                                            std::int64_t first_version,
                                                            std::int64_t last_version) override;
  domain::Result<std::int64_t> StreamVersion(const std::string& stream) override;
  domain::Result<std::vector<storage::CommitGroupPtr>> ReadCommitGroups(
      std::int64_t position, std::size_t commit_groups_max, std::size_t bytes_max) override;
  std::optional<std::vector<storage::CommitGroupPtr>> RecentCommitGroups(
      std::int64_t position, std::size_t commit_groups_max) override;
  std::uint64_t Listen(std::function<void()> wake) override;
  void Unlisten(std::uint64_t token) override;

  // Not of the log.
  [[nodiscard]] std::int64_t AccountCount() const override { return 0; }
  [[nodiscard]] std::int64_t DataBytes() const override { return 0; }
  [[nodiscard]] domain::Result<std::vector<domain::Asset>> Assets() const override {
    return std::vector<domain::Asset>();
  }
  domain::Result<storage::Lookup<storage::Head>> GetHead(const std::string& account_id,
                                                         storage::Tier tier) override;
  domain::Result<storage::Lookup<storage::TransactionPlace>> FindTransaction(
      std::string_view transaction_id, storage::Tier tier) override;
  domain::Result<storage::Lookup<std::int64_t>> FindRequest(bool target_is_account,
                                                            std::string_view target_id,
                                                            std::string_view request_id,
                                                            storage::Tier tier) override;
  domain::Result<std::optional<domain::TransactionPtr>> GetTransaction(
      std::string_view transaction_id) override;
  domain::Result<std::optional<storage::BalanceAt>> BalanceAtVersion(const std::string& account_id,
                                                                     std::int64_t version) override;
  domain::Result<std::optional<storage::BalanceAt>> BalanceAtPosition(
      const std::string& account_id, std::int64_t position) override;
  domain::Result<storage::Page<domain::AccountState>> ListAccounts(const std::string& prefix,
                                                                   const std::string& owner_id,
                                                                   const std::string& after,
                                                                   int limit) override;
  domain::Result<storage::TransactionPage> ListTransactions(
      const storage::TransactionQuery& query, std::int64_t head, std::int64_t after,
      const storage::TransactionPageLimits& limits) override;
  domain::Result<std::vector<storage::TrialBalanceLine>> TrialBalance(
      const std::string& prefix, const std::string& asset, std::int64_t position) override;
  domain::Result<std::vector<storage::OpenHold>> OpenHolds() override;

 private:
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }
  storage::Change Base(storage::ChangeKind kind);
  storage::Change RandomChange();
  storage::Change Open();
  storage::Change Transfer(int postings, std::size_t text_bytes, bool hold);
  storage::Change EndHold();
  storage::Change RefuseRequest();
  void Stage(storage::Change change);
  void CutCommitGroup();
  void WakeListeners();
  [[nodiscard]] std::size_t CommitGroupAt(std::int64_t position) const;

  const std::size_t ring_commit_groups_;
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  storage::RecordBook book_;
  std::vector<std::string> account_ids_;
  std::vector<std::shared_ptr<domain::Transaction>> holds_;
  std::int64_t time_ = 1'700'000'000'000'000'000;
  std::int64_t next_id_ = 1;

  storage::CommitGroupEncoder encoder_;
  std::vector<storage::RecordPtr> records_;
  std::vector<storage::EventHeader> headers_;
  std::vector<storage::CommitGroupPtr> commit_groups_;
  std::map<std::string, std::vector<std::int64_t>> streams_;
  int recent_reads_ = 0;
  int disk_reads_ = 0;

  mutable std::mutex listeners_mutex_;
  std::map<std::uint64_t, std::function<void()>> listeners_;
  std::uint64_t next_listener_ = 1;
};

}  // namespace florin::server
