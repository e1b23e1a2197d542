#include "storage/events/proto_convert.h"

#include "domain/amount.h"
#include "domain/reason.h"

namespace florin::storage {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

template <typename Proto, typename... Value>
Proto Made(const Value&... value) {
  Proto proto;
  ToProto(value..., &proto);
  return proto;
}

void AddPosting(const domain::TransactionPosting& posting, florin::v1::Posting* out) {
  out->set_debit_account_id(posting.debit_account_id);
  out->set_credit_account_id(posting.credit_account_id);
  domain::AppendMinor(out->mutable_amount(), posting.amount.digits, posting.amount.decimals);
  if (posting.posted && *posting.posted != posting.amount.digits) {
    domain::AppendMinor(out->mutable_posted_amount(), *posting.posted, posting.amount.decimals);
  }
}

}  // namespace

SplitTime Split(std::int64_t time) {
  std::int64_t seconds = time / kNanosPerSecond;
  std::int64_t nanos = time % kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  return {seconds, static_cast<std::int32_t>(nanos)};
}

void ToProto(std::int64_t time, google::protobuf::Timestamp* out) {
  const SplitTime split = Split(time);
  out->set_seconds(split.seconds);
  out->set_nanos(split.nanos);
}

google::protobuf::Timestamp TimestampProto(std::int64_t time) {
  return Made<google::protobuf::Timestamp>(time);
}

void ToProto(const domain::StringMap& map, google::protobuf::Map<std::string, std::string>* out) {
  for (const auto& [key, value] : map) (*out)[key] = value;
}

void ToProto(const domain::Refusal& refusal, florin::v1::Refusal* out) {
  const domain::ReasonInfo& info = domain::InfoOf(refusal.reason);
  out->set_code(info.code);
  out->set_reason(info.name.data(), info.name.size());
  out->set_message(refusal.message);
  if (!refusal.metadata.empty()) ToProto(refusal.metadata, out->mutable_metadata());
}

florin::v1::Refusal ToProto(const domain::Refusal& refusal) {
  return Made<florin::v1::Refusal>(refusal);
}

void ToProto(const domain::Asset& asset, florin::v1::Asset* out) {
  out->set_code(asset.code);
  out->set_scale(asset.scale);
  out->set_name(asset.name);
}

florin::v1::Asset ToProto(const domain::Asset& asset) { return Made<florin::v1::Asset>(asset); }

void ToProto(const domain::Balances& balances, int scale, bool debit_normal,
             florin::v1::Balances* out) {
  domain::AppendMinor(out->mutable_debits_posted(), balances.debits_posted, scale);
  domain::AppendMinor(out->mutable_credits_posted(), balances.credits_posted, scale);
  domain::AppendMinor(out->mutable_debits_pending(), balances.debits_pending, scale);
  domain::AppendMinor(out->mutable_credits_pending(), balances.credits_pending, scale);
  domain::AppendMinor(out->mutable_posted(), balances.Posted(debit_normal), scale);
  domain::AppendMinor(out->mutable_available(), balances.Available(debit_normal), scale);
}

florin::v1::Balances ToProto(const domain::Balances& balances, int scale, bool debit_normal) {
  return Made<florin::v1::Balances>(balances, scale, debit_normal);
}

void ToProto(const domain::Limits& limits, int scale, florin::v1::Limits* out) {
  out->set_unlimited_overdraft(limits.unlimited_overdraft);
  if (!limits.unlimited_overdraft || limits.overdraft_limit != 0) {
    domain::AppendMinor(out->mutable_overdraft_limit(), limits.overdraft_limit, scale);
  }
  if (limits.max_balance)
    domain::AppendMinor(out->mutable_max_balance(), *limits.max_balance, scale);
}

void ToProto(const domain::AccountState& account, florin::v1::Account* out) {
  out->set_account_id(account.account_id);
  if (!account.owner_id.empty()) out->set_owner_id(account.owner_id);
  out->set_asset(account.asset);
  out->set_type(static_cast<florin::v1::AccountType>(account.type));
  out->set_status(static_cast<florin::v1::AccountStatus>(account.status));
  ToProto(account.limits, account.scale, out->mutable_limits());
  ToProto(account.balances, account.scale, account.DebitNormal(), out->mutable_balances());
  out->set_version(account.version);
  out->set_position(account.position);
  ToProto(account.open_time, out->mutable_open_time());
  ToProto(account.update_time, out->mutable_update_time());
  if (!account.metadata.empty()) ToProto(account.metadata, out->mutable_metadata());
  out->set_suspend_scope(static_cast<florin::v1::SuspendScope>(account.suspend_scope));
}

florin::v1::Account ToProto(const domain::AccountState& account) {
  return Made<florin::v1::Account>(account);
}

void ToProto(const AccountAfter& account, florin::v1::AccountBalance* out) {
  out->set_account_id(account.account_id);
  out->set_version(account.version);
  ToProto(account.balances, account.scale, account.debit_normal, out->mutable_balances());
}

florin::v1::AccountBalance ToProto(const AccountAfter& account) {
  return Made<florin::v1::AccountBalance>(account);
}

void ToProto(const domain::Transaction& transaction, florin::v1::Transaction* out) {
  out->set_transaction_id(transaction.transaction_id);
  out->set_status(static_cast<florin::v1::TransactionStatus>(transaction.status));
  out->mutable_postings()->Reserve(static_cast<int>(transaction.postings.size()));
  for (const domain::TransactionPosting& posting : transaction.postings)
    AddPosting(posting, out->add_postings());
  // An unset string costs nothing, an empty one that is set does.
  if (!transaction.type.empty()) out->set_type(transaction.type);
  if (!transaction.reference.empty()) out->set_reference(transaction.reference);
  if (!transaction.description.empty()) out->set_description(transaction.description);
  if (!transaction.metadata.empty()) ToProto(transaction.metadata, out->mutable_metadata());
  if (transaction.effective_time)
    ToProto(*transaction.effective_time, out->mutable_effective_time());
  if (transaction.commit_time != 0) ToProto(transaction.commit_time, out->mutable_commit_time());
  if (transaction.expire_time) ToProto(*transaction.expire_time, out->mutable_expire_time());
  out->set_position(transaction.position);
  if (!transaction.reverses_transaction_id.empty())
    out->set_reverses_transaction_id(transaction.reverses_transaction_id);
  if (!transaction.reversed_by_transaction_id.empty())
    out->set_reversed_by_transaction_id(transaction.reversed_by_transaction_id);
  if (!transaction.correlation_id.empty()) out->set_correlation_id(transaction.correlation_id);
  if (!transaction.causation_id.empty()) out->set_causation_id(transaction.causation_id);
  if (transaction.refusal) ToProto(*transaction.refusal, out->mutable_refusal());
  if (transaction.end_time) ToProto(*transaction.end_time, out->mutable_end_time());
  if (!transaction.end_reason.empty()) out->set_end_reason(transaction.end_reason);
  out->set_version(transaction.version);
}

florin::v1::Transaction ToProto(const domain::Transaction& transaction) {
  return Made<florin::v1::Transaction>(transaction);
}

}  // namespace florin::storage
