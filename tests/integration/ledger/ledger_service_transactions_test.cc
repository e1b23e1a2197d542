// Transactions one by one over the wire: post, hold, settle, void, reverse.

#include <string>

#include "florin/v1/event_service.grpc.pb.h"
#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using Stub = v1::LedgerService::Stub;

class LedgerServiceTransactionsTest : public LedgerServiceFixture {
 protected:
  static std::string Settle(const std::string& text, v1::SettleTransactionResponse* response) {
    return Said(
        Call(&Stub::SettleTransaction, FromText<v1::SettleTransactionRequest>(text), response));
  }
  static std::string Void(const std::string& text, v1::VoidTransactionResponse* response) {
    return Said(Call(&Stub::VoidTransaction, FromText<v1::VoidTransactionRequest>(text), response));
  }
  static std::string Reverse(const std::string& text, v1::ReverseTransactionResponse* response) {
    return Said(
        Call(&Stub::ReverseTransaction, FromText<v1::ReverseTransactionRequest>(text), response));
  }
};

TEST_F(LedgerServiceTransactionsTest, PostsAndAnswersAgain) {
  Open("post:a");
  const auto first = Transfer("post:1", "world", "post:a", "12.5");
  EXPECT_EQ(first.transaction().status(), v1::TRANSACTION_STATUS_POSTED);
  EXPECT_EQ(first.transaction().postings(0).amount(), "12.50");
  EXPECT_EQ(first.transaction().version(), 1);
  ASSERT_EQ(first.account_balances_size(), 2);
  EXPECT_EQ(first.account_balances(0).account_id(), "world");
  EXPECT_EQ(first.account_balances(1).account_id(), "post:a");
  EXPECT_EQ(first.account_balances(1).balances().posted(), "12.50");
  EXPECT_EQ(first.account_balances(1).version(), 2);
  EXPECT_FALSE(first.replayed());
  Transfer("post:2", "world", "post:a", "1");
  // Amounts compare as numbers; the balances are those of then.
  const auto again = Transfer("post:1", "world", "post:a", "12.50");
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.account_balances(1).balances().posted(), "12.50");
  EXPECT_EQ(again.transaction().position(), first.transaction().position());
  EXPECT_EQ(TryTransfer("post:1", "world", "post:a", "12.51"), "ID_REUSED postings");
}

TEST_F(LedgerServiceTransactionsTest, RefusalIsKeptUnderItsId) {
  Open("refused:a");
  v1::CreateTransactionResponse response;
  const auto request = TransferRequest("refused:1", "refused:a", "world", "5");
  const grpc::Status first = Call(&Stub::CreateTransaction, request, &response);
  EXPECT_EQ(first.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(first), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(DetailsOf(first).metadata.at("account_id"), "refused:a");
  EXPECT_EQ(DetailsOf(first).metadata.count("replayed"), 0u);
  Transfer("refused:2", "world", "refused:a", "100");
  const grpc::Status again = Call(&Stub::CreateTransaction, request, &response);
  EXPECT_EQ(ReasonOf(again), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(DetailsOf(again).metadata.at("replayed"), "true");
  EXPECT_EQ(again.error_message(), first.error_message());
  v1::GetTransactionRequest get;
  get.set_transaction_id("refused:1");
  v1::GetTransactionResponse kept;
  ASSERT_EQ(Said(Call(&Stub::GetTransaction, get, &kept)), "OK");
  EXPECT_EQ(kept.transaction().status(), v1::TRANSACTION_STATUS_REFUSED);
  EXPECT_EQ(kept.transaction().refusal().reason(), "INSUFFICIENT_FUNDS");
}

TEST_F(LedgerServiceTransactionsTest, ValidateOnlyChangesNothing) {
  Open("validate:a");
  const auto tried = Transfer("validate:1", "world", "validate:a", "7", "validate_only: true");
  EXPECT_EQ(tried.account_balances(1).balances().posted(), "7.00");
  EXPECT_EQ(Get("validate:a").balances().posted(), "0.00");
  EXPECT_EQ(TryTransfer("validate:2", "validate:a", "world", "7", "validate_only: true"),
            "INSUFFICIENT_FUNDS");
  // The id is still free, and not refused for ever.
  EXPECT_EQ(TryTransfer("validate:1", "world", "validate:a", "8"), "OK");
}

TEST_F(LedgerServiceTransactionsTest, HoldIsSettledInPart) {
  Open("hold:a");
  Transfer("hold:0", "world", "hold:a", "100");
  const auto hold = Transfer("hold:1", "hold:a", "world", "60", "hold {}");
  EXPECT_EQ(hold.transaction().status(), v1::TRANSACTION_STATUS_PENDING);
  EXPECT_EQ(hold.account_balances(0).balances().available(), "40.00");
  EXPECT_EQ(hold.account_balances(0).balances().posted(), "100.00");
  v1::SettleTransactionResponse settled;
  EXPECT_EQ(Settle("transaction_id: 'hold:1' amount: '61'", &settled), "HOLD_AMOUNT_EXCEEDED");
  ASSERT_EQ(Settle("transaction_id: 'hold:1' amount: '25'", &settled), "OK");
  EXPECT_EQ(settled.transaction().status(), v1::TRANSACTION_STATUS_POSTED);
  EXPECT_EQ(settled.transaction().postings(0).posted_amount(), "25.00");
  EXPECT_EQ(settled.account_balances(0).balances().posted(), "75.00");
  EXPECT_EQ(settled.account_balances(0).balances().available(), "75.00");
  ASSERT_EQ(Settle("transaction_id: 'hold:1' amount: '25.0'", &settled), "OK");
  EXPECT_TRUE(settled.replayed());
  EXPECT_EQ(Settle("transaction_id: 'hold:1' amount: '26'", &settled), "HOLD_NOT_PENDING");
  EXPECT_EQ(Settle("transaction_id: 'none'", &settled), "TRANSACTION_NOT_FOUND");
  EXPECT_EQ(Settle("transaction_id: 'hold:0'", &settled), "NOT_A_HOLD");
}

TEST_F(LedgerServiceTransactionsTest, HoldIsVoided) {
  Open("void:a");
  Transfer("void:1", "world", "void:a", "60", "hold {}");
  v1::VoidTransactionResponse voided;
  ASSERT_EQ(Void("transaction_id: 'void:1' reason: 'no'", &voided), "OK");
  EXPECT_EQ(voided.transaction().status(), v1::TRANSACTION_STATUS_VOIDED);
  EXPECT_EQ(voided.transaction().end_reason(), "no");
  EXPECT_EQ(voided.account_balances(1).balances().credits_pending(), "0.00");
  ASSERT_EQ(Void("transaction_id: 'void:1'", &voided), "OK");
  EXPECT_TRUE(voided.replayed());
  v1::SettleTransactionResponse settled;
  EXPECT_EQ(Settle("transaction_id: 'void:1'", &settled), "HOLD_NOT_PENDING");
}

TEST_F(LedgerServiceTransactionsTest, HoldExpires) {
  Open("expire:a");
  Transfer("expire:1", "world", "expire:a", "60", "hold { timeout { nanos: 50000000 } }");
  v1::GetTransactionRequest get;
  get.set_transaction_id("expire:1");
  v1::GetTransactionResponse found;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  do {
    ASSERT_EQ(Said(Call(&Stub::GetTransaction, get, &found)), "OK");
  } while (found.transaction().status() == v1::TRANSACTION_STATUS_PENDING &&
           std::chrono::steady_clock::now() < limit);
  EXPECT_EQ(found.transaction().status(), v1::TRANSACTION_STATUS_EXPIRED);
  EXPECT_EQ(Get("expire:a").balances().credits_pending(), "0.00");
}

TEST_F(LedgerServiceTransactionsTest, ReversesOnce) {
  Open("reverse:a");
  Transfer("reverse:1", "world", "reverse:a", "30");
  v1::ReverseTransactionResponse reversed;
  ASSERT_EQ(Reverse("transaction_id: 'reverse:2' reverses_transaction_id: "
                    "'reverse:1' reason: 'wrong'",
                    &reversed),
            "OK");
  EXPECT_EQ(reversed.transaction().type(), "reversal");
  EXPECT_EQ(reversed.transaction().reverses_transaction_id(), "reverse:1");
  EXPECT_EQ(reversed.transaction().postings(0).debit_account_id(), "reverse:a");
  EXPECT_EQ(Get("reverse:a").balances().posted(), "0.00");
  EXPECT_EQ(Reverse("transaction_id: 'reverse:3' reverses_transaction_id: "
                    "'reverse:1'",
                    &reversed),
            "ALREADY_REVERSED");
  EXPECT_EQ(Reverse("transaction_id: 'reverse:4' reverses_transaction_id: "
                    "'reverse:2'",
                    &reversed),
            "NOT_REVERSIBLE");
}

TEST_F(LedgerServiceTransactionsTest, ChecksVersionsAndBalances) {
  Open("check:a");
  Transfer("check:1", "world", "check:a", "10",
           "version_checks { account_id: 'check:a' expected_version: 1 }");
  const std::string stale = "version_checks { account_id: 'check:a' expected_version: 1 }";
  EXPECT_EQ(TryTransfer("check:2", "world", "check:a", "10", stale), "VERSION_CONFLICT");
  EXPECT_EQ(TryTransfer("check:3", "check:a", "world", "4",
                        "balance_checks { account_id: 'check:a' "
                        "min_available: '7' }"),
            "INSUFFICIENT_FUNDS");
  // A version conflict is not recorded: the id may be sent again.
  EXPECT_EQ(TryTransfer("check:2", "world", "check:a", "10"), "OK");
}

// Bug: an account that may be overdrawn could not be guarded.
TEST_F(LedgerServiceTransactionsTest, ABalanceCheckMayBeBelowZero) {
  Open("floor:a", "limits { overdraft_limit: '100' }");
  const std::string check = "balance_checks { account_id: 'floor:a' min_available: '-50.00' }";
  EXPECT_EQ(TryTransfer("floor:1", "floor:a", "world", "50", check), "OK");
  EXPECT_EQ(TryTransfer("floor:2", "floor:a", "world", "0.01", check), "INSUFFICIENT_FUNDS");
  // It is content: the same number again, and another one.
  EXPECT_EQ(TryTransfer("floor:1", "floor:a", "world", "50",
                        "balance_checks { account_id: 'floor:a' min_available: '-50' }"),
            "OK");
  EXPECT_EQ(TryTransfer("floor:1", "floor:a", "world", "50",
                        "balance_checks { account_id: 'floor:a' min_available: '50' }"),
            "ID_REUSED balance_checks");
}

// Bug: "7000" of an asset with two decimals was shown as it was sent.
TEST_F(LedgerServiceTransactionsTest, ARefusedTransactionShowsAmountsAtTheAssetsScale) {
  Open("shown:a");
  const auto shown = [](const std::string& id) {
    v1::GetTransactionRequest request;
    request.set_transaction_id(id);
    v1::GetTransactionResponse response;
    EXPECT_EQ(Said(Call(&Stub::GetTransaction, request, &response)), "OK");
    return response.transaction().postings(0).amount();
  };
  EXPECT_EQ(TryTransfer("shown:1", "shown:a", "world", "7000"), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(shown("shown:1"), "7000.00");
  EXPECT_EQ(TryTransfer("shown:2", "shown:none", "world", "7000"), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(shown("shown:2"), "7000.00");
  // There is no scale to show these at.
  EXPECT_EQ(TryTransfer("shown:3", "shown:none", "shown:nobody", "7000"), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(shown("shown:3"), "7000");
  EXPECT_EQ(TryTransfer("shown:4", "shown:a", "world", "0.001"), "AMOUNT_SCALE_EXCEEDED");
  EXPECT_EQ(shown("shown:4"), "0.001");
  // As a number it is the same content.
  EXPECT_EQ(TryTransfer("shown:1", "shown:a", "world", "7000.0"), "INSUFFICIENT_FUNDS");
  EXPECT_EQ(TryTransfer("shown:1", "shown:a", "world", "7000.01"), "ID_REUSED postings");
}

TEST_F(LedgerServiceTransactionsTest, TheFirstMomentOf1970IsATime) {
  Open("1970:a");
  const auto posted = Transfer("1970:1", "world", "1970:a", "1", "effective_time { }");
  EXPECT_TRUE(posted.transaction().has_effective_time());
  const auto events = v1::EventService::NewStub(server().channel());
  grpc::ClientContext context;
  v1::ReadEventsResponse response;
  ASSERT_TRUE(events
                  ->ReadEvents(&context,
                               FromText<v1::ReadEventsRequest>(
                                   "stream: '1970:a' start_version: 2 start_time { }"),
                               &response)
                  .ok());
  ASSERT_EQ(response.events_size(), 1);
  EXPECT_TRUE(response.events(0).funds_moved().has_effective_time());
  grpc::ClientContext none;
  ASSERT_TRUE(
      events->ReadEvents(&none, FromText<v1::ReadEventsRequest>("end_time { }"), &response).ok());
  EXPECT_EQ(response.events_size(), 0);
  // It is content: without it the command is another one.
  EXPECT_EQ(TryTransfer("1970:1", "world", "1970:a", "1"), "ID_REUSED effective_time");
}

TEST_F(LedgerServiceTransactionsTest, PostsAThousandPostings) {
  Open("wide:a");
  v1::CreateTransactionRequest request;
  request.set_transaction_id("wide:1");
  for (int i = 0; i < 1000; ++i) {
    v1::Posting* const posting = request.add_postings();
    posting->set_debit_account_id("world");
    posting->set_credit_account_id("wide:a");
    posting->set_amount("0.01");
  }
  v1::CreateTransactionResponse response;
  ASSERT_EQ(Said(Call(&Stub::CreateTransaction, request, &response)), "OK");
  EXPECT_EQ(response.account_balances_size(), 2);
  EXPECT_EQ(response.account_balances(1).balances().posted(), "10.00");
  EXPECT_EQ(response.account_balances(1).version(), 1001);
}

}  // namespace
}  // namespace florin::test_support
