#include "tests/actors/ledger/random_calls.h"

#include <algorithm>
#include <utility>

namespace florin::actors {
namespace {

constexpr std::size_t kAccounts = 6;
constexpr std::size_t kClients = 3;

}  // namespace

RandomCalls::RandomCalls(test_support::RandomSource* random, std::string prefix)
    : random_(random), prefix_(std::move(prefix)), huge_(random->Percent(10)) {
  for (std::size_t i = 0; i < kAccounts; ++i) {
    accounts_.push_back(prefix_ + "a" + std::to_string(i));
  }
  for (std::size_t i = 0; i < kClients; ++i) {
    lanes_.push_back(random->Percent(30) ? std::make_shared<Lane>() : nullptr);
  }
}

void RandomCalls::SendAll(SimulatedLedger* ledger, int count) {
  for (std::size_t i = 0; i < kClients; ++i) {
    clients_.push_back(ledger->NewClient());
  }
  // The last account is opened late or never.
  for (std::size_t i = 0; i + 1 < kAccounts; ++i) {
    account_calls_.push_back(ledger->Change(clients_[0], Opening(i)));
  }
  // Sometimes what follows meets accounts that are just being opened.
  if (random_->Percent(80)) ledger->boxes().RunAll();
  for (int i = 0; i < count; ++i) {
    SendOne(ledger);
    for (std::int64_t run = random_->Between(0, 12); run > 0; --run) {
      static_cast<void>(ledger->boxes().RunOne());
    }
  }
}

void RandomCalls::SendOne(SimulatedLedger* ledger) {
  if (random_->Percent(5)) ledger->Tick(SomeClient());
  if (random_->Percent(12)) {
    account_calls_.push_back(ledger->Change(SomeClient(), AccountChange()));
    return;
  }
  const std::size_t client = random_->Below(kClients);
  calls_.push_back(ledger->Execute(clients_[client], NewBatch(), lanes_[client]));
}

domain::OpenAccount RandomCalls::Opening(std::size_t index) {
  domain::OpenAccount open;
  open.account_id = accounts_[index];
  open.asset = index == 4 ? "JPY" : "EUR";
  open.type = index % 2 == 0 ? domain::AccountType::kAsset : domain::AccountType::kLiability;
  if (index < 2 || huge_) {
    open.limits.unlimited_overdraft = true;
  } else if (random_->Percent(40)) {
    open.limits.overdraft_limit = domain::Decimal{random_->Between(0, 30), 0};
  }
  if (!huge_ && random_->Percent(40)) {
    open.limits.max_balance = domain::Decimal{random_->Between(20, 60), 0};
  }
  return open;
}

domain::Decimal RandomCalls::Amount() {
  if (huge_ && random_->Percent(60)) {
    return {(domain::Int128{1} << random_->Between(112, 126)), 2};
  }
  if (random_->Percent(3)) return {random_->Between(1, 5000), 3};
  if (random_->Percent(50)) return {random_->Between(1, 25), 0};
  return {random_->Between(1, 2500), 2};
}

std::string RandomCalls::SomeId() {
  if (last_id_ == 0 || random_->Percent(3)) return prefix_ + "unknown";
  // Mostly a recent one, which may be undecided yet.
  const int back = static_cast<int>(random_->Between(0, random_->Percent(70) ? 4 : 40));
  return prefix_ + "t" + std::to_string(std::max(1, last_id_ - back));
}

domain::CreateTransaction RandomCalls::Create() {
  domain::CreateTransaction create;
  domain::Transaction& transaction = create.transaction;
  transaction.transaction_id = NewId();
  const std::int64_t postings = random_->Percent(60) ? 1 : random_->Between(2, 4);
  for (std::int64_t i = 0; i < postings; ++i) {
    const std::size_t accounts = random_->Percent(6) ? kAccounts : 4;
    const std::size_t debit = random_->Below(accounts);
    const std::size_t credit = (debit + 1 + random_->Below(accounts - 1)) % accounts;
    transaction.postings.push_back({accounts_[debit], accounts_[credit], Amount(), std::nullopt});
  }
  transaction.is_hold = random_->Percent(35);
  if (transaction.is_hold && random_->Percent(50)) {
    transaction.hold_timeout_ns = random_->Between(1, 60);
  }
  AddChecks(&create);
  return create;
}

void RandomCalls::AddChecks(domain::CreateTransaction* create) {
  if (random_->Percent(12)) {
    create->version_checks.push_back({accounts_[random_->Below(4)], random_->Between(1, 15)});
  }
  if (random_->Percent(12)) {
    domain::BalanceCheck check;
    check.account_id = accounts_[random_->Below(4)];
    if (random_->Percent(60)) {
      check.min_available = domain::Decimal{random_->Between(-20, 20), 0};
    } else {
      check.max_posted = domain::Decimal{random_->Between(0, 60), 0};
    }
    create->transaction.balance_checks.push_back(check);
  }
}

domain::SettleTransaction RandomCalls::Settle() {
  domain::SettleTransaction settle;
  settle.transaction_id = SomeId();
  const double shape = static_cast<double>(random_->Between(0, 99));
  if (shape < 35) {
    settle.amount = Amount();
  } else if (shape < 60) {
    // Zero here and there: that part is released.
    for (std::int64_t i = random_->Between(1, 3); i > 0; --i) {
      settle.amounts.push_back(random_->Percent(20) ? domain::Decimal{} : Amount());
    }
    settle.amounts.front() = Amount();
  }
  if (random_->Percent(25)) {
    settle.request_id = "r" + std::to_string(random_->Between(1, 2));
  }
  return settle;
}

domain::TransactionCommand RandomCalls::Command() {
  if (!sent_.empty() && random_->Percent(10)) {
    // The same again, now and then with other content.
    domain::TransactionCommand again =
        sent_[sent_.size() - 1 - random_->Below(std::min<std::size_t>(sent_.size(), 12))];
    auto* create = std::get_if<domain::CreateTransaction>(&again);
    if (create != nullptr && random_->Percent(25)) {
      create->transaction.reference = "another";
    }
    return again;
  }
  switch (random_->Weighted({60, 15, 8, 10})) {
    case 0:
      return Create();
    case 1:
      return Settle();
    case 2: {
      domain::VoidTransaction release{SomeId(), "", ""};
      if (random_->Percent(25)) {
        release.request_id = "r" + std::to_string(random_->Between(1, 2));
      }
      return release;
    }
    default: {
      domain::ReverseTransaction reverse;
      reverse.reverses_transaction_id = SomeId();
      reverse.transaction_id = NewId();
      return reverse;
    }
  }
}

Batch RandomCalls::NewBatch() {
  Batch batch;
  batch.atomic = random_->Percent(16);
  batch.validate_only = random_->Percent(5);
  const std::int64_t items =
      batch.atomic ? random_->Between(1, 5) : (random_->Percent(70) ? 1 : random_->Between(2, 4));
  for (std::int64_t i = 0; i < items; ++i) {
    domain::TransactionCommand command = Command();
    sent_.push_back(command);
    batch.items.push_back({"", std::make_shared<domain::TransactionCommand>(std::move(command))});
  }
  return batch;
}

domain::AccountCommand RandomCalls::AccountChange() {
  if (random_->Percent(10)) return Opening(random_->Below(kAccounts));
  domain::ChangeAccount change;
  change.account_id = accounts_[random_->Below(kAccounts)];
  if (random_->Percent(30)) {
    change.request_id = "r" + std::to_string(random_->Between(1, 4));
  }
  if (random_->Percent(20)) change.expected_version = random_->Between(1, 10);
  switch (random_->Weighted({30, 20, 45, 5})) {
    case 0:
      change.kind = domain::AccountChangeKind::kUpdate;
      change.update_mask = domain::kUpdateMaxBalance;
      if (random_->Percent(50)) {
        change.limits.max_balance = domain::Decimal{random_->Between(5, 80), 0};
      }
      break;
    case 1:
      change.kind = domain::AccountChangeKind::kSuspend;
      change.scope = static_cast<domain::SuspendScope>(random_->Between(1, 3));
      break;
    case 2:
      change.kind = domain::AccountChangeKind::kReactivate;
      break;
    default:
      change.kind = domain::AccountChangeKind::kClose;
      break;
  }
  return change;
}

}  // namespace florin::actors
