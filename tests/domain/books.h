#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/account_rules.h"
#include "domain/decide.h"

namespace florin::domain {

inline Decimal Amount(const std::string& text) {
  const auto value = ParseDecimal(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Decimal{});
}

inline CreateTransaction Post(std::string id, std::string debit, std::string credit,
                              const std::string& amount) {
  CreateTransaction create;
  create.transaction.transaction_id = std::move(id);
  create.transaction.postings.push_back(
      {std::move(debit), std::move(credit), Amount(amount), std::nullopt});
  return create;
}

inline CreateTransaction And(CreateTransaction create, std::string debit, std::string credit,
                             const std::string& amount) {
  create.transaction.postings.push_back(
      {std::move(debit), std::move(credit), Amount(amount), std::nullopt});
  return create;
}

inline CreateTransaction Hold(std::string id, std::string debit, std::string credit,
                              const std::string& amount) {
  CreateTransaction create = Post(std::move(id), std::move(debit), std::move(credit), amount);
  create.transaction.is_hold = true;
  return create;
}

inline CreateTransaction WithVersion(CreateTransaction create, std::string id,
                                     std::int64_t expected) {
  create.version_checks.push_back({std::move(id), expected});
  return create;
}

inline CreateTransaction WithMinAvailable(CreateTransaction create, std::string id,
                                          const std::string& amount) {
  create.transaction.balance_checks.push_back({std::move(id), Amount(amount), std::nullopt});
  return create;
}

inline CreateTransaction WithMaxPosted(CreateTransaction create, std::string id,
                                       const std::string& amount) {
  create.transaction.balance_checks.push_back({std::move(id), std::nullopt, Amount(amount)});
  return create;
}

inline SettleTransaction Settle(std::string id, const std::vector<std::string>& amounts = {}) {
  SettleTransaction settle;
  settle.transaction_id = std::move(id);
  for (const std::string& amount : amounts) settle.amounts.push_back(Amount(amount));
  return settle;
}

inline SettleTransaction SettleOne(std::string id, const std::string& amount) {
  SettleTransaction settle;
  settle.transaction_id = std::move(id);
  settle.amount = Amount(amount);
  return settle;
}

inline VoidTransaction Void(std::string id) { return {std::move(id), "", ""}; }

inline ReverseTransaction Reverse(std::string id, std::string original) {
  ReverseTransaction reverse;
  reverse.transaction_id = std::move(id);
  reverse.reverses_transaction_id = std::move(original);
  return reverse;
}

/// A ledger of one thread for "given these commands, when this one".
class Books {
 public:
  static constexpr std::int64_t kTime = 1'000;

  Books()
      : scratch_([](const std::string&) { return AccountState{}; },
                 [](const std::string&) { return TransactionPtr{}; }) {}

  AccountState& Account(const std::string& id) { return scratch_.Account(id); }
  TransactionPtr Find(const std::string& id) { return scratch_.Find(id); }
  void Put(Transaction transaction) {
    scratch_.Put(std::make_shared<Transaction>(std::move(transaction)));
  }

  AccountState& Open(const std::string& id, AccountType type = AccountType::kLiability,
                     const std::string& asset = "EUR", int scale = 2) {
    OpenAccount open;
    open.account_id = id;
    open.asset = asset;
    open.type = type;
    const Asset registered{asset, scale, ""};
    Account(id) = DecideOpen(open, &registered, kTime).after;
    return Account(id);
  }
  /// Debit normal, without a floor: where money comes from.
  AccountState& OpenWorld(const std::string& id, const std::string& asset = "EUR", int scale = 2) {
    AccountState& world = Open(id, AccountType::kAsset, asset, scale);
    world.limits.unlimited_overdraft = true;
    return world;
  }

  CommandDecision Do(const TransactionCommand& command, std::int64_t time = kTime) {
    return DecideAndApply(command, time, &scratch_);
  }
  /// As Do; what is given must be accepted.
  TransactionPtr Given(const TransactionCommand& command) {
    CommandDecision decision = Do(command);
    EXPECT_FALSE(decision.refusal) << decision.refusal->message;
    return decision.effect.after;
  }
  Reason ReasonOf(const TransactionCommand& command) {
    const CommandDecision decision = Do(command);
    return decision.refusal ? decision.refusal->reason : Reason::kNone;
  }

  std::string Posted(const std::string& id) {
    const AccountState& account = Account(id);
    return FormatMinor(account.balances.Posted(account.DebitNormal()), account.scale);
  }
  std::string Available(const std::string& id) {
    const AccountState& account = Account(id);
    return FormatMinor(account.balances.Available(account.DebitNormal()), account.scale);
  }

 private:
  Scratch scratch_;
};

inline void PrintTo(Reason reason, std::ostream* out) { *out << InfoOf(reason).name; }

}  // namespace florin::domain
