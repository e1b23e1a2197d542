#include "storage/format/codec_fields.h"
#include "storage/format/codec_numbers.h"
#include "storage/format/codec_uuid.h"

namespace florin::storage::codec {
namespace {

/// Fewest bytes of one, for counts.
constexpr std::size_t kPostingBytesMin = 3;
constexpr std::size_t kMapEntryBytesMin = 2;
constexpr std::size_t kCheckBytesMin = 3;
constexpr std::size_t kDecimalBytesMin = 2;

template <typename Enum>
Enum EnumUpTo(WireReader* in, Enum max) {
  return static_cast<Enum>(in->ByteUpTo(static_cast<std::uint8_t>(max)));
}

}  // namespace

std::string_view FieldDecoder::Word() {
  const std::uint64_t tag = in_.Varint();
  if (tag == 0) return {};
  if (tag == 1) return in_.Bytes();
  if (tag - 2 < words_.size()) return words_[static_cast<std::size_t>(tag - 2)];
  in_.Fail();
  return {};
}

std::string FieldDecoder::Id() {
  const std::uint64_t tag = in_.Varint();
  if ((tag & 1) == 0) return std::string(in_.Raw(tag >> 1));
  if (tag != 1) in_.Fail();
  const std::string_view packed = in_.Raw(kUuidBytes);
  return in_.ok() ? UnpackUuid(packed) : std::string();
}

std::int64_t FieldDecoder::Time() {
  return WrappedSum(context_.commit_time, static_cast<std::uint64_t>(UnZigZag(in_.Varint())));
}

std::string_view FieldDecoder::AccountHead(AccountAfter* account) {
  const std::string_view account_id = Word();
  const std::uint8_t shape = in_.Byte();
  account->scale = shape & kShapeScale;
  account->debit_normal = (shape & kShapeDebitNormal) != 0;
  account->version = in_.NonNegative();
  const std::uint64_t before_last = in_.Varint();
  std::uint64_t since_previous = 0;
  if (shape & kShapePrevious) {
    since_previous = in_.Varint();
    if (since_previous == 0) in_.Fail();
  }
  domain::Balances& balances = account->balances;
  balances.debits_posted = in_.Amount();
  balances.credits_posted = in_.Amount();
  balances.debits_pending = (shape & kShapePending) ? in_.Amount() : 0;
  balances.credits_pending = (shape & kShapePending) ? in_.Amount() : 0;
  const auto places = static_cast<std::uint64_t>(context_.last_position - context_.first_position);
  if (account->scale > domain::kScaleMax || before_last > places ||
      since_previous >= static_cast<std::uint64_t>(context_.first_position) ||
      !domain::CheckedAdd(balances.debits_posted, balances.debits_pending) ||
      !domain::CheckedAdd(balances.credits_posted, balances.credits_pending)) {
    in_.Fail();
    return {};
  }
  account->position = context_.last_position - static_cast<std::int64_t>(before_last);
  account->previous_position =
      since_previous == 0 ? 0 : context_.first_position - static_cast<std::int64_t>(since_previous);
  return account_id;
}

AccountAfter FieldDecoder::Account() {
  AccountAfter account;
  account.account_id = AccountHead(&account);
  return account;
}

void FieldDecoder::Transaction(domain::Transaction* transaction) {
  transaction->transaction_id = Id();
  const std::uint64_t flags = in_.Varint();
  if ((flags & ~std::uint64_t{kTransactionPartsAll}) != 0) in_.Fail();
  transaction->status = EnumUpTo(&in_, domain::TransactionStatus::kRefused);
  transaction->is_hold = (flags & kIsHold) != 0;
  Postings((flags & kMixedPostings) != 0, &transaction->postings);
  TransactionOptions(flags, transaction);
}

void FieldDecoder::Postings(bool mixed, std::vector<domain::TransactionPosting>* postings) {
  const std::size_t count = in_.Count(kPostingBytesMin);
  const int decimals = mixed || count == 0 ? 0 : in_.ByteUpTo(domain::kScaleMax);
  postings->reserve(count);
  for (std::size_t i = 0; i < count && in_.ok(); ++i) {
    domain::TransactionPosting& posting = postings->emplace_back();
    posting.debit_account_id = Word();
    posting.credit_account_id = Word();
    posting.amount.digits = in_.Amount();
    posting.amount.decimals = decimals;
    if (!mixed) continue;
    posting.amount.decimals = in_.ByteUpTo(domain::kScaleMax);
    if (in_.ByteUpTo(1) != 0) posting.posted = in_.Amount();
  }
}

void FieldDecoder::TransactionOptions(std::uint64_t flags, domain::Transaction* transaction) {
  if (flags & kHasType) transaction->type = Word();
  if (flags & kHasReference) transaction->reference = in_.Bytes();
  if (flags & kHasMetadata) Map(&transaction->metadata);
  if (flags & kHasCorrelationId) transaction->correlation_id = Id();
  if (flags & kHasCausationId) transaction->causation_id = Id();
  if (flags & kHasDescription) transaction->description = in_.Bytes();
  if (flags & kHasEffectiveTime) transaction->effective_time = Time();
  transaction->commit_time = (flags & kHasCommitTime) ? Time() : context_.commit_time;
  if (flags & kHasHoldTimeout) transaction->hold_timeout_ns = UnZigZag(in_.Varint());
  if (flags & kHasExpireTime) transaction->expire_time = Time();
  if (flags & kHasReverses) transaction->reverses_transaction_id = Id();
  if (flags & kHasReversedBy) transaction->reversed_by_transaction_id = Id();
  if (flags & kHasBalanceChecks) Checks(&transaction->balance_checks);
  if (flags & kHasRefusal) transaction->refusal = Refusal();
  if (flags & kHasEndTime) transaction->end_time = Time();
  if (flags & kHasEndReason) transaction->end_reason = in_.Bytes();
  Places((flags & kHasPlaces) != 0, transaction);
}

void FieldDecoder::Places(bool stored, domain::Transaction* transaction) {
  transaction->version = stored ? in_.NonNegative() : 1;
  transaction->position = stored ? in_.NonNegative() : context_.last_position;
  transaction->create_position = stored ? in_.NonNegative() : context_.last_position;
  transaction->end_position = stored ? in_.NonNegative() : 0;
}

void FieldDecoder::Map(domain::StringMap* map) {
  const std::size_t count = in_.Count(kMapEntryBytesMin);
  map->reserve(count);
  for (std::size_t i = 0; i < count && in_.ok(); ++i) {
    const std::string_view key = Word();
    map->emplace_back(key, in_.Bytes());
  }
}

domain::Decimal FieldDecoder::Decimal() {
  domain::Decimal value;
  value.decimals = in_.ByteUpTo(domain::kScaleMax);
  value.digits = in_.Amount();
  return value;
}

std::optional<domain::Decimal> FieldDecoder::OptionalDecimal() {
  if (in_.ByteUpTo(1) == 0) return std::nullopt;
  return Decimal();
}

void FieldDecoder::Checks(std::vector<domain::BalanceCheck>* checks) {
  const std::size_t count = in_.Count(kCheckBytesMin);
  checks->reserve(count);
  for (std::size_t i = 0; i < count && in_.ok(); ++i) {
    domain::BalanceCheck& check = checks->emplace_back();
    check.account_id = Word();
    check.min_available = OptionalDecimal();
    if (check.account_id.starts_with(kBelowZero) && check.min_available) {
      check.account_id.erase(0, kBelowZero.size());
      check.min_available->digits = -check.min_available->digits;
    }
    check.max_posted = OptionalDecimal();
  }
}

domain::Limits FieldDecoder::Limits() {
  domain::Limits limits;
  const std::uint8_t parts = in_.ByteUpTo(kLimitPartsAll);
  if (parts & kLimitOverdraft) limits.overdraft_limit = in_.Amount();
  limits.unlimited_overdraft = (parts & kLimitUnlimited) != 0;
  if (parts & kLimitMaxBalance) limits.max_balance = in_.Amount();
  return limits;
}

domain::LimitsRequest FieldDecoder::LimitsRequest() {
  domain::LimitsRequest limits;
  const std::uint8_t parts = in_.ByteUpTo(kLimitPartsAll);
  if (parts & kLimitOverdraft) limits.overdraft_limit = Decimal();
  limits.unlimited_overdraft = (parts & kLimitUnlimited) != 0;
  if (parts & kLimitMaxBalance) limits.max_balance = Decimal();
  return limits;
}

domain::AccountState FieldDecoder::State() {
  domain::AccountState account;
  account.account_id = Word();
  account.owner_id = Word();
  account.asset = Word();
  account.scale = in_.ByteUpTo(domain::kScaleMax);
  account.type = EnumUpTo(&in_, domain::AccountType::kExpense);
  account.status = EnumUpTo(&in_, domain::AccountStatus::kClosed);
  account.suspend_scope = EnumUpTo(&in_, domain::SuspendScope::kCredits);
  account.limits = Limits();
  account.version = in_.NonNegative();
  account.position = in_.NonNegative();
  account.open_position = in_.NonNegative();
  account.open_time = Time();
  account.update_time = Time();
  Map(&account.metadata);
  return account;
}

domain::ChangeAccount FieldDecoder::AccountRequest() {
  domain::ChangeAccount request;
  request.kind = EnumUpTo(&in_, domain::AccountChangeKind::kClose);
  if (request.kind < domain::AccountChangeKind::kUpdate) in_.Fail();
  request.account_id = Word();
  request.request_id = Id();
  request.expected_version = UnZigZag(in_.Varint());
  request.update_mask = in_.Byte();
  request.limits = LimitsRequest();
  Map(&request.metadata);
  request.owner_id = Word();
  request.reason = in_.Bytes();
  request.scope = EnumUpTo(&in_, domain::SuspendScope::kCredits);
  return request;
}

domain::SettleTransaction FieldDecoder::SettleRequest() {
  domain::SettleTransaction request;
  request.transaction_id = Id();
  request.request_id = Id();
  request.amount = OptionalDecimal();
  const std::size_t count = in_.Count(kDecimalBytesMin);
  request.amounts.reserve(count);
  for (std::size_t i = 0; i < count && in_.ok(); ++i) request.amounts.push_back(Decimal());
  return request;
}

domain::VoidTransaction FieldDecoder::VoidRequest() {
  domain::VoidTransaction request;
  request.transaction_id = Id();
  request.request_id = Id();
  request.reason = in_.Bytes();
  return request;
}

domain::Refusal FieldDecoder::Refusal() {
  domain::Refusal refusal;
  refusal.reason = static_cast<domain::Reason>(in_.Byte());
  if (domain::InfoOf(refusal.reason).reason != refusal.reason) in_.Fail();
  refusal.message = in_.Bytes();
  Map(&refusal.metadata);
  return refusal;
}

domain::Asset FieldDecoder::Asset() {
  domain::Asset asset;
  asset.code = Word();
  asset.scale = in_.ByteUpTo(domain::kScaleMax);
  asset.name = in_.Bytes();
  return asset;
}

}  // namespace florin::storage::codec
