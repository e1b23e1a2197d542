#include <algorithm>
#include <array>

#include "storage/format/codec_fields.h"
#include "storage/format/codec_numbers.h"
#include "storage/format/codec_uuid.h"

namespace florin::storage::codec {
namespace {

constexpr std::uint64_t FlagIf(bool condition, std::uint64_t flag) { return condition ? flag : 0; }

/// A side's posted and pending, which together fit 127 bits.
bool SideFits(domain::Int128 posted, domain::Int128 pending) {
  return posted >= 0 && pending >= 0 && domain::CheckedAdd(posted, pending).has_value();
}

/// Whether the postings cannot do with one number of decimals for all.
bool IsMixed(const std::vector<domain::TransactionPosting>& postings) {
  return std::any_of(postings.begin(), postings.end(), [&](const auto& posting) {
    return posting.posted.has_value() ||
           posting.amount.decimals != postings.front().amount.decimals;
  });
}

}  // namespace

void FieldEncoder::Word(std::string_view word) {
  if (word.empty()) return out_.Varint(0);
  if (word.size() <= Dictionary::kWordBytesMax)
    return out_.Varint(std::uint64_t{2} + dictionary_.NumberOf(word));
  out_.Varint(1);
  out_.Bytes(word);
}

void FieldEncoder::Id(std::string_view id) {
  std::array<char, kUuidBytes> packed{};
  if (PackUuid(id, &packed)) {
    out_.Varint(1);
    return out_.Raw({packed.data(), packed.size()});
  }
  out_.Varint(static_cast<std::uint64_t>(id.size()) << 1);
  out_.Raw(id);
}

void FieldEncoder::Time(std::int64_t time) {
  out_.Varint(ZigZag(static_cast<std::int64_t>(WrappedDifference(time, context_.commit_time))));
}

void FieldEncoder::Account(const AccountAfter& account) {
  // Fails to compile when a member is added: the format must then be asked
  // about it.
  const auto& [account_id, version, balances, scale, debit_normal, previous_position, position] =
      account;
  const bool pending = balances.debits_pending != 0 || balances.credits_pending != 0;
  if (scale < 0 || scale > domain::kScaleMax || version < 0 || previous_position < 0 ||
      previous_position >= context_.first_position || position < context_.first_position ||
      position > context_.last_position ||
      !SideFits(balances.debits_posted, balances.debits_pending) ||
      !SideFits(balances.credits_posted, balances.credits_pending)) {
    return out_.Spoil();
  }
  Word(account_id);
  out_.Byte(static_cast<std::uint8_t>(
      static_cast<std::uint64_t>(scale) | FlagIf(debit_normal, kShapeDebitNormal) |
      FlagIf(pending, kShapePending) | FlagIf(previous_position != 0, kShapePrevious)));
  out_.Varint(static_cast<std::uint64_t>(version));
  out_.Varint(static_cast<std::uint64_t>(context_.last_position - position));
  if (previous_position != 0) {
    out_.Varint(static_cast<std::uint64_t>(context_.first_position - previous_position));
  }
  out_.Amount(balances.debits_posted);
  out_.Amount(balances.credits_posted);
  if (pending) {
    out_.Amount(balances.debits_pending);
    out_.Amount(balances.credits_pending);
  }
}

void FieldEncoder::Transaction(const domain::Transaction& transaction) {
  const auto& [transaction_id, status, postings, type, reference, description, metadata,
               effective_time, commit_time, is_hold, hold_timeout_ns, expire_time, reverses,
               reversed_by, correlation_id, causation_id, checks, refusal, end_time, end_reason,
               version, position, create_position, end_position] = transaction;
  const bool usual_places = version == 1 && position == context_.last_position &&
                            create_position == context_.last_position && end_position == 0;
  const bool mixed = IsMixed(postings);
  const std::uint64_t flags =
      FlagIf(!type.empty(), kHasType) | FlagIf(!reference.empty(), kHasReference) |
      FlagIf(!metadata.empty(), kHasMetadata) | FlagIf(!correlation_id.empty(), kHasCorrelationId) |
      FlagIf(!causation_id.empty(), kHasCausationId) |
      FlagIf(!description.empty(), kHasDescription) |
      FlagIf(effective_time.has_value(), kHasEffectiveTime) |
      FlagIf(commit_time != context_.commit_time, kHasCommitTime) | FlagIf(is_hold, kIsHold) |
      FlagIf(hold_timeout_ns.has_value(), kHasHoldTimeout) |
      FlagIf(expire_time.has_value(), kHasExpireTime) | FlagIf(!reverses.empty(), kHasReverses) |
      FlagIf(!reversed_by.empty(), kHasReversedBy) | FlagIf(!checks.empty(), kHasBalanceChecks) |
      FlagIf(refusal.has_value(), kHasRefusal) | FlagIf(end_time.has_value(), kHasEndTime) |
      FlagIf(!end_reason.empty(), kHasEndReason) | FlagIf(!usual_places, kHasPlaces) |
      FlagIf(mixed, kMixedPostings);
  if (static_cast<std::uint8_t>(status) >
      static_cast<std::uint8_t>(domain::TransactionStatus::kRefused))
    out_.Spoil();

  Id(transaction_id);
  out_.Varint(flags);
  out_.Byte(static_cast<std::uint8_t>(status));
  Postings(postings, mixed);
  TransactionOptions(transaction, flags);
}

void FieldEncoder::Postings(std::span<const domain::TransactionPosting> postings, bool mixed) {
  out_.Varint(postings.size());
  if (!mixed && !postings.empty()) Decimals(postings.front().amount.decimals);
  for (const auto& [debit_account_id, credit_account_id, amount, posted] : postings) {
    Word(debit_account_id);
    Word(credit_account_id);
    out_.Amount(amount.digits);
    if (!mixed) continue;
    Decimals(amount.decimals);
    out_.Byte(posted.has_value() ? 1 : 0);
    if (posted) out_.Amount(*posted);
  }
}

void FieldEncoder::TransactionOptions(const domain::Transaction& transaction, std::uint64_t flags) {
  if (flags & kHasType) Word(transaction.type);
  if (flags & kHasReference) out_.Bytes(transaction.reference);
  if (flags & kHasMetadata) Map(transaction.metadata);
  if (flags & kHasCorrelationId) Id(transaction.correlation_id);
  if (flags & kHasCausationId) Id(transaction.causation_id);
  if (flags & kHasDescription) out_.Bytes(transaction.description);
  if (flags & kHasEffectiveTime) Time(*transaction.effective_time);
  if (flags & kHasCommitTime) Time(transaction.commit_time);
  if (flags & kHasHoldTimeout) out_.Varint(ZigZag(*transaction.hold_timeout_ns));
  if (flags & kHasExpireTime) Time(*transaction.expire_time);
  if (flags & kHasReverses) Id(transaction.reverses_transaction_id);
  if (flags & kHasReversedBy) Id(transaction.reversed_by_transaction_id);
  if (flags & kHasBalanceChecks) Checks(transaction.balance_checks);
  if (flags & kHasRefusal) Refusal(*transaction.refusal);
  if (flags & kHasEndTime) Time(*transaction.end_time);
  if (flags & kHasEndReason) out_.Bytes(transaction.end_reason);
  if (flags & kHasPlaces) Places(transaction);
}

void FieldEncoder::Places(const domain::Transaction& transaction) {
  if (transaction.version < 0 || transaction.position < 0 || transaction.create_position < 0 ||
      transaction.end_position < 0) {
    return out_.Spoil();
  }
  out_.Varint(static_cast<std::uint64_t>(transaction.version));
  out_.Varint(static_cast<std::uint64_t>(transaction.position));
  out_.Varint(static_cast<std::uint64_t>(transaction.create_position));
  out_.Varint(static_cast<std::uint64_t>(transaction.end_position));
}

void FieldEncoder::Map(const domain::StringMap& map) {
  out_.Varint(map.size());
  for (const auto& [key, value] : map) {
    Word(key);
    out_.Bytes(value);
  }
}

void FieldEncoder::Decimals(int decimals) {
  if (decimals < 0 || decimals > domain::kScaleMax) out_.Spoil();
  out_.Byte(static_cast<std::uint8_t>(decimals));
}

void FieldEncoder::Decimal(const domain::Decimal& value) {
  const auto& [digits, decimals] = value;
  Decimals(decimals);
  out_.Amount(digits);
}

void FieldEncoder::Decimal(const std::optional<domain::Decimal>& value) {
  out_.Byte(value ? 1 : 0);
  if (value) Decimal(*value);
}

void FieldEncoder::Checks(std::span<const domain::BalanceCheck> checks) {
  out_.Varint(checks.size());
  for (const auto& [account_id, min_available, max_posted] : checks) {
    const bool below_zero = min_available && min_available->digits < 0;
    Word(below_zero ? std::string(kBelowZero) + account_id : account_id);
    std::optional<domain::Decimal> magnitude = min_available;
    if (below_zero) magnitude->digits = -magnitude->digits;
    Decimal(magnitude);
    Decimal(max_posted);
  }
}

void FieldEncoder::Limits(const domain::Limits& limits) {
  const auto& [overdraft_limit, unlimited_overdraft, max_balance] = limits;
  out_.Byte(static_cast<std::uint8_t>(FlagIf(overdraft_limit != 0, kLimitOverdraft) |
                                      FlagIf(unlimited_overdraft, kLimitUnlimited) |
                                      FlagIf(max_balance.has_value(), kLimitMaxBalance)));
  if (overdraft_limit != 0) out_.Amount(overdraft_limit);
  if (max_balance) out_.Amount(*max_balance);
}

void FieldEncoder::Limits(const domain::LimitsRequest& limits) {
  const auto& [overdraft_limit, unlimited_overdraft, max_balance] = limits;
  out_.Byte(static_cast<std::uint8_t>(FlagIf(overdraft_limit.has_value(), kLimitOverdraft) |
                                      FlagIf(unlimited_overdraft, kLimitUnlimited) |
                                      FlagIf(max_balance.has_value(), kLimitMaxBalance)));
  if (overdraft_limit) Decimal(*overdraft_limit);
  if (max_balance) Decimal(*max_balance);
}

void FieldEncoder::State(const domain::AccountState& account) {
  // The balances stand in the record's accounts.
  const auto& [account_id, owner_id, asset, scale, type, status, suspend_scope, limits, balances,
               version, position, open_time, update_time, metadata, open_position] = account;
  if (static_cast<std::uint8_t>(type) > static_cast<std::uint8_t>(domain::AccountType::kExpense) ||
      static_cast<std::uint8_t>(status) >
          static_cast<std::uint8_t>(domain::AccountStatus::kClosed) ||
      static_cast<std::uint8_t>(suspend_scope) >
          static_cast<std::uint8_t>(domain::SuspendScope::kCredits) ||
      version < 0 || position < 0 || open_position < 0) {
    return out_.Spoil();
  }
  Word(account_id);
  Word(owner_id);
  Word(asset);
  Decimals(scale);
  out_.Byte(static_cast<std::uint8_t>(type));
  out_.Byte(static_cast<std::uint8_t>(status));
  out_.Byte(static_cast<std::uint8_t>(suspend_scope));
  Limits(limits);
  out_.Varint(static_cast<std::uint64_t>(version));
  out_.Varint(static_cast<std::uint64_t>(position));
  out_.Varint(static_cast<std::uint64_t>(open_position));
  Time(open_time);
  Time(update_time);
  Map(metadata);
}

void FieldEncoder::Request(const domain::ChangeAccount& request) {
  const auto& [kind, account_id, request_id, expected_version, update_mask, limits, metadata,
               owner_id, reason, scope] = request;
  if (kind < domain::AccountChangeKind::kUpdate || kind > domain::AccountChangeKind::kClose ||
      static_cast<std::uint8_t>(scope) >
          static_cast<std::uint8_t>(domain::SuspendScope::kCredits)) {
    return out_.Spoil();
  }
  out_.Byte(static_cast<std::uint8_t>(kind));
  Word(account_id);
  Id(request_id);
  out_.Varint(ZigZag(expected_version));
  out_.Byte(update_mask);
  Limits(limits);
  Map(metadata);
  Word(owner_id);
  out_.Bytes(reason);
  out_.Byte(static_cast<std::uint8_t>(scope));
}

void FieldEncoder::Request(const domain::SettleTransaction& request) {
  const auto& [transaction_id, amount, amounts, request_id] = request;
  Id(transaction_id);
  Id(request_id);
  Decimal(amount);
  out_.Varint(amounts.size());
  for (const domain::Decimal& value : amounts) Decimal(value);
}

void FieldEncoder::Request(const domain::VoidTransaction& request) {
  const auto& [transaction_id, reason, request_id] = request;
  Id(transaction_id);
  Id(request_id);
  out_.Bytes(reason);
}

void FieldEncoder::Refusal(const domain::Refusal& refusal) {
  const auto& [reason, message, metadata] = refusal;
  if (domain::InfoOf(reason).reason != reason) out_.Spoil();
  out_.Byte(static_cast<std::uint8_t>(reason));
  out_.Bytes(message);
  Map(metadata);
}

void FieldEncoder::Asset(const domain::Asset& asset) {
  const auto& [code, scale, name] = asset;
  Word(code);
  Decimals(scale);
  out_.Bytes(name);
}

}  // namespace florin::storage::codec
