#include <utility>

#include "domain/amount.h"
#include "reference/checks.h"
#include "reference/replay.h"
#include "reference/shape.h"

namespace florin::reference {
namespace {

using domain::AccountStatus;
using domain::Reason;
using domain::SuspendScope;

std::string StreamOf(const std::string& account_id) { return "account/" + account_id; }

std::optional<Refusal> CheckScales(const std::vector<std::string>& amounts, int scale) {
  for (const std::string& amount : amounts) {
    if (!amount.empty() && ExceedsScale(amount, scale))
      return Refusal{Reason::kAmountScaleExceeded, {{"scale", std::to_string(scale)}}};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckFits(const std::vector<std::string>& amounts, int scale) {
  for (const std::string& amount : amounts) {
    bool fits = true;
    if (!amount.empty()) static_cast<void>(ToMinorUnits(amount, scale, &fits));
    if (!fits) return Refusal{Reason::kAmountOverflow, {}};
  }
  return std::nullopt;
}

Int128 OrZero(const std::string& amount, int scale) {
  bool fits = true;
  return amount.empty() ? 0 : ToMinorUnits(amount, scale, &fits);
}

std::optional<Int128> OrNone(const std::string& amount, int scale) {
  if (amount.empty()) return std::nullopt;
  return OrZero(amount, scale);
}

// The single fields that an update replaces.
std::set<std::string> FieldsOf(const UpdateAccount& command) {
  std::set<std::string> fields;
  if (command.update_mask) {
    fields = *command.update_mask;
    if (fields.erase("limits") > 0) {
      fields.insert({"limits.overdraft_limit", "limits.unlimited_overdraft", "limits.max_balance"});
    }
    return fields;
  }
  if (!command.limits.overdraft_limit.empty()) fields.insert("limits.overdraft_limit");
  if (command.limits.unlimited_overdraft) fields.insert("limits.unlimited_overdraft");
  if (!command.limits.max_balance.empty()) fields.insert("limits.max_balance");
  if (!command.metadata.empty()) fields.insert("metadata");
  if (!command.owner_id.empty()) fields.insert("owner_id");
  return fields;
}

// The amounts of an update that count: those of fields that it replaces.
std::vector<std::string> AmountsOf(const UpdateAccount& command) {
  const std::set<std::string> fields = FieldsOf(command);
  std::vector<std::string> amounts;
  if (fields.count("limits.overdraft_limit") > 0) amounts.push_back(command.limits.overdraft_limit);
  if (fields.count("limits.max_balance") > 0) amounts.push_back(command.limits.max_balance);
  return amounts;
}

Account Changed(Account account, const UpdateAccount& command) {
  const std::set<std::string> fields = FieldsOf(command);
  const LimitsRequest& limits = command.limits;
  if (fields.count("limits.overdraft_limit") > 0)
    account.overdraft_limit = OrZero(limits.overdraft_limit, account.scale);
  if (fields.count("limits.unlimited_overdraft") > 0)
    account.unlimited_overdraft = limits.unlimited_overdraft;
  if (fields.count("limits.max_balance") > 0)
    account.max_balance = OrNone(limits.max_balance, account.scale);
  if (fields.count("metadata") > 0) account.metadata = command.metadata;
  if (fields.count("owner_id") > 0) account.owner_id = command.owner_id;
  return account;
}

Account Changed(Account account, const SuspendAccount& command) {
  account.status = AccountStatus::kSuspended;
  account.suspend_scope =
      command.scope == SuspendScope::kUnspecified ? SuspendScope::kBoth : command.scope;
  return account;
}

Account Changed(Account account, const ReactivateAccount&) {
  account.status = AccountStatus::kActive;
  account.suspend_scope = SuspendScope::kUnspecified;
  return account;
}

Account Changed(Account account, const CloseAccount&) {
  account.status = AccountStatus::kClosed;
  account.suspend_scope = SuspendScope::kUnspecified;
  return account;
}

bool SameSettings(const Account& a, const Account& b) {
  return a.status == b.status && a.suspend_scope == b.suspend_scope &&
         a.overdraft_limit == b.overdraft_limit && a.unlimited_overdraft == b.unlimited_overdraft &&
         a.max_balance == b.max_balance && a.metadata == b.metadata && a.owner_id == b.owner_id;
}

template <typename Command>
std::optional<Refusal> CheckRules(const Account& account, const Command&) {
  if (account.status == AccountStatus::kClosed)
    return Refusal{Reason::kAccountClosed, {{"account_id", account.account_id}}};
  return std::nullopt;
}

std::optional<Refusal> CheckRules(const Account& account, const UpdateAccount& command) {
  const std::vector<std::string> amounts = AmountsOf(command);
  if (auto refusal = CheckScales(amounts, account.scale)) return refusal;
  if (account.status == AccountStatus::kClosed)
    return Refusal{Reason::kAccountClosed, {{"account_id", account.account_id}}};
  return CheckFits(amounts, account.scale);
}

std::optional<Refusal> CheckRules(const Account& account, const CloseAccount&) {
  const Balances& balances = account.balances;
  if (account.Posted() == 0 && balances.debits_pending == 0 && balances.credits_pending == 0)
    return std::nullopt;
  return Refusal{Reason::kBalanceNotZero, {{"account_id", account.account_id}}};
}

// A bound and no bound at once make no sense, whichever request brought which.
template <typename Command>
bool Contradicts(const Account&, const Command&) {
  return false;
}
bool Contradicts(const Account& account, const UpdateAccount& command) {
  const Account after = Changed(account, command);
  return after.unlimited_overdraft && after.overdraft_limit > 0;
}

const char* EventType(const UpdateAccount&) { return "account.updated"; }
const char* EventType(const SuspendAccount&) { return "account.suspended"; }
const char* EventType(const ReactivateAccount&) { return "account.reactivated"; }
const char* EventType(const CloseAccount&) { return "account.closed"; }

Answer AnswerOf(const Account& account, bool replayed) {
  Answer answer;
  answer.replayed = replayed;
  answer.position = account.position;
  answer.account = account;
  return answer;
}

template <typename Command>
std::optional<Refusal> CheckChange(const ReferenceLedger& ledger, const Command& command) {
  const Account* account = ledger.FindAccount(command.account_id);
  if (account == nullptr)
    return Refusal{Reason::kAccountNotFound, {{"account_id", command.account_id}}};
  if (command.expected_version != 0 && command.expected_version != account->version) {
    return Refusal{Reason::kVersionConflict,
                   {{"account_id", command.account_id},
                    {"expected", std::to_string(command.expected_version)},
                    {"actual", std::to_string(account->version)}}};
  }
  if (auto refusal = CheckRules(*account, command)) return refusal;
  if (Contradicts(*account, command)) return Refusal{Reason::kFieldInvalid, {{"field", "limits"}}};
  return std::nullopt;
}

}  // namespace

template <typename Command>
Answer ReferenceLedger::Change(const Command& command, std::int64_t now) {
  events_.clear();
  if (auto refusal = CheckShape(command)) return Refused(refusal->reason, refusal->metadata);
  const RequestKey key = {StreamOf(command.account_id), command.request_id};
  if (auto known = Replay(FindRequestId(key), command)) return *known;
  const bool named = !command.request_id.empty();

  if (auto refusal = CheckChange(*this, command)) {
    Answer answer = Refused(refusal->reason, refusal->metadata);
    if (!named || !domain::InfoOf(refusal->reason).recorded) return answer;
    Event event;
    event.stream = "request/" + StreamOf(command.account_id) + "/" + command.request_id;
    event.version = 1;
    event.type = "request.refused";
    answer.position = Append(std::move(event));
    request_ids_[key] = std::make_shared<Remembered>(Remembered{command, answer});
    return answer;
  }

  const Account before = *FindAccount(command.account_id);
  Account after = Changed(before, command);
  const bool closed_already = before.status == AccountStatus::kClosed;
  if (SameSettings(before, after) && (!named || closed_already)) return AnswerOf(before, true);
  Event event;
  event.stream = command.account_id;
  event.version = ++after.version;
  event.type = EventType(command);
  after.update_time = now;
  after.position = Append(std::move(event));
  accounts_[command.account_id] = after;
  Answer answer = AnswerOf(after, false);
  if (named) request_ids_[key] = std::make_shared<Remembered>(Remembered{command, answer});
  return answer;
}

Answer ReferenceLedger::Execute(const UpdateAccount& command, std::int64_t now) {
  return Change(command, now);
}
Answer ReferenceLedger::Execute(const SuspendAccount& command, std::int64_t now) {
  return Change(command, now);
}
Answer ReferenceLedger::Execute(const ReactivateAccount& command, std::int64_t now) {
  return Change(command, now);
}
Answer ReferenceLedger::Execute(const CloseAccount& command, std::int64_t now) {
  return Change(command, now);
}

Answer ReferenceLedger::Execute(const RegisterAsset& command, std::int64_t) {
  events_.clear();
  if (auto refusal = CheckShape(command)) return Refused(refusal->reason, refusal->metadata);
  Answer answer;
  if (const Asset* known = FindAsset(command.code)) {
    if (known->scale != command.scale) return Refused(Reason::kAssetExists, {{"field", "scale"}});
    if (known->name != command.name) return Refused(Reason::kAssetExists, {{"field", "name"}});
    answer.replayed = true;
    answer.asset = *known;
    answer.position = known->position;
    return answer;
  }
  Event event;
  event.stream = "asset/" + command.code;
  event.version = 1;
  event.type = "asset.registered";
  answer.position = Append(std::move(event));
  answer.asset = Asset{command.code, command.scale, command.name, answer.position};
  assets_[command.code] = *answer.asset;
  return answer;
}

Answer ReferenceLedger::Execute(const OpenAccount& command, std::int64_t now) {
  events_.clear();
  if (auto refusal = CheckShape(command)) return Refused(refusal->reason, refusal->metadata);
  if (const OpenAccount* opening = FindOpening(command.account_id)) {
    const std::string field = FirstDifference(*opening, command);
    if (!field.empty()) return Refused(Reason::kAccountExists, {{"field", field}});
    return AnswerOf(*FindAccount(command.account_id), true);
  }
  const Asset* asset = FindAsset(command.asset);
  if (asset == nullptr) return Refused(Reason::kAssetNotFound, {{"asset", command.asset}});
  const std::vector<std::string> amounts = {command.limits.overdraft_limit,
                                            command.limits.max_balance};
  if (auto refusal = CheckScales(amounts, asset->scale))
    return Refused(refusal->reason, refusal->metadata);
  if (auto refusal = CheckFits(amounts, asset->scale))
    return Refused(refusal->reason, refusal->metadata);

  Account account;
  account.account_id = command.account_id;
  account.owner_id = command.owner_id;
  account.asset = command.asset;
  account.scale = asset->scale;
  account.type = command.type;
  account.overdraft_limit = OrZero(command.limits.overdraft_limit, asset->scale);
  account.unlimited_overdraft = command.limits.unlimited_overdraft;
  account.max_balance = OrNone(command.limits.max_balance, asset->scale);
  account.metadata = command.metadata;
  account.version = 1;
  account.open_time = now;
  account.update_time = now;
  Event event;
  event.stream = command.account_id;
  event.version = 1;
  event.type = "account.opened";
  account.position = Append(std::move(event));
  accounts_[command.account_id] = account;
  openings_[command.account_id] = command;
  return AnswerOf(account, false);
}

}  // namespace florin::reference
