#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/actors/ledger/simulated_ledger.h"

namespace florin::actors {

/// Draws calls of every kind against a handful of accounts, so that they get in
/// each other's way: about half are refused. `prefix` keeps the ids of one
/// ledger apart from those of others on the same store.
class RandomCalls {
 public:
  RandomCalls(test_support::RandomSource* random, std::string prefix);

  /// Opens most accounts, then sends `count` calls through a few clients.
  void SendAll(SimulatedLedger* ledger, int count);

  [[nodiscard]] const std::vector<std::shared_ptr<SimulatedCall>>& calls() const { return calls_; }
  [[nodiscard]] const std::vector<std::shared_ptr<SimulatedAccountCall>>& account_calls() const {
    return account_calls_;
  }
  [[nodiscard]] const std::vector<std::string>& accounts() const { return accounts_; }

 private:
  void SendOne(SimulatedLedger* ledger);
  domain::OpenAccount Opening(std::size_t index);
  domain::Decimal Amount();
  domain::TransactionCommand Command();
  domain::CreateTransaction Create();
  void AddChecks(domain::CreateTransaction* create);
  domain::SettleTransaction Settle();
  domain::AccountCommand AccountChange();
  Batch NewBatch();
  std::string NewId() { return prefix_ + "t" + std::to_string(++last_id_); }
  std::string SomeId();
  std::size_t SomeClient() { return random_->Pick(clients_); }

  test_support::RandomSource* random_;
  std::string prefix_;
  std::vector<std::string> accounts_;
  std::vector<std::size_t> clients_;
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::vector<domain::TransactionCommand> sent_;
  int last_id_ = 0;
  bool huge_ = false;
  std::vector<std::shared_ptr<SimulatedCall>> calls_;
  std::vector<std::shared_ptr<SimulatedAccountCall>> account_calls_;
};

}  // namespace florin::actors
