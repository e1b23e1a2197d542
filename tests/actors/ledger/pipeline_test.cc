// Goal: the corners of the pipeline one by one, each brought about by holding
// mailboxes back.

#include <gtest/gtest.h>

#include "tests/actors/ledger/pipeline_fixture.h"

namespace florin::actors {
namespace {

using domain::Reason;
using domain::TransactionStatus;

TEST_F(PipelineTest, AHotAccountVotesWhileEarlierCommandsAreUndecided) {
  Run({Transfer("t0", "cash", "a", "100")});
  const std::size_t before = Decided();
  Hold("b");
  const Call blocked = Run({Transfer("t1", "a", "b", "10")});
  std::vector<Call> calls;
  calls.reserve(5);
  for (int i = 0; i < 5; ++i) {
    calls.push_back(Run({Transfer("u" + std::to_string(i), "a", "c", "10")}));
  }
  // Decided ahead of t1; answered after it, since the log keeps the order.
  EXPECT_EQ(Decided(), before + 5);
  EXPECT_EQ(blocked->answers, 0);
  EXPECT_EQ(calls.back()->answers, 0);
  Release("b");
  EXPECT_EQ(ReasonOf(blocked), Reason::kNone);
  for (const Call& call : calls) EXPECT_EQ(ReasonOf(call), Reason::kNone);
  EXPECT_EQ(Posted("a"), "40.00");
  EXPECT_EQ(Decided(), before + 6);
}

TEST_F(PipelineTest, RefusesAtOnceWhatNoOpenCreditCouldSave) {
  Run({Transfer("t0", "cash", "a", "10")});
  Hold("b");
  const std::size_t before = Decided();
  Run({Transfer("t1", "b", "a", "5")});
  const Call poor = Run({Transfer("t2", "a", "c", "16")});
  EXPECT_EQ(Decided(), before + 1);
  Release("b");
  EXPECT_EQ(ReasonOf(poor), Reason::kInsufficientFunds);
}

TEST_F(PipelineTest, WaitsWhereTheOutcomeOfAnEarlierCommandMatters) {
  Run({Transfer("t0", "cash", "a", "15")});
  Hold("b");
  const std::size_t before = Decided();
  const Call first = Run({Transfer("t1", "a", "b", "10")});
  const Call second = Run({Transfer("t2", "a", "c", "10")});
  // Affordable either way, but it stands behind one that waits.
  const Call third = Run({Transfer("t3", "a", "c", "1")});
  EXPECT_EQ(Decided(), before);
  Release("b");
  EXPECT_EQ(ReasonOf(first), Reason::kNone);
  EXPECT_EQ(ReasonOf(second), Reason::kInsufficientFunds);
  EXPECT_EQ(second->outcomes[0].refusal->metadata,
            (domain::StringMap{{"account_id", "a"}, {"amount", "10.00"}, {"available", "5.00"}}));
  EXPECT_EQ(ReasonOf(third), Reason::kNone);
}

TEST_F(PipelineTest, GoesOnWithTheMoneyThatARefusedCommandDidNotTake) {
  Run({Transfer("t0", "cash", "a", "15")});
  domain::ChangeAccount suspend;
  suspend.kind = domain::AccountChangeKind::kSuspend;
  suspend.account_id = "b";
  ledger_->Change(client_, suspend);
  ledger_->boxes().RunAll();
  Hold("b");
  const Call first = Run({Transfer("t1", "a", "b", "10")});
  const Call second = Run({Transfer("t2", "a", "c", "10")});
  Release("b");
  EXPECT_EQ(ReasonOf(first), Reason::kAccountSuspended);
  EXPECT_EQ(ReasonOf(second), Reason::kNone);
}

TEST_F(PipelineTest, AVersionCheckWaitsUntilTheVersionIsCertain) {
  Run({Transfer("t0", "cash", "a", "15")});
  Hold("b");
  Run({Transfer("t1", "a", "b", "1")});
  const std::size_t before = Decided();
  domain::CreateTransaction checked = Transfer("t2", "a", "c", "1");
  checked.version_checks.push_back({"a", 3});
  domain::CreateTransaction hopeless = Transfer("t3", "a", "c", "1");
  hopeless.version_checks.push_back({"a", 9});
  const Call certain = Run({checked});
  EXPECT_EQ(Decided(), before);
  Release("b");
  EXPECT_EQ(ReasonOf(certain), Reason::kNone);
  EXPECT_EQ(ReasonOf(Run({hopeless})), Reason::kVersionConflict);
}

TEST_F(PipelineTest, ADuplicateInFlightWaitsForTheFirst) {
  Run({Transfer("t0", "cash", "a", "100")});
  Hold("b");
  const Call first = Run({Transfer("t1", "a", "b", "10")});
  const Call same = Run({Transfer("t1", "a", "b", "10.00")});
  const Call other = Run({Transfer("t1", "a", "b", "11")});
  EXPECT_EQ(same->answers + other->answers, 0);
  Release("b");
  EXPECT_GT(ledger_->parked(), 0);
  EXPECT_FALSE(first->outcomes[0].replayed);
  EXPECT_TRUE(same->outcomes[0].replayed);
  EXPECT_EQ(same->outcomes[0].position, first->outcomes[0].position);
  EXPECT_EQ(ReasonOf(other), Reason::kIdReused);
  EXPECT_EQ(Posted("b"), "10.00");
}

TEST_F(PipelineTest, ADuplicateOfWhatWasNotRecordedActsItself) {
  Run({Transfer("t0", "cash", "a", "100")});
  Hold("b");
  domain::CreateTransaction checked = Transfer("t1", "a", "b", "10");
  checked.version_checks.push_back({"b", 7});
  const Call first = Run({checked});
  const Call again = Run({Transfer("t1", "a", "b", "10")});
  EXPECT_EQ(again->answers, 0);
  Release("b");
  EXPECT_EQ(ReasonOf(first), Reason::kVersionConflict);
  EXPECT_EQ(ReasonOf(again), Reason::kNone);
  EXPECT_FALSE(again->outcomes[0].replayed);
}

TEST_F(PipelineTest, AHoldExpiresBeforeTheNextCommand) {
  Run({Transfer("t0", "cash", "a", "100")});
  domain::CreateTransaction hold = actors::Hold("h", "a", "b", "80");
  hold.transaction.hold_timeout_ns = 10;
  Run({hold});
  clock_ += 9;
  EXPECT_EQ(ReasonOf(Run({Transfer("t1", "a", "b", "30")})), Reason::kInsufficientFunds);
  clock_ += 1;
  EXPECT_EQ(ReasonOf(Run({Transfer("t2", "a", "b", "30")})), Reason::kNone);
  EXPECT_EQ(ReasonOf(Run({domain::SettleTransaction{"h", {}, {}, ""}})), Reason::kHoldNotPending);
}

TEST_F(PipelineTest, AHoldKeepsItsOwnTimeAfterARefusedNamesake) {
  Run({Transfer("t0", "cash", "a", "100")});
  domain::CreateTransaction hold = actors::Hold("h", "a", "b", "80");
  hold.transaction.hold_timeout_ns = 10;
  domain::CreateTransaction checked = hold;
  checked.version_checks.push_back({"a", 99});
  EXPECT_EQ(ReasonOf(Run({checked})), Reason::kVersionConflict);
  clock_ += 5;
  EXPECT_EQ(ReasonOf(Run({hold})), Reason::kNone);
  clock_ += 5;
  // The refused one's time is over, not this one's.
  EXPECT_EQ(ReasonOf(Run({Transfer("t1", "a", "b", "30")})), Reason::kInsufficientFunds);
  EXPECT_EQ(ReasonOf(Run({domain::SettleTransaction{"h", {}, {}, ""}})), Reason::kNone);
}

TEST_F(PipelineTest, LooksAgainWhenItsLookUpsAreTooOld) {
  // Another ledger counts commands from 1 again: it needs accounts of its own.
  Start({.recent_commands = 0, .clock_step = 0});
  ledger_->Change(client_, OpenWorld("till"));
  ledger_->Change(client_, Open("d"));
  ledger_->boxes().RunAll();
  const Call first = Send({Transfer("t1", "till", "d", "10")});
  const std::size_t other = ledger_->NewClient();
  ledger_->boxes().Hold(client_);
  const Call again = SendFrom(other, {Transfer("t1", "till", "d", "10")});
  // Only the look-up: it does not see t1 yet.
  ASSERT_TRUE(ledger_->boxes().RunOne());
  ledger_->boxes().Hold(other);
  ledger_->boxes().Release(client_);
  ledger_->boxes().RunAll();
  EXPECT_EQ(ReasonOf(first), Reason::kNone);
  ledger_->boxes().Release(other);
  ledger_->boxes().RunAll();
  EXPECT_EQ(ledger_->readmitted(), 1);
  EXPECT_EQ(ReasonOf(again), Reason::kNone);
  EXPECT_TRUE(again->outcomes[0].replayed);
  EXPECT_EQ(Posted("d"), "10.00");
}

TEST_F(PipelineTest, CallsOnALaneKeepTheirOrder) {
  Run({Transfer("t0", "cash", "a", "100")});
  Hold("b");
  Run({Transfer("t1", "a", "b", "10")});
  const auto lane = std::make_shared<Lane>();
  const std::size_t ordered = ledger_->NewClient();
  // The first call of the lane is held up by a duplicate in flight.
  const Call first =
      SendFrom(ordered, {Transfer("t1", "a", "b", "10"), Transfer("l1", "a", "c", "1")}, lane);
  const Call second = SendFrom(ordered, {Transfer("l2", "a", "c", "1")}, lane);
  const Call free = Run({Transfer("f", "a", "c", "1")});
  Release("b");
  std::vector<std::string> ids;
  for (const FlightPtr& flight : ledger_->Flights()) {
    for (const Item& item : flight->items) {
      ids.push_back(OwnIdOf(*item.command));
    }
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"t0", "t1", "f", "l1", "l2"}));
  EXPECT_EQ(ReasonOf(first, 1), Reason::kNone);
  EXPECT_EQ(ReasonOf(second), Reason::kNone);
  EXPECT_EQ(ReasonOf(free), Reason::kNone);
}

TEST_F(PipelineTest, ABatchMaySettleTwiceAHoldOfTwoAssets) {
  const domain::CreateTransaction hold = HoldOfYenAndEuro();
  domain::SettleTransaction settle;
  settle.transaction_id = "h";
  settle.amounts = {*domain::ParseDecimal("5"), *domain::ParseDecimal("0.50")};
  const Call call = Run({hold, settle, settle}, true);
  ASSERT_EQ(ReasonOf(call, 2), Reason::kNone);
  EXPECT_TRUE(call->outcomes[2].replayed);
  EXPECT_EQ(call->outcomes[2].position, call->outcomes[1].position);
  EXPECT_EQ(Posted("y"), "5");
  EXPECT_EQ(Posted("a"), "0.50");
  // The actors know what the heads know.
  EXPECT_EQ(ReasonOf(Run({Transfer("t1", "y", "yen", "6")})), Reason::kInsufficientFunds);
  EXPECT_EQ(ReasonOf(Run({Transfer("t2", "y", "yen", "5")})), Reason::kNone);
  EXPECT_FALSE(ledger_->failure().IsSet());
}

TEST_F(PipelineTest, RemembersTheRefusedReversalOfWhatItsOwnBatchMade) {
  domain::ReverseTransaction reverse;
  reverse.transaction_id = "r";
  reverse.reverses_transaction_id = "h";
  const Call batch = Run({actors::Hold("h", "cash", "a", "5"), reverse}, true);
  EXPECT_EQ(ReasonOf(batch), Reason::kBatchRefused);
  ASSERT_EQ(ReasonOf(batch, 1), Reason::kNotReversible);
  EXPECT_EQ(batch->outcomes[1].status, TransactionStatus::kRefused);
  EXPECT_GT(batch->outcomes[1].position, 0);
  // A late retry cannot reverse what is made after it; the id of the hold is free.
  EXPECT_EQ(ReasonOf(Run({Transfer("h", "cash", "a", "5")})), Reason::kNone);
  const Call again = Run({reverse});
  EXPECT_EQ(ReasonOf(again), Reason::kNotReversible);
  EXPECT_TRUE(again->outcomes[0].replayed);
  EXPECT_EQ(again->outcomes[0].position, batch->outcomes[1].position);
  EXPECT_EQ(Posted("a"), "5.00");
  EXPECT_FALSE(ledger_->failure().IsSet());
}

TEST_F(PipelineTest, AnEndFollowsAHoldThatIsDecidedAndNotYetWritten) {
  const domain::CreateTransaction hold = HoldOfYenAndEuro();
  domain::SettleTransaction settle;
  settle.transaction_id = "h";
  settle.amounts = {*domain::ParseDecimal("2"), *domain::ParseDecimal("0.50")};
  Hold("b");
  // The log keeps the order: nothing is written while this one is undecided.
  const Call first = Run({Transfer("t1", "cash", "b", "1")});
  const std::size_t before = Decided();
  const Call held = Run({hold});
  const Call same = Run({hold});
  const Call settled = Run({settle});
  const Call late = Run({domain::VoidTransaction{"h", "", ""}});
  EXPECT_EQ(Decided(), before + 3);
  EXPECT_EQ(held->answers + same->answers + settled->answers + late->answers, 0);
  Release("b");
  EXPECT_EQ(ReasonOf(first), Reason::kNone);
  EXPECT_EQ(ReasonOf(held), Reason::kNone);
  EXPECT_TRUE(same->outcomes.at(0).replayed);
  EXPECT_EQ(same->outcomes.at(0).position, held->outcomes.at(0).position);
  ASSERT_EQ(ReasonOf(settled), Reason::kNone);
  EXPECT_EQ(ReasonOf(late), Reason::kHoldNotPending);
  EXPECT_EQ(Posted("y"), "2");
  EXPECT_EQ(Posted("a"), "0.50");
  const domain::TransactionPtr after = settled->outcomes.at(0).transaction;
  EXPECT_EQ(after->status, TransactionStatus::kPosted);
  // What was not settled is free again, and no more than that.
  EXPECT_EQ(ReasonOf(Run({Transfer("t2", "y", "yen", "3")})), Reason::kInsufficientFunds);
  EXPECT_EQ(ReasonOf(Run({Transfer("t3", "y", "yen", "2")})), Reason::kNone);
  EXPECT_FALSE(ledger_->failure().IsSet());
}

TEST_F(PipelineTest, ABatchRefusedAtOnceStillWaitsForWhatItFollows) {
  Hold("c");
  // The hold stays open until c has voted.
  const Call first =
      Run({actors::Hold("h", "cash", "a", "5"), Transfer("t1", "cash", "c", "1")}, true);
  domain::SettleTransaction settle;
  settle.transaction_id = "h";
  const Call batch = Run({Transfer("t2", "cash", "a", "1.234"), settle}, true);
  const Call end = Run({settle});
  Release("c");
  EXPECT_EQ(ReasonOf(first), Reason::kNone);
  EXPECT_EQ(ReasonOf(batch), Reason::kAmountScaleExceeded);
  EXPECT_EQ(ReasonOf(batch, 1), Reason::kBatchRefused);
  EXPECT_EQ(ReasonOf(end), Reason::kNone);
  EXPECT_EQ(Posted("a"), "5.00");
  EXPECT_FALSE(ledger_->failure().IsSet());
}

}  // namespace
}  // namespace florin::actors
