#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/ledger.h"

namespace florin::actors {

/// A ledger whose calls wait for their outcome; for tests.
class SyncLedger {
 public:
  explicit SyncLedger(Ledger* ledger) : ledger_(ledger) {}

  std::vector<TransactionOutcome> Execute(std::vector<domain::TransactionCommand> commands,
                                          bool atomic = false, bool validate_only = false) {
    Batch batch;
    batch.atomic = atomic;
    batch.validate_only = validate_only;
    for (auto& command : commands)
      batch.items.push_back({"", std::make_shared<domain::TransactionCommand>(std::move(command))});
    auto promise = std::make_shared<std::promise<std::vector<TransactionOutcome>>>();
    ledger_->Execute(std::move(batch), [promise](std::vector<TransactionOutcome> outcomes) {
      promise->set_value(std::move(outcomes));
    });
    return promise->get_future().get();
  }
  TransactionOutcome One(domain::TransactionCommand command) {
    return Execute({std::move(command)}).front();
  }

  AccountOutcome Account(domain::AccountCommand command) {
    auto promise = std::make_shared<std::promise<AccountOutcome>>();
    ledger_->ChangeAccounts({std::move(command)}, "",
                            [promise](std::vector<AccountOutcome> outcomes) {
                              promise->set_value(std::move(outcomes.front()));
                            });
    return promise->get_future().get();
  }
  AssetOutcome Asset(std::string code, int scale) {
    auto promise = std::make_shared<std::promise<AssetOutcome>>();
    ledger_->RegisterAsset({{std::move(code), scale, ""}}, "", [promise](AssetOutcome outcome) {
      promise->set_value(std::move(outcome));
    });
    return promise->get_future().get();
  }

 private:
  Ledger* ledger_;
};

inline domain::OpenAccount Open(std::string id,
                                domain::AccountType type = domain::AccountType::kLiability,
                                std::string asset = "EUR") {
  domain::OpenAccount open;
  open.account_id = std::move(id);
  open.asset = std::move(asset);
  open.type = type;
  return open;
}

inline domain::OpenAccount OpenWorld(std::string id) {
  domain::OpenAccount open = Open(std::move(id), domain::AccountType::kAsset);
  open.limits.unlimited_overdraft = true;
  return open;
}

inline domain::CreateTransaction Transfer(std::string id, std::string debit, std::string credit,
                                          const char* amount) {
  domain::CreateTransaction create;
  create.transaction.transaction_id = std::move(id);
  create.transaction.postings.push_back(
      {std::move(debit), std::move(credit), domain::ParseDecimal(amount).value(), std::nullopt});
  return create;
}

inline domain::CreateTransaction Hold(std::string id, std::string debit, std::string credit,
                                      const char* amount) {
  domain::CreateTransaction create =
      Transfer(std::move(id), std::move(debit), std::move(credit), amount);
  create.transaction.is_hold = true;
  return create;
}

}  // namespace florin::actors
