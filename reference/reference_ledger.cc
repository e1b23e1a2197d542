#include "reference/reference_ledger.h"

#include <algorithm>
#include <utility>

#include "reference/replay.h"
#include "reference/shape.h"

namespace florin::reference {

using domain::Side;

const Account* ReferenceLedger::FindAccount(const std::string& account_id) const {
  const auto found = accounts_.find(account_id);
  if (found != accounts_.end()) return &found->second;
  return base_ == nullptr ? nullptr : base_->FindAccount(account_id);
}

const Asset* ReferenceLedger::FindAsset(const std::string& code) const {
  const auto found = assets_.find(code);
  if (found != assets_.end()) return &found->second;
  return base_ == nullptr ? nullptr : base_->FindAsset(code);
}

TransactionPtr ReferenceLedger::FindTransaction(const std::string& transaction_id) const {
  const auto found = transactions_.find(transaction_id);
  if (found != transactions_.end()) return found->second;
  return base_ == nullptr ? nullptr : base_->FindTransaction(transaction_id);
}

ReferenceLedger::RememberedPtr ReferenceLedger::FindTransactionId(
    const std::string& transaction_id) const {
  const auto found = transaction_ids_.find(transaction_id);
  if (found != transaction_ids_.end()) return found->second;
  return base_ == nullptr ? nullptr : base_->FindTransactionId(transaction_id);
}

ReferenceLedger::RememberedPtr ReferenceLedger::FindRequestId(const RequestKey& key) const {
  if (key.second.empty()) return nullptr;
  const auto found = request_ids_.find(key);
  if (found != request_ids_.end()) return found->second;
  return base_ == nullptr ? nullptr : base_->FindRequestId(key);
}

const OpenAccount* ReferenceLedger::FindOpening(const std::string& account_id) const {
  const auto found = openings_.find(account_id);
  if (found != openings_.end()) return &found->second;
  return base_ == nullptr ? nullptr : base_->FindOpening(account_id);
}

std::optional<Answer> ReferenceLedger::FindEnd(const std::string& transaction_id) const {
  const auto found = ends_.find(transaction_id);
  if (found != ends_.end()) return found->second;
  return base_ == nullptr ? std::nullopt : base_->FindEnd(transaction_id);
}

Account& ReferenceLedger::MutableAccount(const std::string& account_id) {
  const auto found = accounts_.find(account_id);
  if (found != accounts_.end()) return found->second;
  return accounts_[account_id] = *FindAccount(account_id);
}

std::int64_t ReferenceLedger::Append(Event event) {
  event.position = ++head_;
  events_.push_back(std::move(event));
  return head_;
}

void ReferenceLedger::AppendLeg(const Transaction& transaction, int posting_index, Side side,
                                LegKind kind, Int128 amount, std::int64_t now) {
  if (amount == 0) return;
  const StoredPosting& posting = transaction.postings[static_cast<std::size_t>(posting_index)];
  const bool debit = side == Side::kDebit;
  Account& account = MutableAccount(debit ? posting.debit_account_id : posting.credit_account_id);
  Event event;
  event.stream = account.account_id;
  event.transaction_id = transaction.transaction_id;
  event.side = side;
  event.posting_index = posting_index;
  event.amount = amount;
  event.scale = account.scale;
  event.counter_account_id = debit ? posting.credit_account_id : posting.debit_account_id;
  event.balance_before = account.Posted();

  Balances& balances = account.balances;
  Int128& posted = debit ? balances.debits_posted : balances.credits_posted;
  Int128& pending = debit ? balances.debits_pending : balances.credits_pending;
  switch (kind) {
    case LegKind::kMoved:
      posted += amount;
      event.type =
          debit == account.DebitNormal() ? "account.funds.deposited" : "account.funds.withdrawn";
      break;
    case LegKind::kReserved:
      pending += amount;
      event.type = "account.funds.reserved";
      break;
    case LegKind::kSettled:
      pending -= amount;
      event.type = "account.funds.settled";
      break;
    case LegKind::kReleased:
      pending -= amount;
      event.type = "account.funds.released";
      break;
  }
  event.balance_after = account.Posted();
  event.available_after = account.Available();
  event.version = ++account.version;
  account.update_time = now;
  account.position = Append(std::move(event));
}

void ReferenceLedger::AppendTransactionEvent(Transaction* transaction, const char* type) {
  Event event;
  event.stream = "transaction/" + transaction->transaction_id;
  event.transaction_id = transaction->transaction_id;
  event.type = type;
  event.version = ++transaction->version;
  transaction->position = Append(std::move(event));
  transactions_[transaction->transaction_id] = std::make_shared<Transaction>(*transaction);
}

std::vector<AccountBalance> ReferenceLedger::BalancesOf(const Transaction& transaction) const {
  std::vector<AccountBalance> result;
  std::set<std::string> seen;
  const auto add = [&](const std::string& account_id) {
    if (!seen.insert(account_id).second) return;
    const Account& account = *FindAccount(account_id);
    result.push_back({account_id, account.version, account.scale, account.Posted(),
                      account.Available(), account.balances});
  };
  for (const StoredPosting& posting : transaction.postings) {
    add(posting.debit_account_id);
    add(posting.credit_account_id);
  }
  return result;
}

Answer ReferenceLedger::Execute(const TransactionCommand& command, std::int64_t now) {
  events_.clear();
  const auto* create = std::get_if<CreateTransaction>(&command);
  if (create != nullptr && create->validate_only) {
    if (auto refusal = CheckShape(command)) return Refused(refusal->reason, refusal->metadata);
    CreateTransaction plain = *create;
    plain.validate_only = false;
    return Validate(Batch{{plain}, false, true}, now).front();
  }
  if (auto refusal = CheckShape(command)) return Refused(refusal->reason, refusal->metadata);
  return std::visit([&](const auto& one) { return Dispatch(one, now); }, command);
}

bool ReferenceLedger::Expire(const std::string& transaction_id, std::int64_t now) {
  events_.clear();
  const TransactionPtr hold = FindTransaction(transaction_id);
  if (hold == nullptr || hold->status != domain::TransactionStatus::kPending) return false;
  if (!hold->expire_time || *hold->expire_time > now) return false;
  Transaction transaction = *hold;
  for (int i = 0; i < static_cast<int>(transaction.postings.size()); ++i) {
    const Int128 amount = transaction.postings[static_cast<std::size_t>(i)].amount;
    AppendLeg(transaction, i, Side::kDebit, LegKind::kReleased, amount, now);
    AppendLeg(transaction, i, Side::kCredit, LegKind::kReleased, amount, now);
  }
  transaction.status = domain::TransactionStatus::kExpired;
  transaction.end_time = now;
  transaction.end_reason = "expired";
  timers_.erase({*transaction.expire_time, transaction_id});
  AppendTransactionEvent(&transaction, "transaction.expired");
  return true;
}

std::vector<std::string> ReferenceLedger::DueHolds(std::int64_t now) const {
  std::vector<std::string> due;
  for (const auto& [time, transaction_id] : timers_) {
    if (time > now) break;
    due.push_back(transaction_id);
  }
  return due;
}

}  // namespace florin::reference
