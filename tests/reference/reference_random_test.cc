// The reference ledger against what must hold whatever it is asked: random
// commands, one after another.

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <variant>

#include "domain/reason.h"
#include "reference/reference_ledger.h"
#include "tests/support/command_generator.h"
#include "tests/support/command_world.h"
#include "tests/support/random_source.h"

namespace florin::reference {
namespace {

using domain::Reason;
using test_support::AccountCommand;
using test_support::CommandGenerator;
using test_support::CommandWorld;

constexpr std::int64_t kMillisecond = 1'000'000;

class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed) : generator_(seed, 0, &world_) {}

  void OpenEverything() {
    for (const RegisterAsset& asset : world_.assets()) Take(ledger_.Execute(asset, now_));
    for (const OpenAccount& account : world_.accounts()) Take(ledger_.Execute(account, now_));
  }

  void Step() {
    now_ += generator_.random().Between(0, 2) * kMillisecond;
    for (const std::string& hold : ledger_.DueHolds(now_)) {
      ASSERT_TRUE(ledger_.Expire(hold, now_));
      CheckEvents();
    }
    switch (generator_.random().Weighted({80, 8, 12})) {
      case 0: {
        const TransactionCommand command = generator_.NextUnaryCommand();
        Take(ledger_.Execute(command, now_));
        CheckRepeat(command);
        break;
      }
      case 1:
        StepAtomicBatch();
        break;
      default: {
        const AccountCommand command = generator_.NextAccountCommand();
        Take(std::visit([&](const auto& one) { return ledger_.Execute(one, now_); }, command));
        Learn(command);
        break;
      }
    }
  }

  void CheckBooks() const {
    std::map<std::string, Balances> sums;
    for (const auto& [id, account] : ledger_.accounts()) {
      Balances& sum = sums[account.asset];
      sum.debits_posted += account.balances.debits_posted;
      sum.credits_posted += account.balances.credits_posted;
      sum.debits_pending += account.balances.debits_pending;
      sum.credits_pending += account.balances.credits_pending;
      EXPECT_EQ(account.version, versions_.at(id)) << id;
    }
    for (const auto& [asset, sum] : sums) {
      EXPECT_TRUE(sum.debits_posted == sum.credits_posted) << asset;
      EXPECT_TRUE(sum.debits_pending == sum.credits_pending) << asset;
    }
  }

  std::map<Reason, int> reasons;
  int accepted = 0;
  int refused = 0;

 private:
  void StepAtomicBatch() {
    const Batch batch = generator_.NextAtomicBatch();
    const std::int64_t head = ledger_.head();
    const auto answers = ledger_.Execute(batch, now_);
    bool any_refused = false;
    int written = 0;
    for (const Answer& answer : answers) {
      Count(answer);
      any_refused = any_refused || (answer.refusal && !answer.replayed);
      if (!answer.refusal && !answer.replayed) ++written;
    }
    // All or none: beside a refusal nothing happens but its record.
    if (any_refused || batch.validate_only) {
      EXPECT_LE(ledger_.head(), head + (batch.validate_only ? 0 : 1));
    }
    if (any_refused) {
      EXPECT_EQ(written, 0);
    }
    CheckEvents();
  }

  // What was recorded answers the same again and writes nothing.
  void CheckRepeat(const TransactionCommand& command) {
    const auto* create = std::get_if<CreateTransaction>(&command);
    if (create == nullptr || create->validate_only || last_.position == 0) return;
    const Answer again = ledger_.Execute(command, now_);
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.position, last_.position);
    EXPECT_EQ(again.refusal.has_value(), last_.refusal.has_value());
    EXPECT_TRUE(ledger_.events().empty());
  }

  void Take(const Answer& answer) {
    Count(answer);
    CheckEvents();
    const bool wrote = !ledger_.events().empty();
    EXPECT_FALSE(wrote && answer.replayed);
    if (wrote) {
      EXPECT_EQ(answer.position, ledger_.head());
    }
    last_ = answer;
  }

  void Count(const Answer& answer) {
    (answer.refusal ? refused : accepted)++;
    if (answer.refusal) ++reasons[answer.refusal->reason];
  }

  void CheckEvents() {
    for (const Event& event : ledger_.events()) {
      EXPECT_EQ(event.position, ++position_);
      EXPECT_EQ(event.version, ++versions_[event.stream]) << event.stream;
    }
  }

  void Learn(const AccountCommand& command) {
    const std::string id = std::visit(
        [](const auto& one) {
          if constexpr (requires { one.account_id; }) return one.account_id;
          return std::string();
        },
        command);
    if (const Account* account = ledger_.FindAccount(id)) world_.SetVersion(id, account->version);
  }

  CommandWorld world_;
  CommandGenerator generator_;
  ReferenceLedger ledger_;
  Answer last_;
  std::int64_t now_ = 1'700'000'000'000 * kMillisecond;
  std::int64_t position_ = 0;
  std::map<std::string, std::int64_t> versions_;
};

TEST(ReferenceRandomTest, BooksBalanceAndVersionsAreDense) {
  const std::uint64_t seed = test_support::SeedFromEnvironment();
  std::cout << "seed " << seed << "\n";
  RandomRun run(seed);
  run.OpenEverything();
  for (int i = 0; i < 20'000 && !testing::Test::HasFailure(); ++i) run.Step();
  run.CheckBooks();
  for (const auto& [reason, count] : run.reasons)
    std::cout << domain::InfoOf(reason).name << " " << count << "\n";
  std::cout << "accepted " << run.accepted << ", refused " << run.refused << "\n";
  EXPECT_GT(run.accepted, run.refused);
  for (const Reason reason :
       {Reason::kAccountNotFound, Reason::kInsufficientFunds, Reason::kBalanceLimitExceeded,
        Reason::kAmountOverflow, Reason::kHoldNotPending, Reason::kAlreadyReversed,
        Reason::kNotReversible, Reason::kVersionConflict, Reason::kBatchRefused}) {
    EXPECT_GT(run.reasons[reason], 20) << domain::InfoOf(reason).name;
  }
}

}  // namespace
}  // namespace florin::reference
