// Goal: holds that are due together do not keep commands waiting that have nothing to do with them,
// and whoever has to do with them finds them ended.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/actors/ledger/pipeline_fixture.h"

namespace florin::actors {
namespace {

using domain::Reason;

constexpr std::int64_t kTimeout = 1'000;
constexpr std::size_t kTogether = 16;
constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

class PipelineExpiryTest : public PipelineTest {
 protected:
  PipelineExpiryTest() {
    // Nothing is remembered, so that every due hold has to be read.
    options_.recent_commands = 0;
    options_.expiries_max = kTogether;
  }
  void SetUp() override {
    PipelineTest::SetUp();
    for (const char* id : {"d", "e"}) ledger_->Change(client_, Open(id));
    ledger_->boxes().RunAll();
  }
  /// Holds to `account` that expire together.
  void MakeHolds(const std::string& account, int count, const std::string& from = "cash") {
    std::vector<domain::TransactionCommand> holds;
    for (int i = 0; i < count; ++i) {
      domain::CreateTransaction hold =
          actors::Hold(account + std::to_string(i), from, account, "1");
      hold.transaction.hold_timeout_ns = kTimeout;
      holds.emplace_back(std::move(hold));
    }
    Run(std::move(holds));
    before_ = ledger_->Flights().size();
  }
  void LetThemExpire() { clock_ += kTimeout; }
  /// Longer than any pause between attempts, each time.
  void PassAndTick(int times) {
    for (int i = 0; i < times; ++i) {
      clock_ += 60'000'000'000;
      ledger_->Tick(client_);
      ledger_->boxes().RunAll();
    }
  }

  /// What was numbered since the holds were made: "." an expiry, else the command's own id.
  std::vector<std::string> Numbered() {
    std::vector<std::string> numbered;
    const auto flights = ledger_->Flights();
    for (std::size_t i = before_; i < flights.size(); ++i) {
      const domain::TransactionCommand& command = *flights[i]->items.front().command;
      numbered.push_back(
          std::holds_alternative<domain::ExpireTransaction>(command) ? "." : OwnIdOf(command));
    }
    return numbered;
  }
  static auto PlaceOf(const std::vector<std::string>& numbered, const std::string& what) {
    return std::find(numbered.begin(), numbered.end(), what) - numbered.begin();
  }

  /// A transfer for each of many accounts, which all have due holds.
  void CallOnManyAccounts(bool atomic) {
    const auto name = [](const char* what, int i) { return what + std::to_string(10 + i); };
    for (int i = 0; i < kAccounts; ++i) {
      ledger_->Change(client_, Open(name("x", i)));
      ledger_->Change(client_, OpenWorld(name("w", i)));
    }
    ledger_->boxes().RunAll();
    for (int i = 0; i < kAccounts; ++i) MakeHolds(name("x", i), kHolds, name("w", i));
    LetThemExpire();
    std::vector<domain::TransactionCommand> commands;
    commands.reserve(kAccounts);
    for (int i = 0; i < kAccounts; ++i)
      commands.emplace_back(Transfer(name("t", i), name("w", i), "d", "1"));
    const Call call = Run(std::move(commands), atomic);
    for (int i = 0; i < kAccounts; ++i)
      EXPECT_EQ(ReasonOf(call, static_cast<std::size_t>(i)), Reason::kNone);
  }

  static constexpr int kAccounts = 12;
  static constexpr int kHolds = 20;
  std::size_t before_ = 0;
};

// Bug: a transfer waited until 120,000 holds of others had expired.
TEST_F(PipelineExpiryTest, FewExpiriesComeBetweenCommandsThatDoNotDependOnThem) {
  Run({Transfer("money", "cash", "d", "10")});
  MakeHolds("a", 400);
  LetThemExpire();
  std::vector<Call> calls;
  constexpr int kCalls = 40;
  calls.reserve(kCalls);
  for (int i = 0; i < kCalls; ++i)
    calls.push_back(Send({Transfer("t" + std::to_string(i), "d", "e", "0.01")}));
  ledger_->boxes().RunAll();
  for (const Call& call : calls) EXPECT_EQ(ReasonOf(call), Reason::kNone);
  const std::vector<std::string> numbered = Numbered();
  EXPECT_EQ(std::count(numbered.begin(), numbered.end(), "."), 400);
  std::size_t row = 0;
  std::size_t longest = 0;
  int commands = 0;
  for (const std::string& what : numbered) {
    row = what == "." ? row + 1 : 0;
    if (what != ".") ++commands;
    if (commands < kCalls) longest = std::max(longest, row);
  }
  // What is on its way when a command comes, and what follows while that is published.
  EXPECT_LE(longest, 2 * kTogether);
}

TEST_F(PipelineExpiryTest, ACommandOnTheirAccountFindsThemEnded) {
  MakeHolds("a", 100);
  MakeHolds("b", 100);
  LetThemExpire();
  // Its accounts have this version only once all their holds have ended.
  domain::CreateTransaction checked = Transfer("t", "cash", "b", "1");
  checked.version_checks.push_back({"b", 1 + 2 * 100});
  const Call call = Run({checked});
  EXPECT_EQ(ReasonOf(call), Reason::kNone);
  const std::vector<std::string> numbered = Numbered();
  const auto place = PlaceOf(numbered, "t");
  EXPECT_GE(place, 200) << "cash has a part in all of them";
}

TEST_F(PipelineExpiryTest, HoldsThatACommandWaitsForAreEndedFirst) {
  ledger_->Change(client_, OpenWorld("other"));
  ledger_->boxes().RunAll();
  MakeHolds("a", 300);
  domain::CreateTransaction last = actors::Hold("z", "other", "b", "1");
  last.transaction.hold_timeout_ns = kTimeout;
  Run({last});
  before_ = ledger_->Flights().size();
  LetThemExpire();
  domain::CreateTransaction checked = Transfer("t", "other", "b", "1");
  checked.version_checks.push_back({"b", 3});
  const Call call = Run({checked});
  EXPECT_EQ(ReasonOf(call), Reason::kNone);
  const std::vector<std::string> numbered = Numbered();
  EXPECT_EQ(std::count(numbered.begin(), numbered.end(), "."), 301);
  EXPECT_LE(PlaceOf(numbered, "t"), 4 * static_cast<std::ptrdiff_t>(kTogether));
}

TEST_F(PipelineExpiryTest, ASettleOfADueHoldIsRefused) {
  MakeHolds("a", 50);
  LetThemExpire();
  const Call settle = Run({domain::SettleTransaction{"a49", std::nullopt, {}, "r"}});
  EXPECT_EQ(ReasonOf(settle), Reason::kHoldNotPending);
  EXPECT_EQ(settle->outcomes[0].refusal->metadata.at(1).second, "EXPIRED");
}

TEST_F(PipelineExpiryTest, AnAccountWithDueHoldsIsClosedAfterThem) {
  MakeHolds("a", 50);
  LetThemExpire();
  domain::ChangeAccount close;
  close.account_id = "a";
  close.kind = domain::AccountChangeKind::kClose;
  const auto closed = ledger_->Change(client_, close);
  ledger_->boxes().RunAll();
  ASSERT_EQ(closed->answers, 1);
  EXPECT_FALSE(closed->outcome.refusal) << closed->outcome.refusal->message;
}

TEST_F(PipelineExpiryTest, ABatchAndAStreamKeepTheirOrderWhileTheyWait) {
  MakeHolds("a", 60);
  Run({Transfer("money", "cash", "d", "10")});
  before_ = ledger_->Flights().size();
  LetThemExpire();
  const auto lane = std::make_shared<Lane>();
  const Call batch =
      SendFrom(client_, {Transfer("t1", "cash", "a", "1"), Transfer("t2", "d", "e", "1")}, lane);
  const Call behind = SendFrom(client_, {Transfer("t3", "d", "e", "1")}, lane);
  ledger_->boxes().RunAll();
  EXPECT_EQ(ReasonOf(batch, 0), Reason::kNone);
  EXPECT_EQ(ReasonOf(batch, 1), Reason::kNone);
  EXPECT_EQ(ReasonOf(behind), Reason::kNone);
  const std::vector<std::string> numbered = Numbered();
  EXPECT_LT(PlaceOf(numbered, "t1"), PlaceOf(numbered, "t2"));
  EXPECT_LT(PlaceOf(numbered, "t2"), PlaceOf(numbered, "t3"));
}

// Bug: a hold whose read failed once kept its money until the next start, and could be settled.
TEST_F(PipelineExpiryTest, AHoldThatCannotBeReadOnceIsEndedABitLater) {
  MakeHolds("a", 1);
  LetThemExpire();
  ledger_->FailHoldReads(1);
  const Call settle = Send({domain::SettleTransaction{"a0", std::nullopt, {}, "r"}});
  ledger_->boxes().RunAll();
  EXPECT_EQ(settle->answers, 0) << "it waits for the next attempt";
  EXPECT_EQ(ledger_->failed_expiries(), 1);
  PassAndTick(1);
  EXPECT_EQ(ReasonOf(settle), Reason::kHoldNotPending);
  EXPECT_EQ(settle->outcomes[0].refusal->metadata.at(1).second, "EXPIRED");
  EXPECT_EQ(ledger_->first_expiry(), kNone);
}

// Bug: what could not be read ahead was not read again.
TEST_F(PipelineExpiryTest, AHoldThatCannotBeReadAheadIsReadWhenItIsDue) {
  MakeHolds("a", 1);
  ledger_->FailHoldReads(1);
  ledger_->Tick(client_);
  ledger_->boxes().RunAll();
  LetThemExpire();
  EXPECT_EQ(ReasonOf(Run({Transfer("t", "cash", "a", "1")})), Reason::kNone);
  EXPECT_EQ(Numbered(), (std::vector<std::string>{".", "t"}));
  EXPECT_EQ(ledger_->failed_expiries(), 0);
}

TEST_F(PipelineExpiryTest, CommandsOnAHoldThatCannotBeReadAreRefusedUntilItCan) {
  ledger_->Change(client_, OpenWorld("other"));
  MakeHolds("a", 1);
  LetThemExpire();
  ledger_->FailHoldReads(1'000);
  const Call settle = Send({domain::SettleTransaction{"a0", std::nullopt, {}, "r"}});
  const Call batch =
      Send({Transfer("t1", "other", "d", "1"), Transfer("t2", "cash", "a", "1")}, true);
  ledger_->boxes().RunAll();
  PassAndTick(4);
  EXPECT_EQ(ReasonOf(settle), Reason::kStorageUnavailable);
  EXPECT_EQ(ReasonOf(batch, 0), Reason::kBatchRefused);
  EXPECT_EQ(ReasonOf(batch, 1), Reason::kStorageUnavailable);
  EXPECT_EQ(ReasonOf(Run({Transfer("t3", "cash", "d", "1")})), Reason::kStorageUnavailable);
  EXPECT_EQ(ReasonOf(Run({Transfer("t4", "other", "d", "1")})), Reason::kNone);
  domain::ChangeAccount close;
  close.account_id = "a";
  close.kind = domain::AccountChangeKind::kClose;
  const auto closed = ledger_->Change(client_, close);
  ledger_->boxes().RunAll();
  ASSERT_TRUE(closed->outcome.refusal);
  EXPECT_EQ(closed->outcome.refusal->reason, Reason::kStorageUnavailable);
  ledger_->FailHoldReads(0);
  PassAndTick(1);
  EXPECT_EQ(ReasonOf(Run({Transfer("t3", "cash", "d", "1")})), Reason::kNone)
      << "and kept no trace";
  EXPECT_EQ(ReasonOf(Run({domain::SettleTransaction{"a0", std::nullopt, {}, "r"}})),
            Reason::kHoldNotPending);
  EXPECT_EQ(ledger_->first_expiry(), kNone);
}

// Bug: an expiry that was refused since an account could not be read was not tried again.
TEST_F(PipelineExpiryTest, AHoldOnAnAccountThatCannotBeReadIsEndedOnceItCan) {
  MakeHolds("a", 1);
  LetThemExpire();
  ledger_->PutAllAway();
  ledger_->Damage("a");
  PassAndTick(6);
  EXPECT_GE(ledger_->failed_expiries(), 4);
  EXPECT_EQ(ReasonOf(Run({domain::SettleTransaction{"a0", std::nullopt, {}, "r"}})),
            Reason::kStorageUnavailable);
  EXPECT_EQ(ReasonOf(Run({Transfer("t1", "cash", "d", "1")})), Reason::kStorageUnavailable);
  ledger_->PutAllAway();
  ledger_->Damage("");
  PassAndTick(1);
  EXPECT_EQ(ReasonOf(Run({Transfer("t1", "cash", "d", "1")})), Reason::kNone);
  EXPECT_EQ(ReasonOf(Run({domain::SettleTransaction{"a0", std::nullopt, {}, "r"}})),
            Reason::kHoldNotPending);
}

// Bug: a call waited for its accounts one after another, each for many pages.
TEST_F(PipelineExpiryTest, ABatchWaitsForAllItsAccountsAtOnce) {
  CallOnManyAccounts(false);
  // In front of the first of its commands.
  EXPECT_EQ(PlaceOf(Numbered(), "t10"), kAccounts * kHolds);
}

TEST_F(PipelineExpiryTest, AnAtomicBatchWaitsForAllItsAccountsAtOnce) {
  CallOnManyAccounts(true);
  EXPECT_EQ(PlaceOf(Numbered(), "t10"), kAccounts * kHolds);
}

TEST_F(PipelineExpiryTest, AStopEndsOnlyTheHoldsThatSomebodyWaitsFor) {
  ledger_->Change(client_, OpenWorld("other"));
  ledger_->boxes().RunAll();
  MakeHolds("a", 400);
  MakeHolds("b", 40, "other");
  LetThemExpire();
  const Call call = Send({Transfer("t", "other", "b", "1")});
  ledger_->EndOnlyAwaitedHolds();
  ledger_->boxes().RunAll();
  EXPECT_EQ(ReasonOf(call), Reason::kNone);
  EXPECT_EQ(Numbered().size(), 41U) << "the command and what it waited for";
  // At the next start the rest is due.
  options_.with_open_holds = true;
  Start(options_);
  ledger_->Tick(client_);
  ledger_->boxes().RunAll();
  EXPECT_EQ(ledger_->Flights().size(), 400U);
  EXPECT_EQ(ledger_->first_expiry(), kNone);
}

// Bug: a balance as of a time changed afterwards, when a hold expired in that moment.
TEST_F(PipelineExpiryTest, TheFirstExpiryIsKnownUntilItIsVisible) {
  EXPECT_EQ(ledger_->first_expiry(), kNone);
  const std::int64_t expire_time = clock_ + kTimeout;
  ledger_->boxes().Hold(ledger_->publisher_box());
  domain::CreateTransaction hold = actors::Hold("h", "cash", "a", "1");
  hold.transaction.hold_timeout_ns = kTimeout;
  const Call call = Run({hold});
  EXPECT_EQ(ledger_->first_expiry(), expire_time) << "before the call is answered";
  EXPECT_EQ(call->answers, 0);
  ledger_->boxes().Release(ledger_->publisher_box());
  ledger_->boxes().RunAll();
  LetThemExpire();
  ledger_->boxes().Hold(ledger_->publisher_box());
  ledger_->Tick(client_);
  ledger_->boxes().RunAll();
  EXPECT_EQ(ledger_->first_expiry(), expire_time) << "numbered, written, not yet visible";
  ledger_->boxes().Release(ledger_->publisher_box());
  ledger_->boxes().RunAll();
  EXPECT_EQ(ledger_->first_expiry(), kNone);
}

}  // namespace
}  // namespace florin::actors
