#include "reference/content.h"

#include <cstddef>
#include <set>
#include <vector>

#include "domain/amount.h"
#include "reference/shape.h"

namespace florin::reference {
namespace {

using domain::SuspendScope;

bool SamePostings(const std::vector<Posting>& a, const std::vector<Posting>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].debit_account_id != b[i].debit_account_id) return false;
    if (a[i].credit_account_id != b[i].credit_account_id) return false;
    if (!SameAmount(a[i].amount, b[i].amount)) return false;
  }
  return true;
}

bool SameHold(const std::optional<Hold>& a, const std::optional<Hold>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a.has_value() || a->timeout_ns == b->timeout_ns;
}

bool SameBalanceChecks(const std::vector<BalanceCheck>& a, const std::vector<BalanceCheck>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].account_id != b[i].account_id) return false;
    if (!SameAmount(a[i].min_available, b[i].min_available)) return false;
    if (!SameAmount(a[i].max_posted, b[i].max_posted)) return false;
  }
  return true;
}

bool SameAmounts(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!SameAmount(a[i], b[i])) return false;
  }
  return true;
}

// An absent overdraft limit is zero; an absent highest balance is none at all.
bool SameLimits(const LimitsRequest& a, const LimitsRequest& b) {
  const std::string zero = "0";
  const std::string& a_overdraft = a.overdraft_limit.empty() ? zero : a.overdraft_limit;
  const std::string& b_overdraft = b.overdraft_limit.empty() ? zero : b.overdraft_limit;
  return SameAmount(a_overdraft, b_overdraft) && a.unlimited_overdraft == b.unlimited_overdraft &&
         SameAmount(a.max_balance, b.max_balance);
}

SuspendScope Normal(SuspendScope scope) {
  return scope == SuspendScope::kUnspecified ? SuspendScope::kBoth : scope;
}

}  // namespace

bool SameAmount(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty();
  const auto first = ParseSigned(a);
  const auto second = ParseSigned(b);
  if (!first || !second) return a == b;
  // Compared as text without the zeros at the end, which says the same as
  // cross-multiplying and cannot overflow.
  const auto trimmed = [](domain::Decimal value) {
    while (value.decimals > 0 && value.digits % 10 == 0) {
      value.digits /= 10;
      --value.decimals;
    }
    return value;
  };
  const domain::Decimal x = trimmed(*first);
  const domain::Decimal y = trimmed(*second);
  return x.digits == y.digits && x.decimals == y.decimals;
}

std::string FirstDifference(const CreateTransaction& a, const CreateTransaction& b) {
  if (!SamePostings(a.postings, b.postings)) return "postings";
  if (a.type != b.type) return "type";
  if (a.reference != b.reference) return "reference";
  if (a.description != b.description) return "description";
  if (a.metadata != b.metadata) return "metadata";
  if (a.effective_time != b.effective_time) return "effective_time";
  if (!SameHold(a.hold, b.hold)) return "hold";
  if (!SameBalanceChecks(a.balance_checks, b.balance_checks)) return "balance_checks";
  return "";
}

std::string FirstDifference(const ReverseTransaction& a, const ReverseTransaction& b) {
  if (a.reverses_transaction_id != b.reverses_transaction_id) return "reverses_transaction_id";
  if (a.reason != b.reason) return "reason";
  if (a.metadata != b.metadata) return "metadata";
  if (a.effective_time != b.effective_time) return "effective_time";
  return "";
}

std::string FirstDifference(const SettleTransaction& a, const SettleTransaction& b) {
  if (!SameAmount(a.amount, b.amount)) return "amount";
  if (!SameAmounts(a.amounts, b.amounts)) return "amounts";
  return "";
}

std::string FirstDifference(const VoidTransaction& a, const VoidTransaction& b) {
  return a.reason == b.reason ? "" : "reason";
}

std::string FirstDifference(const OpenAccount& a, const OpenAccount& b) {
  if (a.owner_id != b.owner_id) return "owner_id";
  if (a.asset != b.asset) return "asset";
  if (a.type != b.type) return "type";
  if (!SameLimits(a.limits, b.limits)) return "limits";
  if (a.metadata != b.metadata) return "metadata";
  return "";
}

std::string FirstDifference(const UpdateAccount& a, const UpdateAccount& b) {
  if (!SameLimits(a.limits, b.limits)) return "limits";
  if (a.metadata != b.metadata) return "metadata";
  if (a.owner_id != b.owner_id) return "owner_id";
  if (a.update_mask != b.update_mask) return "update_mask";
  return "";
}

std::string FirstDifference(const SuspendAccount& a, const SuspendAccount& b) {
  if (a.reason != b.reason) return "reason";
  if (Normal(a.scope) != Normal(b.scope)) return "scope";
  return "";
}

std::string FirstDifference(const ReactivateAccount& a, const ReactivateAccount& b) {
  return a.reason == b.reason ? "" : "reason";
}

std::string FirstDifference(const CloseAccount& a, const CloseAccount& b) {
  return a.reason == b.reason ? "" : "reason";
}

}  // namespace florin::reference
