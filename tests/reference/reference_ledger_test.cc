// The reference ledger itself, where a mistake in it would hide a mistake in
// the server: one small case for each rule that
// docs/adr/0002-command-semantics.md had to spell out.

#include "reference/reference_ledger.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domain/reason.h"

namespace florin::reference {
namespace {

using domain::Reason;
using domain::TransactionStatus;

constexpr std::int64_t kNow = 1'700'000'000'000'000'000;

Reason ReasonOf(const Answer& answer) {
  return answer.refusal ? answer.refusal->reason : Reason::kNone;
}

CreateTransaction Move(const std::string& id, const std::string& from, const std::string& to,
                       const std::string& amount) {
  CreateTransaction create;
  create.transaction_id = id;
  create.postings = {{from, to, amount}};
  return create;
}

CreateTransaction HoldOf(const std::string& id, const std::string& from, const std::string& to,
                         const std::string& amount) {
  CreateTransaction create = Move(id, from, to, amount);
  create.hold = Hold{};
  return create;
}

class ReferenceLedgerTest : public testing::Test {
 protected:
  ReferenceLedgerTest() {
    ledger_.Execute(RegisterAsset{"EUR", 2, "Euro"}, kNow);
    ledger_.Execute(RegisterAsset{"JPY", 0, "Yen"}, kNow);
    Open("world", {"", true, ""});
    Open("a", {});
    Open("b", {"10", false, "100"});
  }

  void Open(const std::string& id, const LimitsRequest& limits) {
    ledger_.Execute(OpenAccount{id, "", "EUR", domain::AccountType::kLiability, limits, {}}, kNow);
  }

  Answer Do(const TransactionCommand& command) { return ledger_.Execute(command, kNow); }

  std::vector<std::string> EventTypes() const {
    std::vector<std::string> types;
    for (const Event& event : ledger_.events()) types.push_back(event.type);
    return types;
  }

  ReferenceLedger ledger_;
};

TEST_F(ReferenceLedgerTest, PostingWritesBothAccountsThenTheTransaction) {
  const Answer answer = Do(Move("t1", "world", "a", "5.00"));
  EXPECT_EQ(ReasonOf(answer), Reason::kNone);
  EXPECT_EQ(EventTypes(),
            (std::vector<std::string>{"account.funds.withdrawn", "account.funds.deposited",
                                      "transaction.posted"}));
  EXPECT_EQ(answer.position, 8);
  EXPECT_EQ(ledger_.FindAccount("a")->version, 2);
  EXPECT_TRUE(ledger_.FindAccount("a")->Posted() == 500);
}

TEST_F(ReferenceLedgerTest, PartialSettleReleasesTheRest) {
  Do(HoldOf("h", "world", "a", "5"));
  const Answer answer = Do(SettleTransaction{"h", "2", "", {}});
  EXPECT_EQ(EventTypes(),
            (std::vector<std::string>{"account.funds.settled", "account.funds.withdrawn",
                                      "account.funds.released", "account.funds.settled",
                                      "account.funds.deposited", "account.funds.released",
                                      "transaction.posted"}));
  EXPECT_TRUE(*answer.transaction->postings[0].posted == 200);
  EXPECT_TRUE(ledger_.FindAccount("a")->Posted() == 200);
}

TEST_F(ReferenceLedgerTest, SameEndAgainIsAReplayAnotherIsNot) {
  Do(HoldOf("h", "world", "a", "5"));
  const Answer first = Do(SettleTransaction{"h", "2", "r1", {}});
  const Answer again = Do(SettleTransaction{"h", "2.0", "r2", {}});
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(ReasonOf(Do(SettleTransaction{"h", "3", "", {}})), Reason::kHoldNotPending);
  EXPECT_EQ(ReasonOf(Do(VoidTransaction{"h", "", ""})), Reason::kHoldNotPending);
}

TEST_F(ReferenceLedgerTest, RecordedRefusalStays) {
  const Answer first = Do(Move("t", "a", "b", "1"));
  EXPECT_EQ(ReasonOf(first), Reason::kInsufficientFunds);
  EXPECT_EQ(first.status, TransactionStatus::kRefused);
  Do(Move("t2", "world", "a", "5"));
  const Answer again = Do(Move("t", "a", "b", "1.00"));
  EXPECT_EQ(ReasonOf(again), Reason::kInsufficientFunds);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.refusal->metadata.at("replayed"), "true");
  EXPECT_EQ(ReasonOf(Do(Move("t", "a", "b", "2"))), Reason::kIdReused);
}

TEST_F(ReferenceLedgerTest, HoldOfARequestIdRecordsRefusalsOnItsOwnStream) {
  Do(HoldOf("h", "world", "a", "5"));
  const Answer refused = Do(SettleTransaction{"h", "6", "r", {}});
  EXPECT_EQ(ReasonOf(refused), Reason::kHoldAmountExceeded);
  EXPECT_EQ(ledger_.events().at(0).stream, "request/transaction/h/r");
  EXPECT_EQ(ReasonOf(Do(VoidTransaction{"h", "", "r"})), Reason::kIdReused);
  EXPECT_EQ(ledger_.FindTransaction("h")->version, 1);
}

TEST_F(ReferenceLedgerTest, FundsAreNettedOverTheTransaction) {
  CreateTransaction create = Move("t", "a", "b", "5");
  create.postings.push_back({"world", "a", "5"});
  EXPECT_EQ(ReasonOf(Do(create)), Reason::kNone);
  EXPECT_EQ(ReasonOf(Do(Move("t2", "b", "world", "15.01"))), Reason::kInsufficientFunds);
  EXPECT_EQ(ReasonOf(Do(Move("t3", "b", "world", "15"))), Reason::kNone);
}

TEST_F(ReferenceLedgerTest, BalanceLimitCountsWhatIsPendingIn) {
  EXPECT_EQ(ReasonOf(Do(HoldOf("h", "world", "b", "60"))), Reason::kNone);
  EXPECT_EQ(ReasonOf(Do(Move("t", "world", "b", "41"))), Reason::kBalanceLimitExceeded);
  EXPECT_EQ(ReasonOf(Do(Move("t2", "world", "b", "40"))), Reason::kNone);
}

TEST_F(ReferenceLedgerTest, BalanceCheckRefusesWhateverItWasBefore) {
  CreateTransaction create = Move("t", "world", "a", "5");
  create.balance_checks = {{"b", "1", ""}};
  EXPECT_EQ(ReasonOf(Do(create)), Reason::kInsufficientFunds);
}

TEST_F(ReferenceLedgerTest, LowestReasonComesFirstNotLowestPosting) {
  CreateTransaction create = Move("t", "a", "b", "500");
  create.postings.push_back({"world", "nobody", "1"});
  EXPECT_EQ(ReasonOf(Do(create)), Reason::kAccountNotFound);
  create.transaction_id = "t2";
  create.version_checks = {{"a", 7}};
  create.postings.back().credit_account_id = "a";
  EXPECT_EQ(ReasonOf(Do(create)), Reason::kVersionConflict);
}

TEST_F(ReferenceLedgerTest, ReversalPostsTheSettledPartOnce) {
  Do(HoldOf("h", "world", "a", "5"));
  EXPECT_EQ(ReasonOf(Do(ReverseTransaction{"v0", "h", "", {}, {}, "", ""})),
            Reason::kNotReversible);
  Do(SettleTransaction{"h", "2", "", {}});
  EXPECT_EQ(ReasonOf(Do(ReverseTransaction{"v1", "h", "", {}, {}, "", ""})), Reason::kNone);
  EXPECT_TRUE(ledger_.FindAccount("a")->Posted() == 0);
  EXPECT_EQ(EventTypes().back(), "transaction.reversed");
  EXPECT_EQ(ledger_.FindTransaction("v1")->position, ledger_.head());
  EXPECT_EQ(ReasonOf(Do(ReverseTransaction{"v2", "h", "", {}, {}, "", ""})),
            Reason::kAlreadyReversed);
  EXPECT_EQ(ReasonOf(Do(ReverseTransaction{"v3", "v1", "", {}, {}, "", ""})),
            Reason::kNotReversible);
}

TEST_F(ReferenceLedgerTest, AtomicBatchRecordsOnlyTheFirstRefusal) {
  const auto answers = ledger_.Execute(
      Batch{{Move("t1", "world", "a", "5"), Move("t2", "a", "b", "6"), Move("t3", "a", "b", "7")},
            true,
            false},
      kNow);
  EXPECT_EQ(ReasonOf(answers[0]), Reason::kBatchRefused);
  EXPECT_EQ(answers[0].refusal->metadata.at("index"), "1");
  EXPECT_EQ(ReasonOf(answers[1]), Reason::kInsufficientFunds);
  EXPECT_EQ(answers[1].refusal->metadata.at("available"), "5.00");
  EXPECT_EQ(ReasonOf(answers[2]), Reason::kBatchRefused);
  EXPECT_EQ(ledger_.FindAccount("a")->version, 1);
  EXPECT_EQ(ledger_.FindTransaction("t2")->status, TransactionStatus::kRefused);
  EXPECT_EQ(ledger_.FindTransaction("t1"), nullptr);
}

TEST_F(ReferenceLedgerTest, AtomicBatchSpendsWhatAnEarlierItemBrought) {
  const auto answers = ledger_.Execute(
      Batch{{Move("t1", "world", "a", "5"), Move("t2", "a", "b", "5")}, true, false}, kNow);
  EXPECT_EQ(ReasonOf(answers[1]), Reason::kNone);
  EXPECT_TRUE(ledger_.FindAccount("b")->Posted() == 500);
}

TEST_F(ReferenceLedgerTest, SuspensionStopsItsSideOnly) {
  ledger_.Execute(SuspendAccount{"a", "", 0, "", domain::SuspendScope::kDebits}, kNow);
  EXPECT_EQ(ReasonOf(Do(Move("t1", "world", "a", "5"))), Reason::kNone);
  EXPECT_EQ(ReasonOf(Do(Move("t2", "a", "b", "5"))), Reason::kAccountSuspended);
}

TEST_F(ReferenceLedgerTest, ExpiryNeedsItsTime) {
  CreateTransaction create = HoldOf("h", "world", "a", "5");
  create.hold->timeout_ns = 10;
  Do(create);
  EXPECT_FALSE(ledger_.Expire("h", kNow + 9));
  EXPECT_EQ(ledger_.DueHolds(kNow + 10), std::vector<std::string>{"h"});
  EXPECT_TRUE(ledger_.Expire("h", kNow + 10));
  EXPECT_EQ(ReasonOf(Do(VoidTransaction{"h", "", ""})), Reason::kHoldNotPending);
}

TEST_F(ReferenceLedgerTest, ValidateOnlyWritesNothing) {
  CreateTransaction create = Move("t", "world", "a", "5");
  create.validate_only = true;
  const std::int64_t head = ledger_.head();
  const Answer answer = Do(create);
  EXPECT_EQ(answer.position, head);
  EXPECT_EQ(answer.account_balances[1].version, 2);
  EXPECT_EQ(ledger_.FindAccount("a")->version, 1);
  EXPECT_EQ(ledger_.FindTransaction("t"), nullptr);
}

TEST_F(ReferenceLedgerTest, AccountChangesWithoutRequestIdAreReplayedWhereNothingChanges) {
  EXPECT_FALSE(ledger_.Execute(SuspendAccount{"a", "x", 0, "", {}}, kNow).replayed);
  EXPECT_TRUE(ledger_.Execute(SuspendAccount{"a", "y", 0, "", {}}, kNow).replayed);
  EXPECT_FALSE(ledger_.Execute(SuspendAccount{"a", "y", 0, "r", {}}, kNow).replayed);
  EXPECT_EQ(ledger_.FindAccount("a")->version, 3);
  EXPECT_EQ(
      ReasonOf(ledger_.Execute(UpdateAccount{"world", {"5", false, ""}, {}, 0, "", "", {}}, kNow)),
      Reason::kFieldInvalid);
  EXPECT_FALSE(ledger_.Execute(CloseAccount{"b", "", 0, ""}, kNow).refusal.has_value());
  EXPECT_TRUE(ledger_.Execute(CloseAccount{"b", "", 0, "r2"}, kNow).replayed);
  EXPECT_EQ(ReasonOf(ledger_.Execute(ReactivateAccount{"b", "", 0, ""}, kNow)),
            Reason::kAccountClosed);
}

}  // namespace
}  // namespace florin::reference
