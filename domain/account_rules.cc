#include "domain/account_rules.h"

#include "domain/refusal_text.h"

namespace florin::domain {
namespace {

AccountDecision Refuse(Refusal refusal) {
  AccountDecision decision;
  decision.refusal = std::move(refusal);
  return decision;
}

/// A limit at the asset's scale; on failure `decision` is refused.
std::optional<Int128> ResolveLimit(const Decimal& value, const AccountState& account,
                                   std::optional<Refusal>* refusal) {
  Int128 minor = 0;
  switch (ToMinor(value, account.scale, &minor)) {
    case ScaleFit::kFits:
      return minor;
    case ScaleFit::kTooManyDecimals:
      *refusal = ScaleExceeded(value, account.asset, account.scale);
      return std::nullopt;
    case ScaleFit::kOverflow:
      if (!*refusal) *refusal = AmountTooLarge("a limit", account.account_id);
      return std::nullopt;
  }
  return std::nullopt;
}

/// Both limits are looked at, since too many decimals comes before too large.
std::optional<Refusal> ResolveLimits(const LimitsRequest& request, std::uint8_t mask,
                                     AccountState* account) {
  std::optional<Refusal> scale;
  std::optional<Refusal> overflow;
  const auto resolve = [&](const Decimal& value) {
    std::optional<Refusal> refusal;
    const auto minor = ResolveLimit(value, *account, &refusal);
    if (refusal) {
      auto& slot = refusal->reason == Reason::kAmountScaleExceeded ? scale : overflow;
      if (!slot) slot = std::move(refusal);
    }
    return minor;
  };
  if ((mask & kUpdateOverdraftLimit) != 0)
    account->limits.overdraft_limit =
        resolve(request.overdraft_limit.value_or(Decimal{})).value_or(0);
  if ((mask & kUpdateUnlimitedOverdraft) != 0)
    account->limits.unlimited_overdraft = request.unlimited_overdraft;
  if ((mask & kUpdateMaxBalance) != 0) {
    account->limits.max_balance.reset();
    if (request.max_balance) account->limits.max_balance = resolve(*request.max_balance);
  }
  return scale ? scale : overflow;
}

std::uint8_t ChangedFields(const AccountState& before, const AccountState& after) {
  std::uint8_t changed = 0;
  if (before.limits.overdraft_limit != after.limits.overdraft_limit)
    changed |= kUpdateOverdraftLimit;
  if (before.limits.unlimited_overdraft != after.limits.unlimited_overdraft)
    changed |= kUpdateUnlimitedOverdraft;
  if (before.limits.max_balance != after.limits.max_balance) changed |= kUpdateMaxBalance;
  if (before.metadata != after.metadata) changed |= kUpdateMetadata;
  if (before.owner_id != after.owner_id) changed |= kUpdateOwner;
  return changed;
}

void FinishChange(const ChangeAccount& command, bool changes, std::int64_t commit_time,
                  AccountDecision* decision) {
  // Without a request_id there is nothing to remember; with one, the id must be found again.
  if (!changes && command.request_id.empty()) {
    decision->nothing_to_do = true;
    return;
  }
  decision->after.update_time = commit_time;
  ++decision->after.version;
}

AccountDecision DecideUpdate(const ChangeAccount& command, const AccountState& account,
                             std::int64_t commit_time) {
  AccountDecision decision;
  decision.after = account;
  const auto refusal = ResolveLimits(command.limits, command.update_mask, &decision.after);
  if (refusal && refusal->reason == Reason::kAmountScaleExceeded) return Refuse(*refusal);
  if (account.status == AccountStatus::kClosed) return Refuse(AccountClosed(account.account_id));
  if (refusal) return Refuse(*refusal);
  if (decision.after.limits.unlimited_overdraft && decision.after.limits.overdraft_limit > 0) {
    return Refuse(
        FieldInvalid("limits", "account " + account.account_id +
                                   " would have an overdraft_limit and unlimited_overdraft; name "
                                   "both in update_mask and clear one"));
  }
  if ((command.update_mask & kUpdateMetadata) != 0) decision.after.metadata = command.metadata;
  if ((command.update_mask & kUpdateOwner) != 0) decision.after.owner_id = command.owner_id;
  decision.changed_fields = ChangedFields(account, decision.after);
  FinishChange(command, decision.changed_fields != 0, commit_time, &decision);
  return decision;
}

AccountDecision DecideStatus(const ChangeAccount& command, const AccountState& account,
                             AccountStatus status, SuspendScope scope, std::int64_t commit_time) {
  if (account.status == AccountStatus::kClosed) return Refuse(AccountClosed(account.account_id));
  AccountDecision decision;
  decision.after = account;
  decision.after.status = status;
  decision.after.suspend_scope = scope;
  FinishChange(command, account.status != status || account.suspend_scope != scope, commit_time,
               &decision);
  return decision;
}

AccountDecision DecideClose(const AccountState& account, std::int64_t commit_time) {
  AccountDecision decision;
  decision.after = account;
  if (account.status == AccountStatus::kClosed) {
    decision.nothing_to_do = true;
    return decision;
  }
  if (!account.balances.IsZero(account.DebitNormal())) return Refuse(BalanceNotZero(account));
  decision.after.status = AccountStatus::kClosed;
  decision.after.suspend_scope = SuspendScope::kUnspecified;
  decision.after.update_time = commit_time;
  ++decision.after.version;
  return decision;
}

}  // namespace

AccountDecision DecideOpen(const OpenAccount& command, const Asset* asset,
                           std::int64_t commit_time) {
  if (asset == nullptr) return Refuse(AssetNotFound(command.asset));
  AccountDecision decision;
  AccountState& account = decision.after;
  account.account_id = command.account_id;
  account.owner_id = command.owner_id;
  account.asset = asset->code;
  account.scale = asset->scale;
  account.type = command.type;
  account.status = AccountStatus::kActive;
  account.metadata = command.metadata;
  account.open_time = account.update_time = commit_time;
  account.version = 1;
  constexpr std::uint8_t kAllLimits =
      kUpdateOverdraftLimit | kUpdateUnlimitedOverdraft | kUpdateMaxBalance;
  if (auto refusal = ResolveLimits(command.limits, kAllLimits, &account))
    return Refuse(std::move(*refusal));
  return decision;
}

AccountDecision DecideChange(const ChangeAccount& command, const AccountState& account,
                             std::int64_t commit_time) {
  if (!account.Exists()) return Refuse(AccountNotFound(command.account_id));
  if (command.expected_version != 0 && command.expected_version != account.version) {
    return Refuse(VersionConflict(account.account_id, command.expected_version, account.version));
  }
  switch (command.kind) {
    case AccountChangeKind::kUpdate:
      return DecideUpdate(command, account, commit_time);
    case AccountChangeKind::kSuspend: {
      const SuspendScope scope =
          command.scope == SuspendScope::kUnspecified ? SuspendScope::kBoth : command.scope;
      return DecideStatus(command, account, AccountStatus::kSuspended, scope, commit_time);
    }
    case AccountChangeKind::kReactivate:
      return DecideStatus(command, account, AccountStatus::kActive, SuspendScope::kUnspecified,
                          commit_time);
    case AccountChangeKind::kClose:
      return DecideClose(account, commit_time);
  }
  return Refuse(FieldInvalid("command", "unknown change of an account"));
}

}  // namespace florin::domain
