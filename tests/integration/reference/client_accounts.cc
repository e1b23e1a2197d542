#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "tests/integration/reference/client.h"
#include "tests/integration/reference/wire.h"

namespace florin::integration {
namespace {

constexpr std::int64_t kFarPosition = std::int64_t{1} << 50;
constexpr std::int64_t kFarSecond = 7'000'000'000;
constexpr int kItemsMax = 8192;

}  // namespace

void Client::CallAccount(const test_support::AccountCommand& command) {
  Begin(CallKind::kUnary);
  std::visit([this](const auto& one) { history_.back().items.push_back({one, {}}); }, command);
  Item* item = &history_.back().items.back();
  const auto keep = [item](auto* response) {
    v1::OpenAccountResponse answer;
    answer.mutable_account()->Swap(response->mutable_account());
    answer.set_replayed(response->replayed());
    item->outcome.account = std::move(answer);
  };
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  grpc::Status status;
  if (const auto* asset = std::get_if<reference::RegisterAsset>(&command)) {
    v1::RegisterAssetResponse response;
    status = stub_->RegisterAsset(&context, ToRequest(*asset), &response);
    if (status.ok()) item->outcome.asset = std::move(response);
  } else if (const auto* open = std::get_if<reference::OpenAccount>(&command)) {
    v1::OpenAccountResponse response;
    status = stub_->OpenAccount(&context, ToRequest(*open), &response);
    if (status.ok()) keep(&response);
  } else if (const auto* update = std::get_if<reference::UpdateAccount>(&command)) {
    v1::UpdateAccountResponse response;
    status = stub_->UpdateAccount(&context, ToRequest(*update), &response);
    if (status.ok()) keep(&response);
  } else if (const auto* suspend = std::get_if<reference::SuspendAccount>(&command)) {
    v1::SuspendAccountResponse response;
    status = stub_->SuspendAccount(&context, ToRequest(*suspend), &response);
    if (status.ok()) keep(&response);
  } else if (const auto* reactivate = std::get_if<reference::ReactivateAccount>(&command)) {
    v1::ReactivateAccountResponse response;
    status = stub_->ReactivateAccount(&context, ToRequest(*reactivate), &response);
    if (status.ok()) keep(&response);
  } else {
    v1::CloseAccountResponse response;
    status = stub_->CloseAccount(&context, ToRequest(std::get<reference::CloseAccount>(command)),
                                 &response);
    if (status.ok()) keep(&response);
  }
  if (!status.ok()) Keep(status, item);
  End();
}

void Client::CallRead() {
  test_support::RandomSource& random = generator_.random();
  const reference::OpenAccount& account = random.Pick(run_->world.accounts());
  Begin(CallKind::kUnary);
  history_.back().items.emplace_back();
  Item* item = &history_.back().items.back();
  switch (random.Below(3)) {
    case 0: {
      const bool own = random.Percent(50);
      Ask(ReadAccount{own ? random.Pick(run_->world.OwnAccounts(index_)) : account.account_id},
          item);
      break;
    }
    case 1: {
      const auto known = run_->world.PickTransaction(&random);
      Ask(ReadTransaction{known ? known->transaction_id : "none"}, item);
      break;
    }
    default: {
      ReadBalances read;
      for (int i = 0; i < 5; ++i)
        read.account_ids.push_back(random.Pick(run_->world.accounts()).account_id);
      std::sort(read.account_ids.begin(), read.account_ids.end());
      read.account_ids.erase(std::unique(read.account_ids.begin(), read.account_ids.end()),
                             read.account_ids.end());
      Ask(read, item);
      break;
    }
  }
  End();
}

void Client::Ask(const ReadAccount& read, Item* item) {
  item->command = read;
  grpc::ClientContext context;
  v1::GetAccountRequest request;
  request.set_account_id(read.account_id);
  v1::GetAccountResponse response;
  const grpc::Status status = stub_->GetAccount(&context, request, &response);
  if (!status.ok()) return Keep(status, item);
  item->outcome.read_account = std::move(*response.mutable_account());
}

void Client::Ask(const ReadTransaction& read, Item* item) {
  item->command = read;
  grpc::ClientContext context;
  v1::GetTransactionRequest request;
  request.set_transaction_id(read.transaction_id);
  v1::GetTransactionResponse response;
  const grpc::Status status = stub_->GetTransaction(&context, request, &response);
  if (!status.ok()) return Keep(status, item);
  if (response.transaction().has_refusal())
    response.mutable_transaction()->mutable_refusal()->clear_message();
  item->outcome.read_transaction = std::move(*response.mutable_transaction());
}

void Client::Ask(const ReadBalances& read, Item* item) {
  item->command = read;
  grpc::ClientContext context;
  v1::BatchGetBalancesRequest request;
  for (const std::string& account_id : read.account_ids) request.add_account_ids(account_id);
  v1::BatchGetBalancesResponse response;
  const grpc::Status status = stub_->BatchGetBalances(&context, request, &response);
  if (!status.ok()) return Keep(status, item);
  item->outcome.read_balances = std::move(response);
}

std::string Client::OtherQuerysPageToken() {
  grpc::ClientContext context;
  v1::ListAccountsRequest request;
  request.set_account_id_prefix("eur");
  request.set_page_size(1);
  v1::ListAccountsResponse response;
  EXPECT_TRUE(stub_->ListAccounts(&context, request, &response).ok());
  return response.next_page_token();
}

void Client::CallStatic() {
  grpc::ClientContext context;
  grpc::Status status;
  std::string reason;
  v1::GetBalanceRequest balance;
  balance.set_account_id("world:0");
  v1::GetBalanceResponse balance_response;
  switch (generator_.random().Below(6)) {
    case 0:
      reason = "POSITION_BEYOND_HEAD";
      balance.set_position(kFarPosition);
      status = stub_->GetBalance(&context, balance, &balance_response);
      break;
    case 1:
      reason = "VERSION_BEYOND_HEAD";
      balance.set_version(kFarPosition);
      status = stub_->GetBalance(&context, balance, &balance_response);
      break;
    case 2:
      reason = "TIME_IN_FUTURE";
      balance.mutable_commit_time()->set_seconds(kFarSecond);
      status = stub_->GetBalance(&context, balance, &balance_response);
      break;
    case 3: {
      reason = "PAGE_TOKEN_INVALID";
      v1::ListAccountsRequest request;
      request.set_account_id_prefix("hot");
      request.set_page_token(generator_.random().Percent(50) ? "not a token"
                                                             : OtherQuerysPageToken());
      v1::ListAccountsResponse response;
      status = stub_->ListAccounts(&context, request, &response);
      break;
    }
    case 4: {
      reason = "TOO_MANY_ITEMS";
      v1::ExecuteBatchRequest request;
      for (int i = 0; i <= kItemsMax; ++i) request.add_commands();
      v1::ExecuteBatchResponse response;
      status = stub_->ExecuteBatch(&context, request, &response);
      break;
    }
    default: {
      reason = "ACCOUNT_NOT_FOUND";
      balance.set_account_id("nobody:0");
      status = stub_->GetBalance(&context, balance, &balance_response);
      break;
    }
  }
  EXPECT_EQ(RefusalOf(status).reason(), reason) << status.error_message();
  ++static_refusals_[reason];
}

}  // namespace florin::integration
