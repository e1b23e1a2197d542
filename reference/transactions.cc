#include <cstddef>
#include <utility>

#include "domain/amount.h"
#include "reference/checks.h"
#include "reference/replay.h"

namespace florin::reference {
namespace {

using domain::Reason;
using domain::Side;
using domain::TransactionStatus;

// As the client wrote them.
std::vector<StoredPosting> AsWritten(const std::vector<Posting>& postings) {
  std::vector<StoredPosting> result;
  for (const Posting& posting : postings) {
    const domain::Decimal amount = *domain::ParseDecimal(posting.amount);
    result.push_back({posting.debit_account_id,
                      posting.credit_account_id,
                      amount.digits,
                      amount.decimals,
                      {},
                      true});
  }
  return result;
}

// What a refused create keeps: as far as an account is there and the amount fits,
// at the asset's scale. A refused reversal has the amounts of what it names.
void ShowAtScale(const ReferenceLedger& ledger, std::vector<StoredPosting>* postings) {
  for (StoredPosting& posting : *postings) {
    const Account* account = ledger.FindAccount(posting.debit_account_id);
    if (account == nullptr) account = ledger.FindAccount(posting.credit_account_id);
    if (account == nullptr || account->scale <= posting.scale) continue;
    Int128 amount = posting.amount;
    bool fits = true;
    for (int i = posting.scale; i < account->scale && fits; ++i)
      fits = !__builtin_mul_overflow(amount, Int128{10}, &amount);
    if (!fits) continue;
    posting.amount = amount;
    posting.scale = account->scale;
  }
}

// Requires: the accounts exist and the scales fit.
std::vector<StoredPosting> InMinorUnits(const ReferenceLedger& ledger,
                                        const std::vector<Posting>& postings) {
  std::vector<StoredPosting> result;
  for (const Posting& posting : postings) {
    const int scale = ledger.FindAccount(posting.debit_account_id)->scale;
    bool fits = true;
    const Int128 amount = ToMinorUnits(posting.amount, scale, &fits);
    result.push_back(
        {posting.debit_account_id, posting.credit_account_id, amount, scale, {}, fits});
  }
  return result;
}

// What a refused reversal is remembered with: what it would have turned round,
// had it been reversible.
std::vector<StoredPosting> TurnedRound(const Transaction& original) {
  std::vector<StoredPosting> result;
  for (const StoredPosting& posting : original.postings) {
    const Int128 moved = posting.posted.value_or(posting.amount);
    if (moved == 0) continue;
    result.push_back(
        {posting.credit_account_id, posting.debit_account_id, moved, posting.scale, {}, true});
  }
  return result;
}

// The opposite of what was posted. Nothing was posted by what is pending,
// refused, voided or expired.
std::vector<StoredPosting> Opposite(const Transaction& original) {
  if (original.status != TransactionStatus::kPosted) return {};
  return TurnedRound(original);
}

std::optional<Refusal> CheckBeforeOutcome(const ReferenceLedger& ledger,
                                          const CreateTransaction& command) {
  if (auto refusal = CheckAccountsExist(ledger, command)) return refusal;
  if (auto refusal = CheckVersions(ledger, command)) return refusal;
  if (auto refusal = CheckAssets(ledger, command)) return refusal;
  return CheckScales(ledger, command);
}

std::optional<Refusal> CheckCreate(const ReferenceLedger& ledger, const CreateTransaction& command,
                                   std::vector<StoredPosting>* postings) {
  if (auto refusal = CheckBeforeOutcome(ledger, command)) return refusal;
  *postings = InMinorUnits(ledger, command.postings);
  if (auto refusal = CheckNotClosed(ledger, *postings)) return refusal;
  if (auto refusal = CheckNotSuspended(ledger, *postings)) return refusal;
  return CheckOutcome(ledger, *postings, command.hold.has_value(), command.balance_checks);
}

Transaction NewTransaction(const CreateTransaction& command, std::int64_t now) {
  Transaction transaction;
  transaction.transaction_id = command.transaction_id;
  transaction.is_hold = command.hold.has_value();
  transaction.type = command.type;
  transaction.reference = command.reference;
  transaction.description = command.description;
  transaction.metadata = command.metadata;
  transaction.effective_time = command.effective_time;
  transaction.commit_time = now;
  transaction.correlation_id = command.correlation_id;
  transaction.causation_id = command.causation_id;
  return transaction;
}

Transaction NewTransaction(const ReverseTransaction& command, std::int64_t now) {
  Transaction transaction;
  transaction.transaction_id = command.transaction_id;
  transaction.type = "reversal";
  transaction.description = command.reason;
  transaction.metadata = command.metadata;
  transaction.effective_time = command.effective_time;
  transaction.commit_time = now;
  transaction.reverses_transaction_id = command.reverses_transaction_id;
  transaction.correlation_id = command.correlation_id;
  transaction.causation_id = command.causation_id;
  return transaction;
}

}  // namespace

Answer ReferenceLedger::Dispatch(const std::monostate&, std::int64_t) {
  return Refused(Reason::kFieldMissing, {{"field", "command"}});
}

Answer ReferenceLedger::Dispatch(const CreateTransaction& command, std::int64_t now) {
  if (auto known = Replay(FindTransactionId(command.transaction_id), command)) return *known;
  Transaction transaction = NewTransaction(command, now);
  std::vector<StoredPosting> postings;
  if (auto refusal = CheckCreate(*this, command, &postings)) {
    transaction.postings = AsWritten(command.postings);
    ShowAtScale(*this, &transaction.postings);
    return RefuseTransaction(command, transaction, *refusal);
  }
  transaction.postings = postings;
  transaction.status = command.hold ? TransactionStatus::kPending : TransactionStatus::kPosted;
  if (command.hold && command.hold->timeout_ns) {
    transaction.expire_time = now + *command.hold->timeout_ns;
    timers_.insert({*transaction.expire_time, transaction.transaction_id});
  }
  const LegKind kind = command.hold ? LegKind::kReserved : LegKind::kMoved;
  for (int i = 0; i < static_cast<int>(postings.size()); ++i) {
    const Int128 amount = postings[static_cast<std::size_t>(i)].amount;
    AppendLeg(transaction, i, Side::kDebit, kind, amount, now);
    AppendLeg(transaction, i, Side::kCredit, kind, amount, now);
  }
  AppendTransactionEvent(&transaction, command.hold ? "transaction.pending" : "transaction.posted");

  Answer answer;
  answer.status = transaction.status;
  answer.position = transaction.position;
  answer.transaction = FindTransaction(transaction.transaction_id);
  answer.account_balances = BalancesOf(transaction);
  transaction_ids_[command.transaction_id] =
      std::make_shared<Remembered>(Remembered{command, answer});
  return answer;
}

std::optional<Refusal> ReferenceLedger::CheckReverse(
    const Transaction& original, const std::vector<StoredPosting>& postings) const {
  if (auto refusal = CheckNotClosed(*this, postings)) return refusal;
  if (auto refusal = CheckNotSuspended(*this, postings)) return refusal;
  if (original.status != TransactionStatus::kPosted || !original.reverses_transaction_id.empty()) {
    return Refusal{Reason::kNotReversible, {}};
  }
  if (!original.reversed_by_transaction_id.empty()) {
    return Refusal{Reason::kAlreadyReversed,
                   {{"reversed_by_transaction_id", original.reversed_by_transaction_id}}};
  }
  return CheckOutcome(*this, postings, false, {});
}

Answer ReferenceLedger::Dispatch(const ReverseTransaction& command, std::int64_t now) {
  if (auto known = Replay(FindTransactionId(command.transaction_id), command)) return *known;
  const TransactionPtr original = FindTransaction(command.reverses_transaction_id);
  if (original == nullptr) return Refused(Reason::kTransactionNotFound, {});
  Transaction transaction = NewTransaction(command, now);
  transaction.postings = Opposite(*original);
  if (auto refusal = CheckReverse(*original, transaction.postings)) {
    transaction.postings = TurnedRound(*original);
    return RefuseTransaction(command, transaction, *refusal);
  }
  transaction.status = TransactionStatus::kPosted;
  for (int i = 0; i < static_cast<int>(transaction.postings.size()); ++i) {
    const Int128 amount = transaction.postings[static_cast<std::size_t>(i)].amount;
    AppendLeg(transaction, i, Side::kDebit, LegKind::kMoved, amount, now);
    AppendLeg(transaction, i, Side::kCredit, LegKind::kMoved, amount, now);
  }
  AppendTransactionEvent(&transaction, "transaction.posted");
  Transaction reversed = *original;
  reversed.reversed_by_transaction_id = command.transaction_id;
  AppendTransactionEvent(&reversed, "transaction.reversed");
  // The command ends with the original's event, so that is where a reader has
  // seen all of it.
  transaction.position = head_;
  transactions_[command.transaction_id] = std::make_shared<Transaction>(transaction);

  Answer answer;
  answer.status = transaction.status;
  answer.position = transaction.position;
  answer.transaction = FindTransaction(command.transaction_id);
  answer.account_balances = BalancesOf(transaction);
  transaction_ids_[command.transaction_id] =
      std::make_shared<Remembered>(Remembered{command, answer});
  return answer;
}

template <typename Command>
Answer ReferenceLedger::RefuseTransaction(const Command& command, Transaction transaction,
                                          const Refusal& refusal) {
  Answer answer;
  answer.refusal = refusal;
  if (!domain::InfoOf(refusal.reason).recorded) return answer;
  transaction.status = TransactionStatus::kRefused;
  transaction.refusal = refusal;
  AppendTransactionEvent(&transaction, "transaction.refused");
  answer.status = transaction.status;
  answer.position = transaction.position;
  answer.transaction = FindTransaction(transaction.transaction_id);
  transaction_ids_[command.transaction_id] =
      std::make_shared<Remembered>(Remembered{command, answer});
  return answer;
}

template Answer ReferenceLedger::RefuseTransaction(const CreateTransaction&, Transaction,
                                                   const Refusal&);
template Answer ReferenceLedger::RefuseTransaction(const ReverseTransaction&, Transaction,
                                                   const Refusal&);

}  // namespace florin::reference
