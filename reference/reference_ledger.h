#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reference/answer.h"
#include "reference/commands.h"

namespace florin::reference {

/// The ledger's rules said a second time, as plainly as possible: one thread,
/// maps, one command after another.
///
/// Tests feed it the commands of a real server in the order of the log and
/// demand the same answers, events, positions and versions. It shares with the
/// server only the parsing of amounts and the list of reasons, so that a
/// mistake has to be made twice to pass. Clarity goes before speed everywhere
/// here. Source: proto/florin/v1, docs/adr/0002-command-semantics.md. Threads:
/// one.
class ReferenceLedger {
 public:
  ReferenceLedger() = default;
  /// A scratch copy: what is not found here is read from `base`, changes stay
  /// here. `base` must not change meanwhile.
  explicit ReferenceLedger(const ReferenceLedger* base) : base_(base), head_(base->head_) {}

  /// Each command acts at `now` (UTC nanoseconds, never going back) and is
  /// answered as the contract says. Expiries are not made here: whoever knows
  /// the log's order calls Expire().
  Answer Execute(const RegisterAsset& command, std::int64_t now);
  Answer Execute(const OpenAccount& command, std::int64_t now);
  Answer Execute(const UpdateAccount& command, std::int64_t now);
  Answer Execute(const SuspendAccount& command, std::int64_t now);
  Answer Execute(const ReactivateAccount& command, std::int64_t now);
  Answer Execute(const CloseAccount& command, std::int64_t now);
  Answer Execute(const TransactionCommand& command, std::int64_t now);
  std::vector<Answer> Execute(const Batch& batch, std::int64_t now);

  /// Ends a hold whose time is over. False, nothing done: there is no such
  /// pending hold, or it is not due.
  bool Expire(const std::string& transaction_id, std::int64_t now);
  /// Pending holds that are due at `now`, by time and id.
  std::vector<std::string> DueHolds(std::int64_t now) const;

  /// Position of the last event; 0 in an empty ledger.
  std::int64_t head() const { return head_; }
  /// Events of the last call of Execute() or Expire().
  const std::vector<Event>& events() const { return events_; }

  /// Null: there is none.
  const Account* FindAccount(const std::string& account_id) const;
  const Asset* FindAsset(const std::string& code) const;
  TransactionPtr FindTransaction(const std::string& transaction_id) const;

  /// Everything, of a ledger that is not a scratch copy.
  const std::map<std::string, Account>& accounts() const { return accounts_; }
  const std::map<std::string, TransactionPtr>& transactions() const { return transactions_; }

 private:
  using Request =
      std::variant<CreateTransaction, ReverseTransaction, SettleTransaction, VoidTransaction,
                   UpdateAccount, SuspendAccount, ReactivateAccount, CloseAccount>;
  /// What an id stands for, for ever.
  struct Remembered {
    Request request;
    Answer answer;
  };
  using RememberedPtr = std::shared_ptr<const Remembered>;
  /// Stream of the target and request_id.
  using RequestKey = std::pair<std::string, std::string>;
  enum class LegKind { kMoved, kReserved, kSettled, kReleased };

  // Well-formed commands on transactions: transactions.cc, holds.cc.
  Answer Dispatch(const std::monostate& command, std::int64_t now);
  Answer Dispatch(const CreateTransaction& command, std::int64_t now);
  Answer Dispatch(const ReverseTransaction& command, std::int64_t now);
  Answer Dispatch(const SettleTransaction& command, std::int64_t now);
  Answer Dispatch(const VoidTransaction& command, std::int64_t now);
  std::optional<Refusal> CheckReverse(const Transaction& original,
                                      const std::vector<StoredPosting>& postings) const;
  template <typename Command>
  Answer RefuseTransaction(const Command& command, Transaction transaction, const Refusal& refusal);
  template <typename Command>
  Answer RefuseHoldEnd(const Command& command, const Refusal& refusal);
  Answer EndHold(Transaction transaction, const char* event_type);

  // Batches: batch.cc.
  Answer ExecuteItem(const TransactionCommand& command, std::int64_t now);
  std::vector<Answer> Validate(const Batch& batch, std::int64_t now) const;
  std::vector<Answer> ExecuteAtomic(const Batch& batch, std::int64_t now);
  Answer RecordAgain(const TransactionCommand& command, const Answer& refused);

  // Changes of accounts: accounts.cc.
  template <typename Command>
  Answer Change(const Command& command, std::int64_t now);

  // Ids and the log: reference_ledger.cc.
  template <typename Command>
  std::optional<Answer> Replay(const RememberedPtr& remembered, const Command& command) const;
  RememberedPtr FindTransactionId(const std::string& transaction_id) const;
  RememberedPtr FindRequestId(const RequestKey& key) const;
  const OpenAccount* FindOpening(const std::string& account_id) const;
  std::optional<Answer> FindEnd(const std::string& transaction_id) const;
  Account& MutableAccount(const std::string& account_id);
  std::int64_t Append(Event event);
  void AppendLeg(const Transaction& transaction, int posting_index, domain::Side side, LegKind kind,
                 Int128 amount, std::int64_t now);
  void AppendTransactionEvent(Transaction* transaction, const char* type);
  std::vector<AccountBalance> BalancesOf(const Transaction& transaction) const;

  const ReferenceLedger* base_ = nullptr;
  std::int64_t head_ = 0;
  std::vector<Event> events_;
  std::map<std::string, Asset> assets_;
  std::map<std::string, Account> accounts_;
  std::map<std::string, OpenAccount> openings_;
  std::map<std::string, TransactionPtr> transactions_;
  std::map<std::string, RememberedPtr> transaction_ids_;
  std::map<RequestKey, RememberedPtr> request_ids_;
  /// How each hold was ended by a client, by transaction_id: the answer to the
  /// same end again.
  std::map<std::string, Answer> ends_;
  /// Pending holds that have a time: (expire_time, transaction_id).
  std::set<std::pair<std::int64_t, std::string>> timers_;
};

}  // namespace florin::reference
