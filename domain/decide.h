#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "domain/account_check.h"
#include "domain/command.h"
#include "domain/refusal.h"
#include "domain/transaction_rules.h"

namespace florin::domain {

/// Accounts and transactions at one point of the log, on which commands are tried one after
/// another. Loads on first use, keeps what the commands change to itself.
class Scratch {
 public:
  using LoadAccount = std::function<AccountState(const std::string&)>;
  using LoadTransaction = std::function<TransactionPtr(const std::string&)>;

  Scratch(LoadAccount load_account, LoadTransaction load_transaction)
      : load_account_(std::move(load_account)), load_transaction_(std::move(load_transaction)) {}

  /// Version 0 if there is none.
  AccountState& Account(const std::string& account_id);
  /// Null if there is none.
  TransactionPtr Find(const std::string& transaction_id);
  void Put(TransactionPtr transaction);

 private:
  LoadAccount load_account_;
  LoadTransaction load_transaction_;
  std::map<std::string, AccountState> accounts_;
  std::map<std::string, TransactionPtr> transactions_;
};

/// What one command does on exact states.
struct CommandDecision {
  std::optional<Refusal> refusal;
  /// The same end again.
  bool replays_end = false;
  TransactionEffect effect;
};

/// Decides `command` as a single-threaded ledger would, and applies it to `scratch` if it is
/// accepted.
///
/// The actors decide the same part by part; this is how a refusal gets its exact numbers, how
/// validate_only is answered, and the check that both agree.
[[nodiscard]] CommandDecision DecideAndApply(const TransactionCommand& command,
                                             std::int64_t commit_time, Scratch* scratch);

}  // namespace florin::domain
