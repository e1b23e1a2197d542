#include "domain/amount.h"
#include "domain/reason.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/integration/reference/wire.h"

namespace florin::integration {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

void SetTime(std::int64_t nanoseconds, google::protobuf::Timestamp* time) {
  time->set_seconds(nanoseconds / kNanosecondsPerSecond);
  time->set_nanos(static_cast<std::int32_t>(nanoseconds % kNanosecondsPerSecond));
}

void SetBalances(const reference::Balances& from, int scale, reference::Int128 posted,
                 reference::Int128 available, v1::Balances* to) {
  to->set_debits_posted(domain::FormatMinor(from.debits_posted, scale));
  to->set_credits_posted(domain::FormatMinor(from.credits_posted, scale));
  to->set_debits_pending(domain::FormatMinor(from.debits_pending, scale));
  to->set_credits_pending(domain::FormatMinor(from.credits_pending, scale));
  to->set_posted(domain::FormatMinor(posted, scale));
  to->set_available(domain::FormatMinor(available, scale));
}

}  // namespace

v1::Refusal ToWire(const reference::Refusal& refusal) {
  const domain::ReasonInfo& info = domain::InfoOf(refusal.reason);
  v1::Refusal wire;
  wire.set_code(info.code);
  wire.set_reason(std::string(info.name));
  for (const auto& [key, value] : refusal.metadata) (*wire.mutable_metadata())[key] = value;
  return wire;
}

v1::Asset ToWire(const reference::Asset& asset) {
  v1::Asset wire;
  wire.set_code(asset.code);
  wire.set_scale(asset.scale);
  wire.set_name(asset.name);
  return wire;
}

v1::Account ToWire(const reference::Account& account) {
  v1::Account wire;
  wire.set_account_id(account.account_id);
  wire.set_owner_id(account.owner_id);
  wire.set_asset(account.asset);
  wire.set_type(static_cast<v1::AccountType>(account.type));
  wire.set_status(static_cast<v1::AccountStatus>(account.status));
  wire.set_suspend_scope(static_cast<v1::SuspendScope>(account.suspend_scope));
  v1::Limits* limits = wire.mutable_limits();
  limits->set_unlimited_overdraft(account.unlimited_overdraft);
  if (!account.unlimited_overdraft) {
    limits->set_overdraft_limit(domain::FormatMinor(account.overdraft_limit, account.scale));
  }
  if (account.max_balance)
    limits->set_max_balance(domain::FormatMinor(*account.max_balance, account.scale));
  SetBalances(account.balances, account.scale, account.Posted(), account.Available(),
              wire.mutable_balances());
  wire.set_version(account.version);
  wire.set_position(account.position);
  SetTime(account.open_time, wire.mutable_open_time());
  SetTime(account.update_time, wire.mutable_update_time());
  for (const auto& [key, value] : account.metadata) (*wire.mutable_metadata())[key] = value;
  return wire;
}

v1::AccountBalance ToWire(const reference::AccountBalance& balance) {
  v1::AccountBalance wire;
  wire.set_account_id(balance.account_id);
  wire.set_version(balance.version);
  SetBalances(balance.balances, balance.scale, balance.posted, balance.available,
              wire.mutable_balances());
  return wire;
}

v1::Transaction ToWire(const reference::Transaction& transaction) {
  v1::Transaction wire;
  wire.set_transaction_id(transaction.transaction_id);
  wire.set_status(static_cast<v1::TransactionStatus>(transaction.status));
  for (const reference::StoredPosting& from : transaction.postings) {
    v1::Posting* posting = wire.add_postings();
    posting->set_debit_account_id(from.debit_account_id);
    posting->set_credit_account_id(from.credit_account_id);
    posting->set_amount(domain::FormatMinor(from.amount, from.scale));
    if (from.posted) posting->set_posted_amount(domain::FormatMinor(*from.posted, from.scale));
  }
  wire.set_type(transaction.type);
  wire.set_reference(transaction.reference);
  wire.set_description(transaction.description);
  for (const auto& [key, value] : transaction.metadata) (*wire.mutable_metadata())[key] = value;
  if (transaction.effective_time)
    SetTime(*transaction.effective_time, wire.mutable_effective_time());
  SetTime(transaction.commit_time, wire.mutable_commit_time());
  if (transaction.expire_time) SetTime(*transaction.expire_time, wire.mutable_expire_time());
  wire.set_position(transaction.position);
  wire.set_reverses_transaction_id(transaction.reverses_transaction_id);
  wire.set_reversed_by_transaction_id(transaction.reversed_by_transaction_id);
  wire.set_correlation_id(transaction.correlation_id);
  wire.set_causation_id(transaction.causation_id);
  if (transaction.refusal) *wire.mutable_refusal() = ToWire(*transaction.refusal);
  if (transaction.end_time) SetTime(*transaction.end_time, wire.mutable_end_time());
  wire.set_end_reason(transaction.end_reason);
  wire.set_version(transaction.version);
  return wire;
}

v1::TransactionResult ToResult(const std::string& transaction_id, const reference::Answer& answer) {
  v1::TransactionResult wire;
  wire.set_transaction_id(transaction_id);
  wire.set_status(static_cast<v1::TransactionStatus>(answer.status));
  wire.set_position(answer.position);
  wire.set_replayed(answer.replayed);
  if (answer.refusal) *wire.mutable_refusal() = ToWire(*answer.refusal);
  return wire;
}

v1::Refusal RefusalOf(const grpc::Status& status) {
  v1::Refusal refusal;
  refusal.set_code(status.error_code());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return refusal;
  for (const auto& detail : details.details()) {
    google::rpc::ErrorInfo info;
    if (!detail.UnpackTo(&info)) continue;
    refusal.set_reason(info.reason());
    *refusal.mutable_metadata() = info.metadata();
  }
  return refusal;
}

std::int64_t Nanoseconds(const google::protobuf::Timestamp& time) {
  return time.seconds() * kNanosecondsPerSecond + time.nanos();
}

}  // namespace florin::integration
