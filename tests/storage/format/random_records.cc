#include <algorithm>

#include "tests/storage/format/record_samples.h"

namespace florin::storage {
namespace {
constexpr int kScale = 3;
}  // namespace

RandomRecords::RandomRecords(std::uint64_t seed) : random_(seed) {}

std::uint64_t RandomRecords::Below(std::uint64_t bound) { return random_() % bound; }

std::string RandomRecords::Text(std::size_t size_max) {
  std::string text(Below(size_max + 1), ' ');
  for (char& c : text) c = static_cast<char>(Below(256));
  return text;
}

std::string RandomRecords::Id() {
  if (OneIn(3)) return "id-" + std::to_string(random_());
  // A UUID, sometimes one in capitals, which the short form must not take.
  const std::string_view digits = OneIn(4) ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string id(36, '-');
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i != 8 && i != 13 && i != 18 && i != 23) id[i] = digits[Below(16)];
  }
  return id;
}

domain::Int128 RandomRecords::Amount() {
  // Of every length, but a sum of very many still fits.
  const auto wide = static_cast<domain::UInt128>(random_()) << 48 | random_();
  return static_cast<domain::Int128>(wide >> Below(112)) + 1;
}

domain::Decimal RandomRecords::AnyDecimal() {
  if (OneIn(5)) return {domain::kAmountMax, domain::kScaleMax};
  return {Amount(), static_cast<int>(Below(domain::kScaleMax + 1))};
}

domain::StringMap RandomRecords::Map() {
  domain::StringMap map;
  for (std::uint64_t i = Below(4); i > 0; --i) {
    map.emplace_back("key" + std::to_string(i), Text(300));
  }
  return map;
}

domain::Refusal RandomRecords::Refusal() {
  return {OneIn(2) ? domain::Reason::kAccountClosed : domain::Reason::kAmountOverflow, Text(200),
          Map()};
}

std::string RandomRecords::AccountId() { return account_ids_[Below(account_ids_.size())]; }

Record RandomRecords::Next() {
  if (OneIn(3)) time_ += static_cast<std::int64_t>(Below(5'000'000'000));
  if (account_ids_.size() < 4) return book_.Place(Open());
  switch (Below(12)) {
    case 0:
      return book_.Place(Asset());
    case 1:
      return book_.Place(Open());
    case 2:
      return book_.Place(ChangeState());
    case 3:
      return book_.Place(RefuseTransaction());
    case 4:
      return book_.Place(RefuseRequest());
    case 5:
      return book_.Place(holds_.empty() ? Open() : EndHold());
    case 6:
      if (!posted_.empty()) return book_.Place(Reverse());
      break;
    default:
      break;
  }
  Record record = book_.Place(Create());
  (record.change.transaction->is_hold ? holds_ : posted_).push_back(record.change.transaction);
  return record;
}

Change RandomRecords::Base(ChangeKind kind) {
  Change change;
  change.kind = kind;
  change.commit_time = time_;
  if (!OneIn(4)) change.principal = "principal-" + std::to_string(Below(5));
  if (OneIn(50)) change.principal = std::string(Below(600), 'p');
  return change;
}

Change RandomRecords::Asset() {
  Change change = Base(ChangeKind::kAssetRegistered);
  change.asset = {"A" + std::to_string(Below(10)), static_cast<int>(Below(domain::kScaleMax + 1)),
                  Text(40)};
  return change;
}

Change RandomRecords::Open() {
  Change change = Base(ChangeKind::kAccountOpened);
  change.account = std::make_shared<domain::AccountState>();
  domain::AccountState& account = *change.account;
  account.account_id = "account:" + std::to_string(account_ids_.size());
  account.owner_id = Text(20);
  account.asset = "A1";
  account.scale = kScale;
  account.type = static_cast<domain::AccountType>(1 + Below(5));
  account.status = domain::AccountStatus::kActive;
  account.limits.unlimited_overdraft = OneIn(2);
  if (OneIn(2)) account.limits.max_balance = Amount();
  account.open_time = account.update_time = time_;
  account.metadata = Map();
  account_ids_.push_back(account.account_id);
  return change;
}

domain::ChangeAccount RandomRecords::Request(const std::string& account_id) {
  domain::ChangeAccount request;
  request.kind = static_cast<domain::AccountChangeKind>(1 + Below(4));
  request.account_id = account_id;
  if (OneIn(2)) request.request_id = Id();
  request.expected_version = static_cast<std::int64_t>(Below(1000));
  request.update_mask = static_cast<std::uint8_t>(Below(32));
  if (OneIn(2)) request.limits.overdraft_limit = AnyDecimal();
  request.limits.unlimited_overdraft = OneIn(2);
  if (OneIn(2)) request.limits.max_balance = AnyDecimal();
  request.metadata = Map();
  request.owner_id = Text(20);
  request.reason = Text(100);
  request.scope = static_cast<domain::SuspendScope>(Below(4));
  return request;
}

Change RandomRecords::ChangeState() {
  Change change = Base(ChangeKind::kAccountChanged);
  const std::string account_id = AccountId();
  change.account = std::make_shared<domain::AccountState>(book_.accounts().at(account_id));
  change.account->status = static_cast<domain::AccountStatus>(1 + Below(3));
  change.account->limits.overdraft_limit = Amount();
  change.account->update_time = time_;
  auto request = std::make_shared<domain::ChangeAccount>(Request(account_id));
  change.request_id = request->request_id;
  change.account_request = std::move(request);
  change.changed_fields = static_cast<std::uint8_t>(Below(32));
  return change;
}

std::shared_ptr<domain::Transaction> RandomRecords::NewTransaction() {
  auto transaction = std::make_shared<domain::Transaction>();
  transaction->transaction_id = Id();
  const std::uint64_t postings = OneIn(10) ? 1 + Below(60) : 1 + Below(3);
  for (std::uint64_t i = 0; i < postings; ++i) {
    transaction->postings.push_back({AccountId(), AccountId(), {Amount(), kScale}, std::nullopt});
  }
  if (OneIn(2)) transaction->type = "type-" + std::to_string(Below(5));
  if (OneIn(3)) transaction->reference = Text(40);
  if (OneIn(5)) transaction->description = Text(500);
  if (OneIn(3)) transaction->metadata = Map();
  if (OneIn(4)) {
    transaction->effective_time = static_cast<std::int64_t>(random_());
  }
  if (OneIn(4)) transaction->correlation_id = Id();
  if (OneIn(4)) transaction->causation_id = Id();
  if (OneIn(6)) {
    transaction->balance_checks = {
        {AccountId(), AnyDecimal(), std::nullopt},
        {AccountId(), domain::Decimal{-1 - Amount() / 2, 2}, AnyDecimal()},
        {AccountId(), std::nullopt, AnyDecimal()}};
  }
  transaction->commit_time = time_;
  return transaction;
}

Change RandomRecords::Create() {
  Change change = Base(ChangeKind::kTransactionCreated);
  change.transaction = NewTransaction();
  change.transaction->status = domain::TransactionStatus::kPosted;
  if (OneIn(3)) {
    change.transaction->status = domain::TransactionStatus::kPending;
    change.transaction->is_hold = true;
    if (OneIn(2)) {
      change.transaction->hold_timeout_ns = static_cast<std::int64_t>(Below(1'000'000'000'000));
      change.transaction->expire_time = time_ + *change.transaction->hold_timeout_ns;
    }
  }
  return change;
}

Change RandomRecords::EndHold() {
  Change change = Base(ChangeKind::kHoldEnded);
  const std::size_t which = Below(holds_.size());
  change.transaction = std::make_shared<domain::Transaction>(*holds_[which]);
  holds_.erase(holds_.begin() + static_cast<std::ptrdiff_t>(which));
  domain::Transaction& transaction = *change.transaction;
  transaction.status = static_cast<domain::TransactionStatus>(2 + Below(3));
  transaction.end_time = time_;
  transaction.end_reason = Text(50);
  if (OneIn(2)) change.request_id = Id();
  if (transaction.status == domain::TransactionStatus::kPosted) {
    for (domain::TransactionPosting& posting : transaction.postings) {
      if (OneIn(2)) posting.posted = posting.amount.digits / 2;
      if (OneIn(5)) posting.posted = 0;
    }
  }
  return change;
}

Change RandomRecords::Reverse() {
  Change change = Base(ChangeKind::kTransactionReversed);
  const std::size_t which = Below(posted_.size());
  change.original = std::make_shared<domain::Transaction>(*posted_[which]);
  posted_.erase(posted_.begin() + static_cast<std::ptrdiff_t>(which));
  change.transaction = NewTransaction();
  change.transaction->status = domain::TransactionStatus::kPosted;
  change.transaction->reverses_transaction_id = change.original->transaction_id;
  change.original->reversed_by_transaction_id = change.transaction->transaction_id;
  return change;
}

Change RandomRecords::RefuseTransaction() {
  Change change = Base(ChangeKind::kTransactionRefused);
  change.transaction = NewTransaction();
  change.transaction->status = domain::TransactionStatus::kRefused;
  for (domain::TransactionPosting& posting : change.transaction->postings) {
    posting.amount = AnyDecimal();
  }
  change.transaction->refusal = Refusal();
  return change;
}

Change RandomRecords::RefuseRequest() {
  Change change = Base(ChangeKind::kRequestRefused);
  change.request_id = Id();
  change.refusal = Refusal();
  change.target_is_account = OneIn(3);
  change.target_id = change.target_is_account ? AccountId() : Id();
  if (change.target_is_account) {
    change.account_request =
        std::make_shared<const domain::ChangeAccount>(Request(change.target_id));
  } else if (OneIn(2)) {
    domain::SettleTransaction request{change.target_id, std::nullopt, {}, change.request_id};
    if (OneIn(2)) request.amount = AnyDecimal();
    for (std::uint64_t i = Below(4); i > 0; --i) {
      request.amounts.push_back(AnyDecimal());
    }
    change.settle_request = std::make_shared<const domain::SettleTransaction>(request);
  } else {
    change.void_request = std::make_shared<const domain::VoidTransaction>(
        domain::VoidTransaction{change.target_id, Text(50), change.request_id});
  }
  return change;
}

}  // namespace florin::storage
