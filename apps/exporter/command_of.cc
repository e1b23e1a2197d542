#include "apps/exporter/command_of.h"

#include <algorithm>

namespace florin::exporter {
namespace {

// As the ledger itself names it.
constexpr char kExpired[] = "expired";

v1::CreateTransactionRequest Create(const v1::Transaction& transaction) {
  v1::CreateTransactionRequest request;
  request.set_transaction_id(transaction.transaction_id());
  *request.mutable_postings() = transaction.postings();
  for (auto& posting : *request.mutable_postings()) {
    posting.clear_posted_amount();
  }
  request.set_type(transaction.type());
  request.set_reference(transaction.reference());
  request.set_description(transaction.description());
  *request.mutable_metadata() = transaction.metadata();
  if (transaction.has_effective_time()) {
    *request.mutable_effective_time() = transaction.effective_time();
  }
  request.set_correlation_id(transaction.correlation_id());
  request.set_causation_id(transaction.causation_id());
  return request;
}

v1::ReverseTransactionRequest Reverse(const v1::Transaction& transaction) {
  v1::ReverseTransactionRequest request;
  request.set_transaction_id(transaction.transaction_id());
  request.set_reverses_transaction_id(transaction.reverses_transaction_id());
  request.set_reason(transaction.description());
  *request.mutable_metadata() = transaction.metadata();
  if (transaction.has_effective_time()) {
    *request.mutable_effective_time() = transaction.effective_time();
  }
  request.set_correlation_id(transaction.correlation_id());
  request.set_causation_id(transaction.causation_id());
  return request;
}

v1::SettleTransactionRequest Settle(const v1::Transaction& transaction) {
  v1::SettleTransactionRequest request;
  request.set_transaction_id(transaction.transaction_id());
  const auto in_part = [](const v1::Posting& posting) { return !posting.posted_amount().empty(); };
  if (std::none_of(transaction.postings().begin(), transaction.postings().end(), in_part)) {
    return request;
  }
  for (const auto& posting : transaction.postings()) {
    request.add_amounts(in_part(posting) ? posting.posted_amount() : posting.amount());
  }
  return request;
}

v1::VoidTransactionRequest Void(const v1::Transaction& transaction) {
  v1::VoidTransactionRequest request;
  request.set_transaction_id(transaction.transaction_id());
  request.set_reason(
      transaction.status() == v1::TRANSACTION_STATUS_EXPIRED ? kExpired : transaction.end_reason());
  return request;
}

jsonl::Command OfTransaction(const v1::Transaction& transaction) {
  switch (transaction.status()) {
    case v1::TRANSACTION_STATUS_VOIDED:
    case v1::TRANSACTION_STATUS_EXPIRED:
      return Void(transaction);
    default:
      break;
  }
  if (!transaction.reverses_transaction_id().empty()) {
    return Reverse(transaction);
  }
  // Posted, and not by its first event: it was a hold before.
  if (transaction.status() == v1::TRANSACTION_STATUS_POSTED && transaction.version() > 1) {
    return Settle(transaction);
  }
  v1::CreateTransactionRequest create = Create(transaction);
  if (transaction.status() == v1::TRANSACTION_STATUS_PENDING) {
    create.mutable_hold();
  }
  return create;
}

v1::UpdateAccountRequest Update(const v1::Account& account) {
  v1::UpdateAccountRequest request;
  request.set_account_id(account.account_id());
  *request.mutable_limits() = account.limits();
  if (account.limits().unlimited_overdraft()) {
    request.mutable_limits()->clear_overdraft_limit();
  }
  *request.mutable_metadata() = account.metadata();
  request.set_owner_id(account.owner_id());
  // All that it is now, also where only one field changed.
  for (const char* path : {"limits", "metadata", "owner_id"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  return request;
}

template <typename Request>
Request WithReason(const v1::AccountChanged& changed) {
  Request request;
  request.set_account_id(changed.account().account_id());
  request.set_reason(changed.reason());
  return request;
}

jsonl::Command OfAccount(const v1::Event& event) {
  const v1::AccountChanged& changed = event.account_changed();
  if (event.type() == "account.updated") {
    return Update(changed.account());
  }
  if (event.type() == "account.suspended") {
    auto request = WithReason<v1::SuspendAccountRequest>(changed);
    request.set_scope(changed.account().suspend_scope());
    return request;
  }
  if (event.type() == "account.reactivated") {
    return WithReason<v1::ReactivateAccountRequest>(changed);
  }
  return WithReason<v1::CloseAccountRequest>(changed);
}

}  // namespace

jsonl::CommandDocument CommandOf(const v1::Event& event, const Snapshot& snapshot) {
  jsonl::CommandDocument document;
  document.origin.position = event.position();
  document.origin.commit_time = event.time();
  if (event.has_account_changed()) {
    document.command = OfAccount(event);
    return document;
  }
  const v1::Transaction& transaction = event.transaction_recorded().transaction();
  document.command = OfTransaction(transaction);
  if (transaction.status() == v1::TRANSACTION_STATUS_REFUSED) {
    document.refused = transaction.refusal().reason();
  }
  if (transaction.status() == v1::TRANSACTION_STATUS_PENDING) {
    if (transaction.has_expire_time()) {
      document.origin.expire_time = transaction.expire_time();
    }
    document.open_hold = snapshot.open_holds.contains(transaction.transaction_id());
  }
  document.origin.expired = transaction.status() == v1::TRANSACTION_STATUS_EXPIRED;
  return document;
}

}  // namespace florin::exporter
