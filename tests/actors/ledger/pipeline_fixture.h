#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/actors/ledger/simulated_ledger.h"
#include "tests/actors/ledger/sync_ledger.h"
#include "tests/support/temporary_directory.h"

namespace florin::actors {

/// A simulated ledger with the world account "cash" and the accounts a, b and c, whose mailboxes a
/// test holds back to bring about what it asks for.
class PipelineTest : public ::testing::Test {
 protected:
  using Call = std::shared_ptr<SimulatedCall>;

  PipelineTest() {
    storage::StoreOptions options;
    options.directory = directory_.path();
    options.sync = false;
    auto store = storage::Store::Open(options);
    if (store.ok()) store_ = std::move(*store);
  }
  void SetUp() override {
    ASSERT_NE(store_, nullptr);
    Start(options_);
    ledger_->Register({"EUR", 2, ""});
    ledger_->Register({"JPY", 0, ""});
    ledger_->boxes().RunAll();
    ledger_->Change(client_, OpenWorld("cash"));
    for (const char* id : {"a", "b", "c"}) ledger_->Change(client_, Open(id));
    ledger_->boxes().RunAll();
  }
  void Start(const SimulatedLedger::Options& options) {
    ledger_ = std::make_unique<SimulatedLedger>(store_.get(), &random_, &clock_, options);
    client_ = ledger_->NewClient();
  }

  /// Opens the accounts yen and y; the hold "h" of 5 between them, and of 1.00 from cash to a.
  domain::CreateTransaction HoldOfYenAndEuro() {
    domain::OpenAccount yen = OpenWorld("yen");
    yen.asset = "JPY";
    ledger_->Change(client_, yen);
    ledger_->Change(client_, Open("y", domain::AccountType::kLiability, "JPY"));
    ledger_->boxes().RunAll();
    domain::CreateTransaction hold = actors::Hold("h", "yen", "y", "5");
    hold.transaction.postings.push_back(
        Transfer("", "cash", "a", "1").transaction.postings.front());
    return hold;
  }

  Call Send(std::vector<domain::TransactionCommand> commands, bool atomic = false,
            bool validate_only = false) {
    return SendFrom(client_, std::move(commands), nullptr, atomic, validate_only);
  }
  Call SendFrom(std::size_t client, std::vector<domain::TransactionCommand> commands,
                std::shared_ptr<Lane> lane = nullptr, bool atomic = false,
                bool validate_only = false) {
    Batch batch;
    batch.atomic = atomic;
    batch.validate_only = validate_only;
    for (auto& command : commands)
      batch.items.push_back({"", std::make_shared<domain::TransactionCommand>(std::move(command))});
    return ledger_->Execute(client, std::move(batch), std::move(lane));
  }
  /// Sends it and runs all that may run.
  Call Run(std::vector<domain::TransactionCommand> commands, bool atomic = false,
           bool validate_only = false) {
    Call call = Send(std::move(commands), atomic, validate_only);
    ledger_->boxes().RunAll();
    return call;
  }
  void Hold(const std::string& account) { ledger_->boxes().Hold(ledger_->BoxOf(account)); }
  void Release(const std::string& account) {
    ledger_->boxes().Release(ledger_->BoxOf(account));
    ledger_->boxes().RunAll();
  }
  [[nodiscard]] std::size_t Decided() const { return ledger_->Flights().size(); }
  static domain::Reason ReasonOf(const Call& call, std::size_t index = 0) {
    EXPECT_EQ(call->answers, 1);
    if (call->outcomes.size() <= index) return domain::Reason::kDataCorrupt;
    const auto& refusal = call->outcomes[index].refusal;
    return refusal ? refusal->reason : domain::Reason::kNone;
  }
  std::string Posted(const std::string& id) {
    auto head = store_->reader().GetHead(id, storage::Tier::kDisk);
    const domain::AccountState& account = *head->value->state;
    return domain::FormatMinor(account.balances.Posted(account.DebitNormal()), account.scale);
  }

  test_support::TemporaryDirectory directory_;
  std::unique_ptr<storage::Store> store_;
  test_support::RandomSource random_{1};
  std::int64_t clock_ = 1000;
  SimulatedLedger::Options options_{.clock_step = 0};
  std::unique_ptr<SimulatedLedger> ledger_;
  std::size_t client_ = 0;
};

}  // namespace florin::actors
