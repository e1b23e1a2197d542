// Goal: whatever the order in which mailboxes run, every outcome, reason,
// balance and version is that of running the commands one after another in the
// order of their numbers. Method: the pipeline's own code over simulated
// mailboxes, thousands of seeds, against the serial model.

#include <gtest/gtest.h>

#include <iostream>

#include "tests/actors/ledger/random_calls.h"
#include "tests/actors/ledger/serial_model.h"
#include "tests/support/temporary_directory.h"

namespace florin::actors {
namespace {

using domain::Reason;

class PipelineRandomTest : public ::testing::Test {
 protected:
  PipelineRandomTest() {
    storage::StoreOptions options;
    options.directory = directory_.path();
    // Power loss is tested elsewhere; here it is about order.
    options.sync = false;
    auto store = storage::Store::Open(options);
    if (!store.ok()) return;
    store_ = std::move(*store);
    test_support::RandomSource random(1);
    SimulatedLedger ledger(store_.get(), &random, &clock_, {});
    ledger.Register({"EUR", 2, ""});
    ledger.Register({"JPY", 0, ""});
    ledger.boxes().RunAll();
  }

  SimulatedLedger::Options Options(test_support::RandomSource* random) {
    SimulatedLedger::Options options;
    options.recent_commands = random->Pick(std::vector<std::size_t>{0, 1, 4, 65'536});
    options.expiries_max = random->Pick(std::vector<std::size_t>{1, 2, 512});
    options.passivate_percent = random->Pick(std::vector<double>{0, 10, 100});
    options.in_place_percent = random->Pick(std::vector<double>{0, 50, 100});
    options.commit_most = random->Between(1, 20);
    options.clock_step = random->Between(0, 6);
    return options;
  }

  void Check(const RandomCalls& calls, const SimulatedLedger& ledger) {
    ASSERT_FALSE(ledger.failure().IsSet()) << ledger.failure().Get()->message;
    SerialModel model;
    model.Run(ledger.Flights());
    for (const auto& call : calls.calls()) model.CheckCall(*call);
    for (const auto& call : calls.account_calls()) {
      model.CheckAccountCall(*call);
    }
    model.CheckState(&store_->reader());
    model.CheckBooks();
    for (const auto& [reason, count] : model.counts()) counts_[reason] += count;
    replays_ += model.replays();
    passed_by_ += model.passed_by();
    readmitted_ += ledger.readmitted();
    parked_ += ledger.parked();
  }

  void Print() const {
    for (const auto& [reason, count] : counts_) {
      std::cout << (reason == Reason::kNone ? "accepted" : domain::InfoOf(reason).name) << " "
                << count << "\n";
    }
    std::cout << "replays " << replays_ << ", readmitted " << readmitted_ << ", parked " << parked_
              << ", went before due holds " << passed_by_ << "\n";
  }

  test_support::TemporaryDirectory directory_;
  std::unique_ptr<storage::Store> store_;
  std::int64_t clock_ = 1000;
  std::map<Reason, std::int64_t> counts_;
  std::int64_t replays_ = 0;
  std::int64_t readmitted_ = 0;
  std::int64_t parked_ = 0;
  std::int64_t passed_by_ = 0;
};

TEST_F(PipelineRandomTest, EqualsSerialOrder) {
  ASSERT_NE(store_, nullptr);
  const std::uint64_t first = test_support::SeedFromEnvironment();
  const std::int64_t seeds = test_support::NumberFromEnvironment("FLORIN_TEST_SEEDS", 3000);
  std::cout << "seeds from " << first << ", " << seeds << " of them\n";
  for (std::int64_t i = 0; i < seeds; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("FLORIN_TEST_SEED=" + std::to_string(seed));
    test_support::RandomSource random(seed);
    RandomCalls calls(&random, "s" + std::to_string(i) + "-");
    SimulatedLedger ledger(store_.get(), &random, &clock_, Options(&random));
    calls.SendAll(&ledger, 40);
    ledger.boxes().RunAll();
    Check(calls, ledger);
    if (HasFailure()) break;
  }
  Print();
  if (seeds < 1000) return;
  // The mix must reach what it is about.
  for (const Reason reason : {Reason::kNone,
                              Reason::kIdReused,
                              Reason::kAccountNotFound,
                              Reason::kTransactionNotFound,
                              Reason::kVersionConflict,
                              Reason::kAssetMismatch,
                              Reason::kAmountScaleExceeded,
                              Reason::kAccountSuspended,
                              Reason::kAccountClosed,
                              Reason::kNotAHold,
                              Reason::kHoldNotPending,
                              Reason::kHoldAmountExceeded,
                              Reason::kNotReversible,
                              Reason::kAlreadyReversed,
                              Reason::kAmountOverflow,
                              Reason::kInsufficientFunds,
                              Reason::kBalanceLimitExceeded,
                              Reason::kBalanceNotZero,
                              Reason::kBatchRefused,
                              Reason::kFieldInvalid}) {
    EXPECT_GT(counts_[reason], 20) << domain::InfoOf(reason).name;
  }
  EXPECT_GT(replays_, 1000);
  EXPECT_GT(readmitted_, 1000);
  EXPECT_GT(parked_, 1000);
  EXPECT_GT(passed_by_, 500);
}

TEST_F(PipelineRandomTest, EqualsSerialOrderOnThreads) {
  ASSERT_NE(store_, nullptr);
  const std::uint64_t first = test_support::SeedFromEnvironment();
  const std::int64_t seeds = test_support::NumberFromEnvironment("FLORIN_TEST_SEEDS", 300) / 3;
  std::cout << "seeds from " << first << ", " << seeds << " of them\n";
  for (std::int64_t i = 0; i < seeds; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("FLORIN_TEST_SEED=" + std::to_string(seed));
    test_support::RandomSource random(seed);
    RandomCalls calls(&random, "p" + std::to_string(i) + "-");
    SimulatedLedger ledger(store_.get(), &random, &clock_, Options(&random));
    calls.SendAll(&ledger, 60);
    ledger.boxes().RunOnThreads(3);
    Check(calls, ledger);
    if (HasFailure()) break;
  }
  Print();
}

}  // namespace
}  // namespace florin::actors
