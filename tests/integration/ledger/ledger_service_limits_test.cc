// What bounds reads and streams, over the wire: totals beyond an account's own
// limit, long searches, tokens and checkpoints of something else, too many at
// once.

#include <filesystem>
#include <string>

#include "florin/v1/event_service.grpc.pb.h"
#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using Stub = v1::LedgerService::Stub;

class LedgerServiceLimitsTest : public LedgerServiceFixture {
 protected:
  static std::unique_ptr<v1::EventService::Stub> Events(const ServerProcess& at) {
    return v1::EventService::NewStub(at.channel());
  }

  /// The first response to a subscription, or why there is none.
  static grpc::Status Subscribe(const ServerProcess& at, const std::string& text,
                                v1::SubscribeEventsResponse* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    const auto events = Events(at);
    const auto stream =
        events->SubscribeEvents(&context, FromText<v1::SubscribeEventsRequest>(text));
    if (!stream->Read(response)) return stream->Finish();
    context.TryCancel();
    return grpc::Status::OK;
  }

  /// One call of ListTransactions with the token of another.
  static std::string List(const std::string& text, const std::string& token) {
    auto request = FromText<v1::ListTransactionsRequest>(text);
    request.set_page_token(token);
    v1::ListTransactionsResponse response;
    return Said(Call(&Stub::ListTransactions, request, &response));
  }
};

// Bug: two accounts at the limit of 127 bits made this a refusal.
TEST_F(LedgerServiceLimitsTest, TotalsOfAnAssetMayPass127Bits) {
  v1::RegisterAssetResponse asset;
  ASSERT_EQ(
      Said(Call(&Stub::RegisterAsset,
                FromText<v1::RegisterAssetRequest>("asset { code: 'HUGE' scale: 2 }"), &asset)),
      "OK");
  const std::string most = "1701411834604692317316873037158841057.27";
  for (const std::string pair : {"1", "2"}) {
    Open("huge:from:" + pair, "asset: 'HUGE' type: 1 limits { unlimited_overdraft: true }");
    Open("huge:to:" + pair, "asset: 'HUGE'");
    Transfer("huge:" + pair, "huge:from:" + pair, "huge:to:" + pair, most);
  }
  EXPECT_EQ(TryTransfer("huge:3", "huge:from:1", "huge:to:1", "0.01"), "AMOUNT_OVERFLOW");
  v1::GetTrialBalanceResponse books;
  ASSERT_EQ(Said(Call(&Stub::GetTrialBalance, FromText<v1::GetTrialBalanceRequest>("asset: 'HUGE'"),
                      &books)),
            "OK");
  ASSERT_EQ(books.lines_size(), 1);
  EXPECT_EQ(books.lines(0).debits_posted(), "3402823669209384634633746074317682114.54");
  EXPECT_EQ(books.lines(0).credits_posted(), "3402823669209384634633746074317682114.54");
}

// Bug: a list of what is rare read the whole history in one call.
TEST_F(LedgerServiceLimitsTest, ASearchForWhatIsRareIsCutIntoPages) {
  Open("long:a");
  Transfer("long:first", "world", "long:a", "1", "hold {}");
  for (int batch = 0; batch < 4; ++batch) {
    v1::ExecuteBatchRequest request;
    for (int i = 0; i < 8'000; ++i) {
      *request.add_commands()->mutable_create_transaction() =
          TransferRequest("long:" + std::to_string(batch * 8'000 + i), "world", "long:a", "0.01");
    }
    v1::ExecuteBatchResponse done;
    ASSERT_EQ(Said(Call(&Stub::ExecuteBatch, request, &done)), "OK");
  }
  for (const char* const account : {"", "account_id: 'long:a' "}) {
    auto request = FromText<v1::ListTransactionsRequest>(std::string(account) +
                                                         "statuses: TRANSACTION_STATUS_PENDING");
    v1::ListTransactionsResponse response;
    std::string found;
    int pages = 0;
    do {
      request.set_page_token(response.next_page_token());
      ASSERT_EQ(Said(Call(&Stub::ListTransactions, request, &response)), "OK");
      for (const auto& transaction : response.transactions()) found += transaction.transaction_id();
      ++pages;
    } while (!response.next_page_token().empty());
    EXPECT_EQ(found, "long:first") << account;
    EXPECT_EQ(pages, 2) << account;
  }
}

TEST_F(LedgerServiceLimitsTest, ATokenIsOfItsCallAndQueryAlone) {
  Open("tokens:a");
  for (int i = 0; i < 3; ++i) Transfer("tokens:" + std::to_string(i), "world", "tokens:a", "1");
  v1::ListTransactionsResponse list;
  ASSERT_EQ(Said(Call(&Stub::ListTransactions,
                      FromText<v1::ListTransactionsRequest>("account_id: 'tokens:a' page_size: 1"),
                      &list)),
            "OK");
  const std::string token = list.next_page_token();
  EXPECT_EQ(List("account_id: 'tokens:a' page_size: 2", token), "OK");
  const std::string refused = "PAGE_TOKEN_INVALID page_token";
  EXPECT_EQ(List("account_id: 'world'", token), refused);
  EXPECT_EQ(List("account_id: 'tokens:a' ascending: true", token), refused);
  EXPECT_EQ(List("account_id: 'tokens:a' statuses: TRANSACTION_STATUS_POSTED", token), refused);
  EXPECT_EQ(List("account_id: 'tokens:a' end_commit_time { seconds: 1 }", token), refused);

  v1::BatchGetBalancesRequest balances;
  balances.set_account_id_prefix("tokens:");
  balances.set_page_token(token);
  v1::BatchGetBalancesResponse ignored;
  EXPECT_EQ(Said(Call(&Stub::BatchGetBalances, balances, &ignored)), refused);

  const auto events = Events(server());
  const auto read = [&events](const v1::ReadEventsRequest& request,
                              v1::ReadEventsResponse* response) {
    grpc::ClientContext context;
    return Said(events->ReadEvents(&context, request, response));
  };
  auto page = FromText<v1::ReadEventsRequest>("page_size: 1");
  v1::ReadEventsResponse response;
  ASSERT_EQ(read(page, &response), "OK");
  page.set_page_token(response.next_page_token());
  EXPECT_EQ(read(page, &response), "OK");
  page.mutable_filter()->add_type_patterns("account.#");
  EXPECT_EQ(read(page, &response), refused);
  page.clear_filter();
  page.set_descending(true);
  EXPECT_EQ(read(page, &response), refused);
  grpc::ClientContext context;
  v1::ReadCommitGroupsRequest groups;
  groups.set_page_token(page.page_token());
  v1::ReadCommitGroupsResponse none;
  EXPECT_EQ(Said(events->ReadCommitGroups(&context, groups, &none)), refused);
}

// A ledger that was restored from an older copy has positions of its own behind
// that copy's head: who has seen others must not go on as if nothing happened.
TEST_F(LedgerServiceLimitsTest, ACheckpointBeyondTheHeadIsRefused) {
  const TemporaryDirectory directory;
  auto own = ServerProcess::Start(directory.path() + "/data");
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->Terminate(), 0);
  std::filesystem::copy(own->data_dir(), directory.path() + "/older",
                        std::filesystem::copy_options::recursive);
  ASSERT_TRUE(own->Restart());
  grpc::ClientContext context;
  v1::RegisterAssetResponse asset;
  const auto ledger = v1::LedgerService::NewStub(own->channel());
  ASSERT_TRUE(ledger
                  ->RegisterAsset(
                      &context, FromText<v1::RegisterAssetRequest>("asset { code: 'EUR' }"), &asset)
                  .ok());
  v1::SubscribeEventsResponse response;
  ASSERT_EQ(Said(Subscribe(*own, "", &response)), "OK");
  EXPECT_EQ(response.events_size(), 1);
  EXPECT_EQ(own->Terminate(), 0);

  const auto older = ServerProcess::Start(directory.path() + "/older");
  ASSERT_NE(older, nullptr);
  const grpc::Status status =
      Subscribe(*older, "after_checkpoint: '" + response.checkpoint() + "'", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Said(status), "CHECKPOINT_INVALID after_checkpoint");
  EXPECT_EQ(DetailsOf(status).metadata.at("head_position"), "0");
}

TEST_F(LedgerServiceLimitsTest, OverloadSaysWhenToComeBack) {
  const TemporaryDirectory directory;
  const auto own = ServerProcess::Start(directory.path() + "/data", {"--max-subscribers", "1"});
  ASSERT_NE(own, nullptr);
  grpc::ClientContext context;
  const auto events = Events(*own);
  const auto first = events->SubscribeEvents(&context, {});
  v1::SubscribeEventsResponse response;
  ASSERT_TRUE(first->Read(&response));
  const grpc::Status status = Subscribe(*own, "", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const StatusDetails details = DetailsOf(status);
  EXPECT_EQ(details.reason, "OVERLOADED");
  EXPECT_EQ(details.domain, "florin.v1");
  ASSERT_TRUE(details.retry_seconds);
  EXPECT_GT(*details.retry_seconds, 0);
  context.TryCancel();
}

}  // namespace
}  // namespace florin::test_support
