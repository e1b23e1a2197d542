#include "tests/integration/reference/wire.h"

namespace florin::integration {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

template <typename Message>
void SetTime(std::int64_t nanoseconds, Message* message) {
  message->set_seconds(nanoseconds / kNanosecondsPerSecond);
  message->set_nanos(static_cast<std::int32_t>(nanoseconds % kNanosecondsPerSecond));
}

template <typename Map>
void SetMap(const reference::StringMap& values, Map* map) {
  for (const auto& [key, value] : values) (*map)[key] = value;
}

void SetLimits(const reference::LimitsRequest& from, v1::Limits* to) {
  to->set_overdraft_limit(from.overdraft_limit);
  to->set_unlimited_overdraft(from.unlimited_overdraft);
  to->set_max_balance(from.max_balance);
}

bool IsEmpty(const reference::LimitsRequest& limits) {
  return limits.overdraft_limit.empty() && !limits.unlimited_overdraft &&
         limits.max_balance.empty();
}

// What suspend, reactivate and close have in common.
template <typename Request, typename Command>
Request ChangeRequest(const Command& command) {
  Request request;
  request.set_account_id(command.account_id);
  request.set_reason(command.reason);
  request.set_expected_version(command.expected_version);
  request.set_request_id(command.request_id);
  return request;
}

}  // namespace

v1::RegisterAssetRequest ToRequest(const reference::RegisterAsset& command) {
  v1::RegisterAssetRequest request;
  request.mutable_asset()->set_code(command.code);
  request.mutable_asset()->set_scale(command.scale);
  request.mutable_asset()->set_name(command.name);
  return request;
}

v1::OpenAccountRequest ToRequest(const reference::OpenAccount& command) {
  v1::OpenAccountRequest request;
  request.set_account_id(command.account_id);
  request.set_owner_id(command.owner_id);
  request.set_asset(command.asset);
  request.set_type(static_cast<v1::AccountType>(command.type));
  if (!IsEmpty(command.limits)) SetLimits(command.limits, request.mutable_limits());
  SetMap(command.metadata, request.mutable_metadata());
  return request;
}

v1::UpdateAccountRequest ToRequest(const reference::UpdateAccount& command) {
  v1::UpdateAccountRequest request;
  request.set_account_id(command.account_id);
  if (!IsEmpty(command.limits)) SetLimits(command.limits, request.mutable_limits());
  SetMap(command.metadata, request.mutable_metadata());
  request.set_expected_version(command.expected_version);
  request.set_request_id(command.request_id);
  request.set_owner_id(command.owner_id);
  if (command.update_mask) {
    for (const std::string& path : *command.update_mask)
      request.mutable_update_mask()->add_paths(path);
  }
  return request;
}

v1::SuspendAccountRequest ToRequest(const reference::SuspendAccount& command) {
  auto request = ChangeRequest<v1::SuspendAccountRequest>(command);
  request.set_scope(static_cast<v1::SuspendScope>(command.scope));
  return request;
}

v1::ReactivateAccountRequest ToRequest(const reference::ReactivateAccount& command) {
  return ChangeRequest<v1::ReactivateAccountRequest>(command);
}

v1::CloseAccountRequest ToRequest(const reference::CloseAccount& command) {
  return ChangeRequest<v1::CloseAccountRequest>(command);
}

v1::CreateTransactionRequest ToRequest(const reference::CreateTransaction& command) {
  v1::CreateTransactionRequest request;
  request.set_transaction_id(command.transaction_id);
  for (const reference::Posting& from : command.postings) {
    v1::Posting* posting = request.add_postings();
    posting->set_debit_account_id(from.debit_account_id);
    posting->set_credit_account_id(from.credit_account_id);
    posting->set_amount(from.amount);
  }
  request.set_type(command.type);
  request.set_reference(command.reference);
  request.set_description(command.description);
  SetMap(command.metadata, request.mutable_metadata());
  if (command.effective_time) SetTime(*command.effective_time, request.mutable_effective_time());
  if (command.hold) {
    v1::Hold* hold = request.mutable_hold();
    if (command.hold->timeout_ns) SetTime(*command.hold->timeout_ns, hold->mutable_timeout());
  }
  for (const reference::VersionCheck& from : command.version_checks) {
    v1::VersionCheck* check = request.add_version_checks();
    check->set_account_id(from.account_id);
    check->set_expected_version(from.expected_version);
  }
  request.set_validate_only(command.validate_only);
  request.set_correlation_id(command.correlation_id);
  request.set_causation_id(command.causation_id);
  for (const reference::BalanceCheck& from : command.balance_checks) {
    v1::BalanceCheck* check = request.add_balance_checks();
    check->set_account_id(from.account_id);
    check->set_min_available(from.min_available);
    check->set_max_posted(from.max_posted);
  }
  return request;
}

v1::SettleTransactionRequest ToRequest(const reference::SettleTransaction& command) {
  v1::SettleTransactionRequest request;
  request.set_transaction_id(command.transaction_id);
  request.set_amount(command.amount);
  request.set_request_id(command.request_id);
  for (const std::string& amount : command.amounts) request.add_amounts(amount);
  return request;
}

v1::VoidTransactionRequest ToRequest(const reference::VoidTransaction& command) {
  v1::VoidTransactionRequest request;
  request.set_transaction_id(command.transaction_id);
  request.set_reason(command.reason);
  request.set_request_id(command.request_id);
  return request;
}

v1::ReverseTransactionRequest ToRequest(const reference::ReverseTransaction& command) {
  v1::ReverseTransactionRequest request;
  request.set_transaction_id(command.transaction_id);
  request.set_reverses_transaction_id(command.reverses_transaction_id);
  request.set_reason(command.reason);
  SetMap(command.metadata, request.mutable_metadata());
  if (command.effective_time) SetTime(*command.effective_time, request.mutable_effective_time());
  request.set_correlation_id(command.correlation_id);
  request.set_causation_id(command.causation_id);
  return request;
}

v1::TransactionCommand ToRequest(const reference::TransactionCommand& command) {
  v1::TransactionCommand request;
  if (const auto* create = std::get_if<reference::CreateTransaction>(&command)) {
    *request.mutable_create_transaction() = ToRequest(*create);
  } else if (const auto* settle = std::get_if<reference::SettleTransaction>(&command)) {
    *request.mutable_settle_transaction() = ToRequest(*settle);
  } else if (const auto* end = std::get_if<reference::VoidTransaction>(&command)) {
    *request.mutable_void_transaction() = ToRequest(*end);
  } else if (const auto* reverse = std::get_if<reference::ReverseTransaction>(&command)) {
    *request.mutable_reverse_transaction() = ToRequest(*reverse);
  }
  return request;
}

}  // namespace florin::integration
