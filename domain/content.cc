#include "domain/content.h"

#include <algorithm>

namespace florin::domain {
namespace {

bool Same(const std::optional<Decimal>& a, const std::optional<Decimal>& b) {
  return a.has_value() == b.has_value() && (!a || a->SameValue(*b));
}

/// Unspecified means both.
SuspendScope Normalized(SuspendScope scope) {
  return scope == SuspendScope::kUnspecified ? SuspendScope::kBoth : scope;
}

bool SamePostings(const Transaction& a, const Transaction& b) {
  return std::equal(a.postings.begin(), a.postings.end(), b.postings.begin(), b.postings.end(),
                    [](const TransactionPosting& x, const TransactionPosting& y) {
                      return x.debit_account_id == y.debit_account_id &&
                             x.credit_account_id == y.credit_account_id &&
                             x.amount.SameValue(y.amount);
                    });
}

bool SameChecks(const std::vector<BalanceCheck>& a, const std::vector<BalanceCheck>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const BalanceCheck& x, const BalanceCheck& y) {
        return x.account_id == y.account_id && Same(x.min_available, y.min_available) &&
               Same(x.max_posted, y.max_posted);
      });
}

std::string DifferingCreate(const Transaction& again, const Transaction& first) {
  if (!first.reverses_transaction_id.empty()) return "command";
  if (!SamePostings(again, first)) return "postings";
  if (again.type != first.type) return "type";
  if (again.reference != first.reference) return "reference";
  if (again.description != first.description) return "description";
  if (again.metadata != first.metadata) return "metadata";
  if (again.effective_time != first.effective_time) return "effective_time";
  if (again.is_hold != first.is_hold || again.hold_timeout_ns != first.hold_timeout_ns)
    return "hold";
  if (!SameChecks(again.balance_checks, first.balance_checks)) return "balance_checks";
  return "";
}

std::string DifferingReverse(const ReverseTransaction& again, const Transaction& first) {
  if (first.reverses_transaction_id.empty()) return "command";
  if (again.reverses_transaction_id != first.reverses_transaction_id)
    return "reverses_transaction_id";
  if (again.reason != first.description) return "reason";
  if (again.metadata != first.metadata) return "metadata";
  if (again.effective_time != first.effective_time) return "effective_time";
  return "";
}

bool SameMinor(const std::optional<Decimal>& asked, int scale, const std::optional<Int128>& has) {
  if (!asked) return !has;
  Int128 minor = 0;
  return has && ToMinor(*asked, scale, &minor) == ScaleFit::kFits && minor == *has;
}

}  // namespace

std::string DifferingField(const TransactionCommand& command, const Transaction& first) {
  if (const auto* create = std::get_if<CreateTransaction>(&command))
    return DifferingCreate(create->transaction, first);
  if (const auto* reverse = std::get_if<ReverseTransaction>(&command))
    return DifferingReverse(*reverse, first);
  return "command";
}

std::string DifferingField(const SettleTransaction& again, const SettleTransaction& first) {
  if (!Same(again.amount, first.amount)) return "amount";
  const bool same = std::equal(again.amounts.begin(), again.amounts.end(), first.amounts.begin(),
                               first.amounts.end(),
                               [](const Decimal& a, const Decimal& b) { return a.SameValue(b); });
  return same ? "" : "amounts";
}

std::string DifferingField(const VoidTransaction& again, const VoidTransaction& first) {
  return again.reason == first.reason ? "" : "reason";
}

std::string DifferingField(const ChangeAccount& again, const ChangeAccount& first) {
  if (again.kind != first.kind) return "command";
  if (again.kind == AccountChangeKind::kUpdate) {
    const bool same_limits = Same(again.limits.overdraft_limit, first.limits.overdraft_limit) &&
                             again.limits.unlimited_overdraft == first.limits.unlimited_overdraft &&
                             Same(again.limits.max_balance, first.limits.max_balance);
    if (!same_limits) return "limits";
    if (again.metadata != first.metadata) return "metadata";
    if (again.owner_id != first.owner_id) return "owner_id";
    if (again.update_mask != first.update_mask) return "update_mask";
    return "";
  }
  if (again.reason != first.reason) return "reason";
  if (Normalized(again.scope) != Normalized(first.scope)) return "scope";
  return "";
}

std::string DifferingField(const OpenAccount& again, const AccountState& opened) {
  if (again.owner_id != opened.owner_id) return "owner_id";
  if (again.asset != opened.asset) return "asset";
  if (again.type != opened.type) return "type";
  const Limits& limits = opened.limits;
  const auto overdraft = again.limits.overdraft_limit.value_or(Decimal{});
  const bool same_limits = SameMinor(overdraft, opened.scale, limits.overdraft_limit) &&
                           again.limits.unlimited_overdraft == limits.unlimited_overdraft &&
                           SameMinor(again.limits.max_balance, opened.scale, limits.max_balance);
  if (!same_limits) return "limits";
  if (again.metadata != opened.metadata) return "metadata";
  return "";
}

std::string DifferingRequest(const TransactionCommand& again, const TransactionCommand& first) {
  if (again.index() != first.index()) return "command";
  if (const auto* settle = std::get_if<SettleTransaction>(&again)) {
    return DifferingField(*settle, std::get<SettleTransaction>(first));
  }
  return DifferingField(std::get<VoidTransaction>(again), std::get<VoidTransaction>(first));
}

}  // namespace florin::domain
