// Goal: the actors themselves: order, waiting, passivation while commands
// arrive, a hot account. Method: CAF's deterministic scheduler, one message at
// a time.

#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "tests/actors/ledger/scheduled_ledger.h"
#include "tests/actors/ledger/sync_ledger.h"
#include "tests/support/random_source.h"
#include "tests/support/temporary_directory.h"

namespace florin::actors {
namespace {

using domain::Reason;
using Outcomes = ScheduledLedger::Outcomes;

class ActorsTest : public ::testing::Test {
 protected:
  void SetUp() override { Start(100); }
  void Start(std::size_t max_active_accounts) {
    Stop();
    directory_ = std::make_unique<test_support::TemporaryDirectory>();
    OpenStore(max_active_accounts);
    ledger_->Open(OpenWorld("cash"));
    for (const char* id : {"a", "b", "c"}) ledger_->Open(Open(id));
    ledger_->RunAll();
  }
  /// After it no account is active, and its head has to be read.
  void Restart(std::size_t max_active_accounts) {
    Stop();
    OpenStore(max_active_accounts);
    ledger_->ForgetHeads();
  }
  void Stop() {
    ledger_.reset();
    if (store_ != nullptr) {
      EXPECT_TRUE(store_->Checkpoint().ok());
    }
    store_.reset();
  }
  void OpenStore(std::size_t max_active_accounts) {
    storage::StoreOptions options;
    options.directory = directory_->path();
    options.sync = false;
    auto store = storage::Store::Open(options);
    ASSERT_TRUE(store.ok()) << store.refusal().message;
    store_ = std::move(*store);
    ledger_ = std::make_unique<ScheduledLedger>(store_.get(), max_active_accounts);
  }
  Outcomes Run(domain::TransactionCommand command) {
    Outcomes outcomes = ledger_->Execute({std::move(command)});
    ledger_->RunAll();
    return outcomes;
  }
  static Reason ReasonOf(const Outcomes& outcomes) {
    EXPECT_EQ(outcomes->size(), 1U);
    if (outcomes->empty()) return Reason::kDataCorrupt;
    const auto& refusal = outcomes->front().refusal;
    return refusal ? refusal->reason : Reason::kNone;
  }
  std::string Posted(const std::string& id) {
    auto head = store_->reader().GetHead(id, storage::Tier::kDisk);
    const domain::AccountState& account = *head->value->state;
    return domain::FormatMinor(account.balances.Posted(account.DebitNormal()), account.scale);
  }

  std::unique_ptr<test_support::TemporaryDirectory> directory_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<ScheduledLedger> ledger_;
};

TEST_F(ActorsTest, CommandsTakeEffectInTheOrderOfTheirNumbers) {
  std::vector<Outcomes> all;
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back("t" + std::to_string(i));
    // Each needs what the one before it brought.
    all.push_back(i % 2 == 0 ? ledger_->Execute({Transfer(ids.back(), "cash", "a", "5")})
                             : ledger_->Execute({Transfer(ids.back(), "a", "b", "5")}));
  }
  const std::size_t before = ledger_->published_ids().size();
  // The actor that became runnable last goes first.
  while (ledger_->RunOne(ledger_->runnable() - 1)) {
  }
  ledger_->RunAll();
  for (const Outcomes& outcomes : all) {
    EXPECT_EQ(ReasonOf(outcomes), Reason::kNone);
  }
  const auto& published = ledger_->published_ids();
  EXPECT_EQ(std::vector<std::string>(published.begin() + static_cast<std::ptrdiff_t>(before),
                                     published.end()),
            ids);
  EXPECT_EQ(Posted("b"), "50.00");
}

TEST_F(ActorsTest, NothingIsAnsweredBeforeItIsCommitted) {
  const Outcomes outcomes = ledger_->Execute({Transfer("t", "cash", "a", "5")});
  ledger_->RunActors();
  EXPECT_TRUE(outcomes->empty());
  EXPECT_TRUE(ledger_->Commit());
  EXPECT_EQ(ReasonOf(outcomes), Reason::kNone);
}

// Committer and deciders go to the accounts until then.
TEST_F(ActorsTest, StopsOnceWhatIsNumberedIsPublished) {
  const Outcomes outcomes = ledger_->Execute({Transfer("t", "cash", "a", "5")});
  ledger_->RunActors();
  ledger_->Stop();
  ledger_->RunActors();
  EXPECT_FALSE(ledger_->stopped());
  EXPECT_TRUE(ledger_->Commit());
  ledger_->RunActors();
  EXPECT_TRUE(ledger_->stopped());
  EXPECT_EQ(ReasonOf(outcomes), Reason::kNone);
}

TEST_F(ActorsTest, AHotAccountIsDecidedFarAheadOfTheCommit) {
  Run(Transfer("t0", "cash", "a", "1000"));
  const std::size_t before = ledger_->decided();
  std::vector<Outcomes> all;
  all.reserve(201);
  for (int i = 0; i < 200; ++i) {
    all.push_back(ledger_->Execute({Transfer("h" + std::to_string(i), "a", "b", "5")}));
  }
  all.push_back(ledger_->Execute({Transfer("last", "a", "b", "0.01")}));
  ledger_->RunActors();
  EXPECT_EQ(ledger_->decided(), before + 201);
  ledger_->RunAll();
  EXPECT_EQ(ReasonOf(all.back()), Reason::kInsufficientFunds);
  all.pop_back();
  for (const Outcomes& outcomes : all) {
    EXPECT_EQ(ReasonOf(outcomes), Reason::kNone);
  }
  EXPECT_EQ(Posted("a"), "0.00");
}

TEST_F(ActorsTest, CommandsWaitWhileTheirAccountIsRead) {
  Run(Transfer("t0", "cash", "a", "10"));
  Restart(100);
  const std::size_t before = ledger_->decided();
  const Outcomes first = ledger_->Execute({Transfer("t3", "a", "b", "10")});
  const Outcomes second = ledger_->Execute({Transfer("t4", "a", "b", "1")});
  ledger_->RunActors();
  ASSERT_GT(ledger_->reader_jobs(), 0U);
  EXPECT_EQ(ledger_->decided(), before);
  ledger_->RunAll();
  EXPECT_EQ(ReasonOf(first), Reason::kNone);
  EXPECT_EQ(ReasonOf(second), Reason::kInsufficientFunds);
}

TEST_F(ActorsTest, AccountsBeyondTheLimitArePutAwayWhileCommandsArrive) {
  constexpr std::size_t kLimit = 3;
  Start(kLimit);
  constexpr int kAccounts = 20;
  for (int i = 0; i < kAccounts; ++i) ledger_->Open(Open("p" + std::to_string(i)));
  ledger_->RunAll();
  EXPECT_LE(ledger_->counted_accounts(), kLimit);
  std::vector<Outcomes> all;
  for (int i = 0; i < 400; ++i) {
    const std::string id = "p" + std::to_string(i * 7 % kAccounts);
    all.push_back(ledger_->Execute({Transfer("x" + std::to_string(i), "cash", id, "1")}));
    ledger_->RunOne(static_cast<std::size_t>(i));
    if (i % 5 == 0) ledger_->RunActors();
    if (i % 11 == 0) ledger_->Commit();
  }
  ledger_->RunAll();
  for (const Outcomes& outcomes : all) {
    EXPECT_EQ(ReasonOf(outcomes), Reason::kNone);
  }
  EXPECT_LE(ledger_->counted_accounts(), kLimit);
  for (int i = 0; i < kAccounts; ++i) {
    EXPECT_EQ(Posted("p" + std::to_string(i)), "20.00");
  }
}

TEST_F(ActorsTest, AnAccountWithUnpublishedCommandsIsNotPutAway) {
  Start(1);
  const Outcomes first = ledger_->Execute({Transfer("t1", "cash", "a", "1")});
  ledger_->RunActors();
  // With the next command it is seen that there are too many.
  const Outcomes second = ledger_->Execute({Transfer("t2", "cash", "a", "1")});
  ledger_->RunActors();
  EXPECT_EQ(ledger_->counted_accounts(), 2U);
  ledger_->Commit();
  ledger_->RunActors();
  EXPECT_EQ(ledger_->counted_accounts(), 1U);
  EXPECT_EQ(ReasonOf(first), Reason::kNone);
  EXPECT_EQ(ReasonOf(second), Reason::kNone);
}

// Bug: an id that names nothing had an actor that stayed, and put away those of accounts in use.
TEST_F(ActorsTest, IdsThatNameNothingTakeNobodysPlace) {
  Start(4);
  EXPECT_EQ(ledger_->counted_accounts(), 4U);
  ledger_->ForgetHeads();
  std::vector<Outcomes> all;
  for (int i = 0; i < 300; ++i) {
    const std::string nobody = "nobody" + std::to_string(i / 2);
    all.push_back(ledger_->Execute({Transfer("n" + std::to_string(i), "cash", nobody, "1")}));
  }
  ledger_->RunActors();
  EXPECT_EQ(ledger_->actors(), 1U + 4U + 150U) << "commands on them are in flight";
  ledger_->RunAll();
  for (const Outcomes& outcomes : all) {
    EXPECT_EQ(ReasonOf(outcomes), Reason::kAccountNotFound);
  }
  EXPECT_EQ(ledger_->counted_accounts(), 4U);
  EXPECT_EQ(ledger_->actors(), 1U + 4U);
  for (const char* id : {"a", "b", "c"}) {
    static_cast<void>(ledger_->Execute({Transfer(std::string("still-") + id, "cash", id, "1")}));
  }
  ledger_->RunActors();
  EXPECT_EQ(ledger_->reader_jobs(), 0U) << "none of them had to be read again";
}

TEST_F(ActorsTest, AnAccountCountsOnceItIsOpened) {
  const Outcomes early = ledger_->Execute({Transfer("t1", "cash", "new", "1")});
  ledger_->Open(Open("new"));
  const Outcomes late = ledger_->Execute({Transfer("t2", "cash", "new", "1")});
  domain::OpenAccount no_asset = Open("wrong");
  no_asset.asset = "XXX";
  ledger_->Open(no_asset);
  ledger_->RunAll();
  EXPECT_EQ(ReasonOf(early), Reason::kAccountNotFound);
  EXPECT_EQ(ReasonOf(late), Reason::kNone);
  EXPECT_EQ(ledger_->counted_accounts(), 5U);
  EXPECT_EQ(ledger_->actors(), 1U + 5U);
  EXPECT_EQ(ReasonOf(Run(Transfer("t3", "cash", "new", "1"))), Reason::kNone);
}

TEST_F(ActorsTest, WhatIsOnlyTriedLeavesNoActorOfAnIdThatNamesNothing) {
  const Outcomes tried = ledger_->Try({Transfer("t1", "cash", "nobody", "1")});
  ledger_->RunAll();
  EXPECT_EQ(ReasonOf(tried), Reason::kAccountNotFound);
  EXPECT_EQ(ledger_->actors(), 1U + 4U);
}

TEST_F(ActorsTest, EveryScheduleKeepsTheBooks) {
  const std::uint64_t seed = test_support::SeedFromEnvironment();
  std::cout << "FLORIN_TEST_SEED=" << seed << "\n";
  test_support::RandomSource random(seed);
  // Few actors: accounts come and go all the time.
  Start(2);
  Restart(2);
  const std::vector<std::string> ids = {"a", "b", "c"};
  std::map<std::string, domain::Int128> expected;
  std::vector<std::pair<domain::CreateTransaction, Outcomes>> sent;
  for (int i = 0; i < 1'500; ++i) {
    const std::string& credit = random.Pick(ids);
    const std::string debit = random.Percent(40) || credit == "a" ? "cash" : "a";
    const domain::CreateTransaction transfer =
        Transfer("r" + std::to_string(i), debit, credit, random.Percent(50) ? "3" : "1");
    sent.emplace_back(transfer, ledger_->Execute({transfer}));
    for (std::int64_t run = random.Between(0, 6); run > 0; --run) {
      ledger_->RunOne(random.Below(ledger_->runnable() + 1));
      if (random.Percent(20)) ledger_->RunReaderJob();
      if (random.Percent(20)) ledger_->Commit();
    }
  }
  ledger_->RunAll();
  ASSERT_FALSE(ledger_->failure().IsSet()) << ledger_->failure().Get()->message;
  // One after another in the order that they were sent.
  int accepted = 0;
  for (const auto& [transfer, outcomes] : sent) {
    const auto& posting = transfer.transaction.postings.front();
    const domain::Int128 amount = posting.amount.digits;
    const bool affordable =
        posting.debit_account_id == "cash" || expected[posting.debit_account_id] >= amount;
    ASSERT_EQ(ReasonOf(outcomes), affordable ? Reason::kNone : Reason::kInsufficientFunds)
        << transfer.transaction.transaction_id;
    if (!affordable) continue;
    ++accepted;
    expected[posting.debit_account_id] -= amount;
    expected[posting.credit_account_id] += amount;
  }
  for (const std::string& id : ids) {
    EXPECT_EQ(Posted(id), domain::FormatMinor(expected[id] * 100, 2)) << id;
  }
  EXPECT_GT(accepted, 500);
  EXPECT_LT(accepted, 1'500);
}

// Nothing is remembered of such a refusal, so that the command may come again.
TEST_F(ActorsTest, AnAccountThatCannotBeReadRefusesWhatNamesIt) {
  Restart(100);
  ledger_->DamageHead("a");
  EXPECT_EQ(ReasonOf(Run(Transfer("t1", "cash", "a", "5"))), Reason::kDataCorrupt);
  EXPECT_EQ(ReasonOf(Run(Transfer("t2", "cash", "b", "5"))), Reason::kNone);
  // Its actor was not kept.
  ledger_->DamageHead("");
  EXPECT_EQ(ReasonOf(Run(Transfer("t1", "cash", "a", "5"))), Reason::kNone);
  EXPECT_EQ(Posted("a"), "5.00");
}

}  // namespace
}  // namespace florin::actors
