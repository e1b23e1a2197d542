#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/account.h"
#include "domain/amount.h"
#include "domain/reason.h"
#include "domain/transaction.h"
#include "reference/commands.h"

namespace florin::reference {

using domain::Int128;

struct Refusal {
  domain::Reason reason = domain::Reason::kNone;
  StringMap metadata;
};

/// Minor units.
struct Balances {
  Int128 debits_posted = 0;
  Int128 credits_posted = 0;
  Int128 debits_pending = 0;
  Int128 credits_pending = 0;
};

struct Asset {
  std::string code;
  int scale = 0;
  std::string name;
  std::int64_t position = 0;
};

struct Account {
  std::string account_id;
  std::string owner_id;
  std::string asset;
  int scale = 0;
  domain::AccountType type = domain::AccountType::kUnspecified;
  domain::AccountStatus status = domain::AccountStatus::kActive;
  domain::SuspendScope suspend_scope = domain::SuspendScope::kUnspecified;
  Int128 overdraft_limit = 0;
  bool unlimited_overdraft = false;
  std::optional<Int128> max_balance;
  Balances balances;
  std::int64_t version = 0;
  std::int64_t position = 0;
  std::int64_t open_time = 0;
  std::int64_t update_time = 0;
  StringMap metadata;

  bool DebitNormal() const {
    return type == domain::AccountType::kAsset || type == domain::AccountType::kExpense;
  }
  Int128 Posted() const {
    return DebitNormal() ? balances.debits_posted - balances.credits_posted
                         : balances.credits_posted - balances.debits_posted;
  }
  /// Posted less what holds have reserved on the side that lowers the balance.
  Int128 Available() const {
    return Posted() - (DebitNormal() ? balances.credits_pending : balances.debits_pending);
  }
  /// Posted plus what holds may bring in on the side that raises the balance.
  Int128 PostedAndPendingIn() const {
    return Posted() + (DebitNormal() ? balances.debits_pending : balances.credits_pending);
  }
};

/// A posting as it stands: minor units of the accounts' asset; as written in a
/// refused transaction.
struct StoredPosting {
  std::string debit_account_id;
  std::string credit_account_id;
  Int128 amount = 0;
  int scale = 0;
  /// What was moved in the end, where that is not `amount`.
  std::optional<Int128> posted;
  /// False while a command is judged whose amount is too large at the asset's
  /// scale.
  bool fits = true;
};

struct Transaction {
  std::string transaction_id;
  domain::TransactionStatus status = domain::TransactionStatus::kUnspecified;
  bool is_hold = false;
  std::vector<StoredPosting> postings;
  std::string type;
  std::string reference;
  std::string description;
  StringMap metadata;
  std::optional<std::int64_t> effective_time;
  std::int64_t commit_time = 0;
  std::optional<std::int64_t> expire_time;
  std::int64_t position = 0;
  std::string reverses_transaction_id;
  std::string reversed_by_transaction_id;
  std::string correlation_id;
  std::string causation_id;
  std::optional<Refusal> refusal;
  std::optional<std::int64_t> end_time;
  std::string end_reason;
  std::int64_t version = 0;
};

using TransactionPtr = std::shared_ptr<const Transaction>;

/// An account as a command left it.
struct AccountBalance {
  std::string account_id;
  std::int64_t version = 0;
  int scale = 0;
  Int128 posted = 0;
  Int128 available = 0;
  Balances balances;
};

/// One event, as far as its content follows from the command.
struct Event {
  std::int64_t position = 0;
  std::string stream;
  std::int64_t version = 0;
  std::string type;
  std::string transaction_id;
  /// Of the events on accounts that move or reserve money.
  domain::Side side = domain::Side::kUnspecified;
  int posting_index = 0;
  Int128 amount = 0;
  Int128 balance_before = 0;
  Int128 balance_after = 0;
  Int128 available_after = 0;
  int scale = 0;
  std::string counter_account_id;
};

/// What a command is answered.
struct Answer {
  std::optional<Refusal> refusal;
  bool replayed = false;
  /// Of commands on transactions; kUnspecified if refused and not recorded.
  domain::TransactionStatus status = domain::TransactionStatus::kUnspecified;
  /// Of the command's last event; 0 if it has none.
  std::int64_t position = 0;
  TransactionPtr transaction;
  std::vector<AccountBalance> account_balances;
  std::optional<Account> account;
  std::optional<Asset> asset;
};

}  // namespace florin::reference
