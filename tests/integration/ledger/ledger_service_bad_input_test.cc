// Bad input over the wire: each its own clear refusal, nothing changed, server
// alive.

#include <grpcpp/generic/generic_stub.h>

#include <string>

#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using Stub = v1::LedgerService::Stub;

class LedgerServiceBadInputTest : public LedgerServiceFixture {
 protected:
  static grpc::Status CallRaw(const std::string& method, const std::string& bytes) {
    grpc::GenericStub generic(server().channel());
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    grpc::Status status;
    // A queue of its own: the callback form keeps a poller that holds the
    // program's end back for ten seconds.
    grpc::CompletionQueue queue;
    const auto call = generic.PrepareUnaryCall(&context, method, request, &queue);
    call->StartCall();
    call->Finish(&response, &status, &status);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status;
  }
};

TEST_F(LedgerServiceBadInputTest, GarbageBytesToEveryMethod) {
  for (const char* const method :
       {"RegisterAsset",      "ListAssets",        "OpenAccount",       "BatchOpenAccounts",
        "GetAccount",         "ListAccounts",      "UpdateAccount",     "SuspendAccount",
        "ReactivateAccount",  "CloseAccount",      "GetBalance",        "BatchGetBalances",
        "GetTrialBalance",    "CreateTransaction", "SettleTransaction", "VoidTransaction",
        "ReverseTransaction", "ExecuteBatch",      "GetTransaction",    "ListTransactions"}) {
    const grpc::Status status =
        CallRaw(std::string("/florin.v1.LedgerService/") + method, "\xFF\xFFgarbage");
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << method << ": " << status.error_message();
    EXPECT_EQ(ReasonOf(status), "FIELD_INVALID") << method;
    EXPECT_NE(status.error_message().find("florin.v1."), std::string::npos) << method;
  }
}

TEST_F(LedgerServiceBadInputTest, BrokenUtf8NamesTheField) {
  // Field 1, transaction_id: two bytes that are no UTF-8.
  const grpc::Status status =
      CallRaw("/florin.v1.LedgerService/CreateTransaction", "\x0A\x02\xC3\x28");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Said(status), "FIELD_INVALID transaction_id");
}

TEST_F(LedgerServiceBadInputTest, TruncatedMessage) {
  std::string bytes = TransferRequest("cut:1", "world", "a", "1").SerializeAsString();
  bytes.pop_back();
  EXPECT_EQ(ReasonOf(CallRaw("/florin.v1.LedgerService/CreateTransaction", bytes)),
            "FIELD_INVALID");
}

TEST_F(LedgerServiceBadInputTest, EmptyMessage) {
  EXPECT_EQ(Said(CallRaw("/florin.v1.LedgerService/CreateTransaction", "")),
            "FIELD_MISSING transaction_id");
}

TEST_F(LedgerServiceBadInputTest, AboveSixteenMebibytesIsGrpcsOwn) {
  v1::CreateTransactionRequest request;
  request.set_description(std::string(17 << 20, 'x'));
  v1::CreateTransactionResponse response;
  const grpc::Status status = Call(&Stub::CreateTransaction, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  // Just below it is read, and refused for what it is.
  request.set_description(std::string(15 << 20, 'x'));
  request.set_transaction_id("big:1");
  *request.add_postings() = TransferRequest("", "world", "world2", "1").postings(0);
  EXPECT_EQ(Said(Call(&Stub::CreateTransaction, request, &response)), "FIELD_INVALID description");
}

TEST_F(LedgerServiceBadInputTest, EachBadValueItsOwnRefusal) {
  Open("bad:a");
  Open("bad:sbi", "asset: 'SBI'");
  const auto said = [](const std::string& amount, const std::string& debit,
                       const std::string& credit) {
    return TryTransfer("bad:1", debit, credit, amount);
  };
  for (const char* const amount : {"-1", "0", "1e5", "NaN", "1.", "9.9.9"}) {
    EXPECT_EQ(said(amount, "world", "bad:a"), "AMOUNT_INVALID postings[0].amount") << amount;
  }
  EXPECT_EQ(said("", "world", "bad:a"), "FIELD_MISSING postings[0].amount");
  EXPECT_EQ(said(std::string(40, '9'), "world", "bad:a"), "AMOUNT_INVALID postings[0].amount");
  EXPECT_EQ(said("1", "", "bad:a"), "FIELD_MISSING postings[0].debit_account_id");
  EXPECT_EQ(said("1", "world", "bad a"), "FIELD_INVALID postings[0].credit_account_id");
  EXPECT_EQ(said("1", "world", std::string(129, 'x')),
            "FIELD_INVALID postings[0].credit_account_id");
  EXPECT_EQ(said("1", "bad:a", "bad:a"), "SAME_ACCOUNT postings[0].credit_account_id");
  EXPECT_EQ(TryTransfer("payment/1", "world", "bad:a", "1"), "FIELD_INVALID transaction_id");
  // From here on the state decides, and the refusal is kept: ids of their own.
  EXPECT_EQ(TryTransfer("bad:2", "world", "none", "1"), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(TryTransfer("bad:3", "world", "bad:sbi", "1"), "ASSET_MISMATCH");
  EXPECT_EQ(TryTransfer("bad:4", "world", "bad:a", "1.001"), "AMOUNT_SCALE_EXCEEDED");
  EXPECT_EQ(TryTransfer("bad:5", "world", "bad:a", "170141183460469231731687303715884105727"),
            "AMOUNT_OVERFLOW");
  EXPECT_EQ(Get("bad:a").version(), 1);
  // Malformed requests are not kept: the id is still free.
  EXPECT_EQ(TryTransfer("bad:1", "world", "bad:a", "1"), "OK");
}

TEST_F(LedgerServiceBadInputTest, TooManyPostings) {
  Open("wide:a");
  v1::CreateTransactionRequest request;
  request.set_transaction_id("wide:1");
  for (int i = 0; i < 1001; ++i) {
    *request.add_postings() = TransferRequest("", "world", "wide:a", "0.01").postings(0);
  }
  v1::CreateTransactionResponse response;
  EXPECT_EQ(Said(Call(&Stub::CreateTransaction, request, &response)), "TOO_MANY_POSTINGS postings");
  request.clear_postings();
  EXPECT_EQ(Said(Call(&Stub::CreateTransaction, request, &response)), "FIELD_MISSING postings");
  EXPECT_EQ(Get("wide:a").version(), 1);
}

TEST_F(LedgerServiceBadInputTest, LongInputIsQuotedShort) {
  v1::GetAccountRequest request;
  request.set_account_id(std::string(1 << 20, 'x'));
  v1::GetAccountResponse response;
  const grpc::Status status = Call(&Stub::GetAccount, request, &response);
  EXPECT_EQ(Said(status), "FIELD_INVALID account_id");
  EXPECT_LT(status.error_message().size(), 512u);
}

}  // namespace
}  // namespace florin::test_support
