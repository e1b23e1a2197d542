#include "domain/transaction_rules.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace florin::domain {
namespace {

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

int PlaceOf(const TransactionCommand& command, const Mention& mention) {
  const auto* create = std::get_if<CreateTransaction>(&command);
  if (create == nullptr || mention.kind == MentionKind::kDebitLeg ||
      mention.kind == MentionKind::kCreditLeg)
    return mention.index;
  const int postings = static_cast<int>(create->transaction.postings.size());
  if (mention.kind == MentionKind::kVersionCheck) return postings + mention.index;
  return postings + static_cast<int>(create->version_checks.size()) + mention.index;
}

LegAction ActionOf(const TransactionCommand& command) {
  return std::visit(Overloaded{[](const CreateTransaction& c) {
                                 return c.transaction.is_hold ? LegAction::kHold : LegAction::kPost;
                               },
                               [](const SettleTransaction&) { return LegAction::kSettle; },
                               [](const VoidTransaction&) { return LegAction::kRelease; },
                               [](const ExpireTransaction&) { return LegAction::kRelease; },
                               [](const ReverseTransaction&) { return LegAction::kPost; }},
                    command);
}

bool IsReversal(const TransactionCommand& command) {
  return std::holds_alternative<ReverseTransaction>(command);
}

/// What the client asks to settle of a posting; nothing: all of it.
std::optional<Decimal> AskedAmount(const SettleTransaction& settle, std::size_t posting) {
  if (settle.amount) return settle.amount;
  if (posting < settle.amounts.size()) return settle.amounts[posting];
  return std::nullopt;
}

Finding CheckSettleShape(const SettleTransaction& settle, const Transaction& before) {
  const bool wrong_amount = settle.amount && before.postings.size() != 1;
  const bool wrong_count =
      !settle.amounts.empty() && settle.amounts.size() != before.postings.size();
  if (wrong_amount || wrong_count) return Finding{Reason::kFieldInvalid, 0, Side::kUnspecified};
  return {};
}

/// Too many decimals, then too much; only where the postings are at the asset's scale.
Finding CheckSettleAmounts(const SettleTransaction& settle, const Transaction& before,
                           Reason wanted) {
  for (std::size_t i = 0; i < before.postings.size(); ++i) {
    const auto asked = AskedAmount(settle, i);
    if (!asked) continue;
    Int128 minor = 0;
    const ScaleFit fit = ToMinor(*asked, before.postings[i].amount.decimals, &minor);
    const bool exceeds = fit == ScaleFit::kOverflow ||
                         (fit == ScaleFit::kFits && minor > before.postings[i].amount.digits);
    const bool holds =
        wanted == Reason::kAmountScaleExceeded ? fit == ScaleFit::kTooManyDecimals : exceeds;
    if (holds) return Finding{wanted, static_cast<int>(i), Side::kUnspecified};
  }
  return {};
}

bool SettledTheSame(const SettleTransaction& settle, const Transaction& before) {
  for (std::size_t i = 0; i < before.postings.size(); ++i) {
    const auto asked = AskedAmount(settle, i);
    Int128 minor = before.postings[i].amount.digits;
    if (asked && ToMinor(*asked, before.postings[i].amount.decimals, &minor) != ScaleFit::kFits)
      return false;
    if (minor != before.postings[i].Moved()) return false;
  }
  return true;
}

Finding At(Reason reason) { return Finding{reason, 0, Side::kUnspecified}; }

TransactionFinding CheckSettle(const SettleTransaction& settle, const Transaction* before) {
  if (before == nullptr) return {At(Reason::kTransactionNotFound), false};
  // The lowest rank wins: shape, scale, kind, state, amount.
  Finding finding = CheckSettleShape(settle, *before);
  if (finding.Any()) return {finding, false};
  const bool held = before->is_hold && before->status != TransactionStatus::kRefused;
  if (held && before->status == TransactionStatus::kPosted && SettledTheSame(settle, *before))
    return {{}, true};
  // A refused transaction keeps amounts as they were written: there is no scale to compare with.
  if (before->status != TransactionStatus::kRefused)
    KeepFirst(CheckSettleAmounts(settle, *before, Reason::kAmountScaleExceeded), &finding);
  if (!before->is_hold) KeepFirst(At(Reason::kNotAHold), &finding);
  if (before->is_hold && before->status != TransactionStatus::kPending)
    KeepFirst(At(Reason::kHoldNotPending), &finding);
  if (held) KeepFirst(CheckSettleAmounts(settle, *before, Reason::kHoldAmountExceeded), &finding);
  return {finding, false};
}

TransactionFinding CheckVoid(const Transaction* before) {
  if (before == nullptr) return {At(Reason::kTransactionNotFound), false};
  if (!before->is_hold) return {At(Reason::kNotAHold), false};
  if (before->status == TransactionStatus::kVoided) return {{}, true};
  if (before->status != TransactionStatus::kPending) return {At(Reason::kHoldNotPending), false};
  return {};
}

TransactionFinding CheckExpire(const ExpireTransaction& expire, const Transaction* before) {
  const TransactionFinding ends = CheckVoid(before);
  if (ends.finding.Any() || ends.replays_end || before->expire_time == expire.expire_time)
    return ends;
  return {At(Reason::kHoldNotPending), false};
}

TransactionFinding CheckReverse(const Transaction* before) {
  if (before == nullptr) return {At(Reason::kTransactionNotFound), false};
  if (before->status != TransactionStatus::kPosted || !before->reverses_transaction_id.empty())
    return {At(Reason::kNotReversible), false};
  if (!before->reversed_by_transaction_id.empty()) return {At(Reason::kAlreadyReversed), false};
  return {};
}

TransactionEffect ApplyCreate(const CreateTransaction& create, std::int64_t commit_time,
                              const std::function<int(int)>& scale_of) {
  auto after = std::make_shared<Transaction>(create.transaction);
  after->status = after->is_hold ? TransactionStatus::kPending : TransactionStatus::kPosted;
  after->commit_time = commit_time;
  after->version = 1;
  for (std::size_t i = 0; i < after->postings.size(); ++i) {
    Decimal& amount = after->postings[i].amount;
    const int scale = scale_of(static_cast<int>(i));
    Int128 minor = 0;
    if (ToMinor(amount, scale, &minor) == ScaleFit::kFits) amount = Decimal{minor, scale};
  }
  if (after->hold_timeout_ns)
    after->expire_time = ExpireTimeOf(commit_time, *after->hold_timeout_ns);
  return {std::move(after), nullptr};
}

TransactionEffect ApplySettle(const SettleTransaction& settle, const Transaction& before,
                              std::int64_t commit_time) {
  auto after = std::make_shared<Transaction>(before);
  after->status = TransactionStatus::kPosted;
  for (std::size_t i = 0; i < after->postings.size(); ++i) {
    const auto asked = AskedAmount(settle, i);
    Int128 minor = 0;
    if (!asked || ToMinor(*asked, after->postings[i].amount.decimals, &minor) != ScaleFit::kFits)
      continue;
    if (minor != after->postings[i].amount.digits) after->postings[i].posted = minor;
  }
  after->end_time = commit_time;
  after->end_reason = "settled";
  ++after->version;
  return {std::move(after), nullptr};
}

TransactionEffect ApplyRelease(const Transaction& before, TransactionStatus status,
                               std::string reason, std::int64_t commit_time) {
  auto after = std::make_shared<Transaction>(before);
  after->status = status;
  after->end_time = commit_time;
  after->end_reason = std::move(reason);
  ++after->version;
  return {std::move(after), nullptr};
}

std::shared_ptr<Transaction> NewReversal(const ReverseTransaction& reverse,
                                         const Transaction& before, std::int64_t commit_time) {
  auto after = std::make_shared<Transaction>();
  after->transaction_id = reverse.transaction_id;
  after->type = "reversal";
  after->description = reverse.reason;
  after->metadata = reverse.metadata;
  after->effective_time = reverse.effective_time;
  after->correlation_id = reverse.correlation_id;
  after->causation_id = reverse.causation_id;
  after->reverses_transaction_id = reverse.reverses_transaction_id;
  after->commit_time = commit_time;
  after->version = 1;
  for (const TransactionPosting& posting : before.postings) {
    if (posting.Moved() == 0) continue;
    Decimal amount = posting.amount;
    amount.digits = posting.Moved();
    after->postings.push_back(
        {posting.credit_account_id, posting.debit_account_id, amount, std::nullopt});
  }
  return after;
}

TransactionEffect ApplyReverse(const ReverseTransaction& reverse, const Transaction& before,
                               std::int64_t commit_time) {
  TransactionEffect effect;
  effect.after = NewReversal(reverse, before, commit_time);
  effect.after->status = TransactionStatus::kPosted;
  effect.original_after = std::make_shared<Transaction>(before);
  effect.original_after->reversed_by_transaction_id = reverse.transaction_id;
  ++effect.original_after->version;
  return effect;
}

}  // namespace

std::int64_t ExpireTimeOf(std::int64_t commit_time, std::int64_t timeout_ns) {
  return static_cast<std::int64_t>(std::min<Int128>(Int128{commit_time} + timeout_ns, INT64_MAX));
}

const std::string& TargetOf(const TransactionCommand& command) {
  static const std::string kNone;
  return std::visit(
      Overloaded{[](const CreateTransaction&) -> const std::string& { return kNone; },
                 [](const ReverseTransaction& c) -> const std::string& {
                   return c.reverses_transaction_id;
                 },
                 [](const auto& c) -> const std::string& { return c.transaction_id; }},
      command);
}

void ForEachMention(const TransactionCommand& command, const Transaction* before,
                    std::uint16_t item,
                    const std::function<void(const std::string&, Mention)>& visit) {
  const auto* create = std::get_if<CreateTransaction>(&command);
  const Transaction* named = create != nullptr ? &create->transaction : before;
  if (named == nullptr) return;
  const bool reversal = IsReversal(command);
  // Counted wide: a count that wraps round would never end. The shape keeps all of them below
  // 65,536.
  const auto at = [item](std::size_t index, MentionKind kind) {
    return Mention{item, static_cast<std::uint16_t>(index), kind};
  };
  for (std::size_t i = 0; i < named->postings.size(); ++i) {
    const TransactionPosting& posting = named->postings[i];
    visit(reversal ? posting.credit_account_id : posting.debit_account_id,
          at(i, MentionKind::kDebitLeg));
    visit(reversal ? posting.debit_account_id : posting.credit_account_id,
          at(i, MentionKind::kCreditLeg));
  }
  if (create == nullptr) return;
  for (std::size_t i = 0; i < create->version_checks.size(); ++i) {
    visit(create->version_checks[i].account_id, at(i, MentionKind::kVersionCheck));
  }
  for (std::size_t i = 0; i < create->transaction.balance_checks.size(); ++i) {
    visit(create->transaction.balance_checks[i].account_id, at(i, MentionKind::kBalanceCheck));
  }
}

void AddMention(const TransactionCommand& command, const Transaction* before, Mention mention,
                AccountPart* part) {
  part->action = ActionOf(command);
  part->checks_account = part->action == LegAction::kPost || part->action == LegAction::kHold;
  const auto* create = std::get_if<CreateTransaction>(&command);
  if (mention.kind == MentionKind::kVersionCheck) {
    part->expected_version = create->version_checks[mention.index].expected_version;
    part->version_place = PlaceOf(command, mention);
    return;
  }
  if (mention.kind == MentionKind::kBalanceCheck) {
    part->balance_checks.push_back(
        {&create->transaction.balance_checks[mention.index], PlaceOf(command, mention)});
    return;
  }
  const Transaction* named = create != nullptr ? &create->transaction : before;
  if (named == nullptr || mention.index >= named->postings.size()) return;
  const TransactionPosting& posting = named->postings[mention.index];
  PartLeg leg;
  leg.posting_index = mention.index;
  leg.side = mention.kind == MentionKind::kDebitLeg ? Side::kDebit : Side::kCredit;
  leg.amount = posting.amount;
  if (IsReversal(command)) {
    // Nothing was posted, so there is nothing to ask of accounts: the transaction itself refuses.
    if (named->status != TransactionStatus::kPosted || posting.Moved() == 0) return;
    leg.amount = Decimal{posting.Moved(), posting.amount.decimals};
  } else if (named->status == TransactionStatus::kRefused) {
    // Amounts as they were written need not fit the asset; the end of what was refused is refused
    // whatever they are.
    leg.amount = Decimal{};
  }
  if (const auto* settle = std::get_if<SettleTransaction>(&command))
    leg.settled = AskedAmount(*settle, mention.index);
  part->legs.push_back(leg);
}

TransactionFinding CheckTransaction(const TransactionCommand& command, const Transaction* before) {
  return std::visit(Overloaded{[](const CreateTransaction&) { return TransactionFinding{}; },
                               [&](const SettleTransaction& c) { return CheckSettle(c, before); },
                               [&](const VoidTransaction&) { return CheckVoid(before); },
                               [&](const ExpireTransaction& c) { return CheckExpire(c, before); },
                               [&](const ReverseTransaction&) { return CheckReverse(before); }},
                    command);
}

TransactionEffect ApplyCommand(const TransactionCommand& command, const Transaction* before,
                               std::int64_t commit_time, const std::function<int(int)>& scale_of) {
  return std::visit(
      Overloaded{
          [&](const CreateTransaction& c) { return ApplyCreate(c, commit_time, scale_of); },
          [&](const SettleTransaction& c) { return ApplySettle(c, *before, commit_time); },
          [&](const VoidTransaction& c) {
            return ApplyRelease(*before, TransactionStatus::kVoided,
                                c.reason.empty() ? "voided" : c.reason, commit_time);
          },
          [&](const ExpireTransaction&) {
            return ApplyRelease(*before, TransactionStatus::kExpired, "expired", commit_time);
          },
          [&](const ReverseTransaction& c) { return ApplyReverse(c, *before, commit_time); }},
      command);
}

std::shared_ptr<Transaction> RefusedTransaction(const TransactionCommand& command,
                                                const Transaction* before,
                                                std::int64_t commit_time) {
  std::shared_ptr<Transaction> refused;
  if (const auto* create = std::get_if<CreateTransaction>(&command))
    refused = std::make_shared<Transaction>(create->transaction);
  if (const auto* reverse = std::get_if<ReverseTransaction>(&command);
      reverse != nullptr && before != nullptr) {
    refused = NewReversal(*reverse, *before, commit_time);
  }
  if (refused == nullptr) return nullptr;
  refused->status = TransactionStatus::kRefused;
  refused->commit_time = commit_time;
  refused->version = 1;
  return refused;
}

}  // namespace florin::domain
