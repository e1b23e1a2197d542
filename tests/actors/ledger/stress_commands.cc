#include "tests/actors/ledger/stress_commands.h"

#include <memory>
#include <utility>

#include "tests/actors/ledger/sync_ledger.h"

namespace florin::actors {

StressCommands::Kind StressCommands::NextKind(int i) {
  i_ = i;
  switch (Below(12)) {
    case 0:
      return Kind::kAccounts;
    case 1:
      return Kind::kAsset;
    default:
      return Kind::kTransactions;
  }
}

std::vector<domain::AccountCommand> StressCommands::Accounts() {
  domain::ChangeAccount change;
  change.account_id = AccountId(Below(accounts_));
  change.request_id = "q" + std::to_string(Below(500));
  if (random_.Percent(50)) {
    change.kind = domain::AccountChangeKind::kUpdate;
    change.update_mask = domain::kUpdateMaxBalance;
    change.limits.max_balance = domain::ParseDecimal("1000000");
  } else {
    change.kind = domain::AccountChangeKind::kReactivate;
  }
  std::vector<domain::AccountCommand> commands;
  commands.emplace_back(std::move(change));
  // A third of these are new.
  commands.emplace_back(Open(AccountId(Below(accounts_ * 3 / 2))));
  return commands;
}

domain::RegisterAsset StressCommands::Asset() {
  return {{"A" + std::to_string(Below(9)), Below(3), ""}};
}

Batch StressCommands::Transactions() {
  Batch batch;
  const int kind = Below(10);
  batch.atomic = kind < 2;
  batch.validate_only = kind == 1 || kind == 3;
  for (int left = 1 + Below(kind < 4 ? 6 : 30); left > 0; --left)
    batch.items.push_back({"", std::make_shared<domain::TransactionCommand>(Command())});
  return batch;
}

domain::TransactionCommand StressCommands::Command() {
  // Threads share ids, so that they meet; and come back to them later.
  std::string id = "t" + std::to_string(i_ / 2 * 3 + Below(8));
  if (random_.Percent(75)) id += "-" + std::to_string(thread_);
  const int debit = SomeAccount();
  const int other = SomeAccount();
  const int credit = other == debit ? (other + 1) % accounts_ : other;
  switch (Below(10)) {
    case 0:
    case 1: {
      domain::CreateTransaction hold = Create(id, debit, credit);
      hold.transaction.is_hold = true;
      if (random_.Percent(50)) hold.transaction.hold_timeout_ns = 1 + Below(20'000'000);
      return hold;
    }
    case 2:
    case 3:
      return domain::SettleTransaction{
          id,
          random_.Percent(50) ? domain::ParseDecimal("0.01") : std::nullopt,
          {},
          random_.Percent(50) ? "" : "r" + std::to_string(Below(5))};
    case 4:
      return domain::VoidTransaction{id, "", ""};
    case 5:
      return domain::ReverseTransaction{"x" + id, id, "wrong", {}, std::nullopt, "", ""};
    default:
      break;
  }
  domain::CreateTransaction create = Create(id, debit, credit);
  for (int more = Below(3) == 0 ? Below(12) : 0; more > 0; --more) {
    const int from = Below(accounts_);
    create.transaction.postings.push_back(
        Create("", from, (from + 1 + Below(accounts_ - 1)) % accounts_)
            .transaction.postings.front());
  }
  return create;
}

domain::CreateTransaction StressCommands::Create(const std::string& id, int debit, int credit) {
  static const std::vector<const char*> kAmounts = {"1", "0.01", "20", "3.33"};
  return Transfer(id, AccountId(debit), AccountId(credit), random_.Pick(kAmounts));
}

}  // namespace florin::actors
