#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "domain/account.h"
#include "domain/transaction.h"
#include "storage/store.h"

namespace florin::storage::testing {

/// What the log must say of one event of an account.
struct ExpectedEvent {
  std::int64_t position = 0;
  std::int64_t version = 0;
  domain::Balances balances;
};

/// A command as it stands in the log.
struct ExpectedCommand {
  std::int64_t first_position = 0;
  std::int64_t last_position = 0;
  std::int64_t time = 0;
};

/// Plays the part of the decisions above the store: makes valid changes, and
/// keeps on the side, in the simplest way, what the store must answer. Nothing
/// of the store's own code is used for that.
class LedgerScript {
 public:
  explicit LedgerScript(Writer* writer) : writer_(writer) {}

  // Each stages one command at `time_`, which a test moves on.
  void RegisterAsset(const std::string& code);
  void Open(const std::string& account_id, const std::string& owner_id);
  void ChangeOwner(const std::string& account_id, const std::string& owner_id,
                   const std::string& request_id);
  void Post(const std::string& id, const std::vector<domain::TransactionPosting>& postings);
  void Hold(const std::string& id, const std::vector<domain::TransactionPosting>& postings,
            std::int64_t expire_time);
  void Settle(const std::string& id, const std::vector<domain::Int128>& amounts,
              const std::string& request_id);
  void Void(const std::string& id);
  void Reverse(const std::string& id, const std::string& original_id);
  void Refuse(const std::string& id, const std::vector<domain::TransactionPosting>& postings);
  void RefuseRequest(const std::string& account_id, const std::string& request_id);

  /// One random valid command; the first ones set up assets and accounts.
  void Random(std::mt19937_64* random);

  /// Commits and publishes. The batch's outcome.
  domain::Status Commit();
  /// Commits only.
  domain::Result<CommittedBatchPtr> CommitOnly() { return writer_->Commit(); }

  void Advance(std::int64_t nanoseconds) { time_ += nanoseconds; }
  /// Goes on with a store that was opened again. What was staged since
  /// `position` never happened.
  void Continue(Writer* writer) {
    writer_ = writer;
    known_.clear();
  }

  [[nodiscard]] std::int64_t time() const { return time_; }
  [[nodiscard]] std::int64_t position() const { return position_; }
  [[nodiscard]] const std::map<std::string, std::vector<ExpectedEvent>>& accounts() const {
    return accounts_;
  }
  [[nodiscard]] const std::map<std::string, std::string>& owners() const { return owners_; }
  [[nodiscard]] const std::map<std::string, domain::Transaction>& transactions() const {
    return transactions_;
  }
  [[nodiscard]] const std::map<std::string, std::vector<std::int64_t>>& transaction_events() const {
    return transaction_events_;
  }
  [[nodiscard]] const std::map<std::string, std::int64_t>& requests() const { return requests_; }
  [[nodiscard]] const std::vector<ExpectedCommand>& commands() const { return commands_; }

  static domain::TransactionPosting Posting(const std::string& debit, const std::string& credit,
                                            std::int64_t amount);

 private:
  struct Bump {
    std::string account_id;
    domain::Side side;
    domain::Int128 posted;
    domain::Int128 pending;
  };

  RecordPtr Stage(Change change);
  Change New(ChangeKind kind) const;
  void Expect(const std::vector<Bump>& bumps, int own_events);
  void End(const std::string& id, domain::TransactionStatus status,
           const std::vector<domain::Int128>& amounts, const std::string& request_id);
  std::shared_ptr<domain::Transaction> NewTransaction(
      const std::string& id, const std::vector<domain::TransactionPosting>& postings,
      domain::TransactionStatus status) const;
  std::vector<domain::TransactionPosting> RandomPostings(std::mt19937_64* random) const;
  const domain::Transaction* RandomTransaction(std::mt19937_64* random,
                                               bool (*fits)(const domain::Transaction&)) const;

  Writer* writer_;
  /// As the committer keeps it.
  std::map<std::string, WriterAccountPtr> known_;
  std::int64_t time_ = 1'000'000;
  std::int64_t position_ = 0;
  std::int64_t next_id_ = 1;
  std::map<std::string, std::vector<ExpectedEvent>> accounts_;
  std::map<std::string, std::string> owners_;
  std::map<std::string, domain::Transaction> transactions_;
  std::map<std::string, std::vector<std::int64_t>> transaction_events_;
  /// Index key as text "a/account/request" or "t/transaction/request" to
  /// position.
  std::map<std::string, std::int64_t> requests_;
  std::vector<ExpectedCommand> commands_;
};

}  // namespace florin::storage::testing
