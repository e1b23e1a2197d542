#include "reference/checks.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "domain/amount.h"
#include "reference/shape.h"

namespace florin::reference {
namespace {

using domain::Reason;
using domain::Side;
using domain::SuspendScope;

/// What the whole transaction does to one account, in the order in which
/// accounts are first named: by postings, then by balance checks.
struct Effect {
  const Account* account = nullptr;
  bool named_by_posting = false;
  bool overflow = false;
  Int128 debits = 0;
  Int128 credits = 0;
  std::optional<Int128> min_available;
  std::optional<Int128> max_posted;
  /// The account as it would stand.
  Account after;
};

Effect& EffectOn(const ReferenceLedger& ledger, const std::string& account_id,
                 std::vector<Effect>* effects) {
  for (Effect& effect : *effects) {
    if (effect.account->account_id == account_id) return effect;
  }
  Effect effect;
  effect.account = ledger.FindAccount(account_id);
  effects->push_back(effect);
  return effects->back();
}

void AddTo(Int128* sum, Int128 amount, Effect* effect) {
  const auto total = domain::CheckedAdd(*sum, amount);
  if (!total) {
    effect->overflow = true;
    return;
  }
  *sum = *total;
}

// posted + pending of each side has to stay within 2^127 - 1, which is what 128
// signed bits hold.
void AddEffect(bool is_hold, Effect* effect) {
  effect->after = *effect->account;
  Balances& balances = effect->after.balances;
  AddTo(is_hold ? &balances.debits_pending : &balances.debits_posted, effect->debits, effect);
  AddTo(is_hold ? &balances.credits_pending : &balances.credits_posted, effect->credits, effect);
  if (!domain::CheckedAdd(balances.debits_posted, balances.debits_pending)) effect->overflow = true;
  if (!domain::CheckedAdd(balances.credits_posted, balances.credits_pending))
    effect->overflow = true;
}

std::vector<Effect> EffectsOf(const ReferenceLedger& ledger,
                              const std::vector<StoredPosting>& postings, bool is_hold,
                              const std::vector<BalanceCheck>& balance_checks) {
  std::vector<Effect> effects;
  for (const StoredPosting& posting : postings) {
    for (const Side side : {Side::kDebit, Side::kCredit}) {
      const bool debit = side == Side::kDebit;
      Effect& effect =
          EffectOn(ledger, debit ? posting.debit_account_id : posting.credit_account_id, &effects);
      effect.named_by_posting = true;
      if (!posting.fits) effect.overflow = true;
      AddTo(debit ? &effect.debits : &effect.credits, posting.amount, &effect);
    }
  }
  for (const BalanceCheck& check : balance_checks) {
    Effect& effect = EffectOn(ledger, check.account_id, &effects);
    bool fits = true;
    if (!check.min_available.empty()) {
      effect.min_available = ToMinorUnits(check.min_available, effect.account->scale, &fits);
    }
    if (!fits) effect.overflow = true;
    if (!check.max_posted.empty())
      effect.max_posted = ToMinorUnits(check.max_posted, effect.account->scale, &fits);
    if (!fits) effect.overflow = true;
  }
  for (Effect& effect : effects) AddEffect(is_hold, &effect);
  return effects;
}

bool LacksFunds(const Effect& effect) {
  const Account& before = *effect.account;
  const Int128 available = effect.after.Available();
  if (effect.min_available && available < *effect.min_available) return true;
  if (!effect.named_by_posting || before.unlimited_overdraft) return false;
  return available < -before.overdraft_limit && available < before.Available();
}

// The amount is what the transaction takes, all its postings together; a
// balance check may fail without any.
Refusal InsufficientFunds(const Effect& effect) {
  const Account& account = *effect.account;
  const Int128 taken = account.Available() - effect.after.Available();
  return {Reason::kInsufficientFunds,
          {{"account_id", account.account_id},
           {"available", domain::FormatMinor(account.Available(), account.scale)},
           {"amount", domain::FormatMinor(taken > 0 ? taken : 0, account.scale)}}};
}

Refusal BalanceLimitExceeded(const Effect& effect, Int128 limit, Int128 balance) {
  const Account& account = *effect.account;
  return {Reason::kBalanceLimitExceeded,
          {{"account_id", account.account_id},
           {"max_balance", domain::FormatMinor(limit, account.scale)},
           {"balance", domain::FormatMinor(balance, account.scale)}}};
}

std::optional<Refusal> CheckBalanceLimit(const Effect& effect) {
  const Account& before = *effect.account;
  const Int128 incoming = effect.after.PostedAndPendingIn();
  if (effect.named_by_posting && before.max_balance && incoming > *before.max_balance &&
      incoming > before.PostedAndPendingIn()) {
    return BalanceLimitExceeded(effect, *before.max_balance, incoming);
  }
  if (effect.max_posted && effect.after.Posted() > *effect.max_posted) {
    return BalanceLimitExceeded(effect, *effect.max_posted, effect.after.Posted());
  }
  return std::nullopt;
}

bool StopsSide(const Account& account, Side side) {
  if (account.status != domain::AccountStatus::kSuspended) return false;
  if (account.suspend_scope == SuspendScope::kDebits) return side == Side::kDebit;
  if (account.suspend_scope == SuspendScope::kCredits) return side == Side::kCredit;
  return true;
}

}  // namespace

Int128 ToMinorUnits(const std::string& amount, int scale, bool* fits) {
  Int128 minor = 0;
  *fits = domain::ToMinor(*ParseSigned(amount), scale, &minor) == domain::ScaleFit::kFits;
  return *fits ? minor : domain::kAmountMax;
}

bool ExceedsScale(const std::string& amount, int scale) {
  return ParseSigned(amount)->decimals > scale;
}

std::optional<Refusal> CheckAccountsExist(const ReferenceLedger& ledger,
                                          const CreateTransaction& command) {
  std::vector<std::string> named;
  for (const Posting& posting : command.postings) {
    named.push_back(posting.debit_account_id);
    named.push_back(posting.credit_account_id);
  }
  for (const VersionCheck& check : command.version_checks) named.push_back(check.account_id);
  for (const BalanceCheck& check : command.balance_checks) named.push_back(check.account_id);
  for (const std::string& account_id : named) {
    if (ledger.FindAccount(account_id) != nullptr) continue;
    return Refusal{Reason::kAccountNotFound, {{"account_id", account_id}}};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckVersions(const ReferenceLedger& ledger,
                                     const CreateTransaction& command) {
  for (const VersionCheck& check : command.version_checks) {
    const Account& account = *ledger.FindAccount(check.account_id);
    if (account.version == check.expected_version) continue;
    return Refusal{Reason::kVersionConflict,
                   {{"account_id", check.account_id},
                    {"expected", std::to_string(check.expected_version)},
                    {"actual", std::to_string(account.version)}}};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckAssets(const ReferenceLedger& ledger,
                                   const CreateTransaction& command) {
  for (const Posting& posting : command.postings) {
    const Account& debited = *ledger.FindAccount(posting.debit_account_id);
    const Account& credited = *ledger.FindAccount(posting.credit_account_id);
    if (debited.asset == credited.asset) continue;
    return Refusal{Reason::kAssetMismatch,
                   {{"account_id", credited.account_id},
                    {"asset", credited.asset},
                    {"other_account_id", debited.account_id},
                    {"other_asset", debited.asset}}};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckScales(const ReferenceLedger& ledger,
                                   const CreateTransaction& command) {
  for (const Posting& posting : command.postings) {
    const Account& account = *ledger.FindAccount(posting.debit_account_id);
    if (!ExceedsScale(posting.amount, account.scale)) continue;
    return Refusal{Reason::kAmountScaleExceeded, {{"scale", std::to_string(account.scale)}}};
  }
  for (const BalanceCheck& check : command.balance_checks) {
    const Account& account = *ledger.FindAccount(check.account_id);
    for (const std::string& bound : {check.min_available, check.max_posted}) {
      if (bound.empty() || !ExceedsScale(bound, account.scale)) continue;
      return Refusal{Reason::kAmountScaleExceeded, {{"scale", std::to_string(account.scale)}}};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckNotClosed(const ReferenceLedger& ledger,
                                      const std::vector<StoredPosting>& postings) {
  for (const StoredPosting& posting : postings) {
    for (const std::string& account_id : {posting.debit_account_id, posting.credit_account_id}) {
      if (ledger.FindAccount(account_id)->status != domain::AccountStatus::kClosed) continue;
      return Refusal{Reason::kAccountClosed, {{"account_id", account_id}}};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckNotSuspended(const ReferenceLedger& ledger,
                                         const std::vector<StoredPosting>& postings) {
  for (const StoredPosting& posting : postings) {
    const Account& debited = *ledger.FindAccount(posting.debit_account_id);
    if (StopsSide(debited, Side::kDebit)) {
      return Refusal{Reason::kAccountSuspended, {{"account_id", debited.account_id}}};
    }
    const Account& credited = *ledger.FindAccount(posting.credit_account_id);
    if (StopsSide(credited, Side::kCredit)) {
      return Refusal{Reason::kAccountSuspended, {{"account_id", credited.account_id}}};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> CheckOutcome(const ReferenceLedger& ledger,
                                    const std::vector<StoredPosting>& postings, bool is_hold,
                                    const std::vector<BalanceCheck>& balance_checks) {
  const std::vector<Effect> effects = EffectsOf(ledger, postings, is_hold, balance_checks);
  for (const Effect& effect : effects) {
    if (!effect.overflow) continue;
    return Refusal{Reason::kAmountOverflow, {{"account_id", effect.account->account_id}}};
  }
  for (const Effect& effect : effects) {
    if (LacksFunds(effect)) return InsufficientFunds(effect);
  }
  for (const Effect& effect : effects) {
    if (auto refusal = CheckBalanceLimit(effect)) return refusal;
  }
  return std::nullopt;
}

}  // namespace florin::reference
