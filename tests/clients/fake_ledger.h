#pragma once

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "florin/v1/admin_service.grpc.pb.h"
#include "florin/v1/event_service.grpc.pb.h"
#include "florin/v1/ledger_service.grpc.pb.h"
#include "tests/clients/fake_server.h"

namespace florin::client {

/// Knows ids and nothing of money: enough to see what a client sends and how it
/// takes each answer. Transactions whose type is "refuse" are refused.
class FakeLedger final : public v1::LedgerService::Service {
 public:
  grpc::Status RegisterAsset(grpc::ServerContext* /*context*/,
                             const v1::RegisterAssetRequest* request,
                             v1::RegisterAssetResponse* response) override {
    const std::scoped_lock lock(mutex);
    const auto& asset = request->asset();
    const auto [known, added] = assets.emplace(asset.code(), asset);
    if (known->second.SerializeAsString() != asset.SerializeAsString()) {
      return LedgerStatus(grpc::StatusCode::ALREADY_EXISTS, "ASSET_EXISTS",
                          "asset " + asset.code() + " has another scale", {{"field", "scale"}});
    }
    *response->mutable_asset() = asset;
    response->set_replayed(!added);
    return grpc::Status::OK;
  }

  grpc::Status ListAssets(grpc::ServerContext* /*context*/,
                          const v1::ListAssetsRequest* /*request*/,
                          v1::ListAssetsResponse* response) override {
    const std::scoped_lock lock(mutex);
    for (const auto& [code, asset] : assets) {
      *response->add_assets() = asset;
    }
    return grpc::Status::OK;
  }

  grpc::Status BatchOpenAccounts(grpc::ServerContext* /*context*/,
                                 const v1::BatchOpenAccountsRequest* request,
                                 v1::BatchOpenAccountsResponse* response) override {
    const std::scoped_lock lock(mutex);
    for (const auto& item : request->requests()) {
      auto* result = response->add_results();
      if (item.account_id().find(' ') != std::string::npos) {
        result->mutable_refusal()->set_code(3);
        result->mutable_refusal()->set_reason("FIELD_INVALID");
        continue;
      }
      const auto [known, added] = accounts.emplace(item.account_id(), item);
      if (known->second.SerializeAsString() != item.SerializeAsString()) {
        result->mutable_refusal()->set_code(6);
        result->mutable_refusal()->set_reason("ACCOUNT_EXISTS");
        continue;
      }
      result->mutable_account()->set_account_id(item.account_id());
      result->set_replayed(!added);
    }
    return grpc::Status::OK;
  }

  grpc::Status OpenAccount(grpc::ServerContext* /*context*/, const v1::OpenAccountRequest* request,
                           v1::OpenAccountResponse* response) override {
    const std::scoped_lock lock(mutex);
    accounts[request->account_id()] = *request;
    response->mutable_account()->set_account_id(request->account_id());
    response->mutable_account()->set_asset(request->asset());
    response->mutable_account()->set_type(request->type());
    return grpc::Status::OK;
  }

  grpc::Status ListTransactions(grpc::ServerContext* /*context*/,
                                const v1::ListTransactionsRequest* request,
                                v1::ListTransactionsResponse* response) override {
    const std::scoped_lock lock(mutex);
    last_list = *request;
    auto* transaction = response->add_transactions();
    transaction->set_transaction_id("t1");
    transaction->set_status(v1::TRANSACTION_STATUS_POSTED);
    for (const char* amount : {"10.00", "2.00"}) {
      auto* posting = transaction->add_postings();
      posting->set_debit_account_id("a");
      posting->set_credit_account_id("b");
      posting->set_amount(amount);
    }
    transaction->mutable_postings(0)->set_posted_amount("7.00");
    return grpc::Status::OK;
  }

  // Two pages of the accounts' ids, whatever the page size.
  grpc::Status ListAccounts(grpc::ServerContext* /*context*/,
                            const v1::ListAccountsRequest* request,
                            v1::ListAccountsResponse* response) override {
    const std::scoped_lock lock(mutex);
    std::size_t at = 0;
    const bool second = request->page_token() == "second";
    for (const auto& [id, open] : accounts) {
      if ((at++ < accounts.size() / 2) != second) {
        auto* account = response->add_accounts();
        account->set_account_id(id);
        account->set_asset(open.asset());
        account->set_type(open.type());
        account->mutable_balances()->set_posted("1.00");
      }
    }
    response->set_next_page_token(second ? "" : "second");
    return grpc::Status::OK;
  }

  grpc::Status CreateTransaction(grpc::ServerContext* /*context*/,
                                 const v1::CreateTransactionRequest* request,
                                 v1::CreateTransactionResponse* response) override {
    const std::scoped_lock lock(mutex);
    if (request->type() == "refuse") {
      return LedgerStatus(grpc::StatusCode::FAILED_PRECONDITION, "INSUFFICIENT_FUNDS",
                          "account 'a' has 1.00", {{"account_id", "a"}, {"available", "1.00"}});
    }
    response->set_replayed(!Post(*request));
    auto* transaction = response->mutable_transaction();
    transaction->set_transaction_id(request->transaction_id());
    transaction->set_status(v1::TRANSACTION_STATUS_POSTED);
    for (const char* id : {"a", "b"}) {
      auto* balance = response->add_account_balances();
      balance->set_account_id(id);
      balance->mutable_balances()->set_posted(*id == 'a' ? "-1.00" : "100.00");
      balance->mutable_balances()->set_available("0.00");
    }
    return grpc::Status::OK;
  }

  grpc::Status ExecuteStream(grpc::ServerContext* /*context*/,
                             grpc::ServerReaderWriter<v1::ExecuteStreamResponse,
                                                      v1::ExecuteStreamRequest>* stream) override {
    v1::ExecuteStreamRequest request;
    while (stream->Read(&request)) {
      v1::ExecuteStreamResponse response;
      {
        const std::scoped_lock lock(mutex);
        for (const auto& command : request.commands()) {
          Answer(command.create_transaction(), response.add_results());
        }
      }
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

  std::mutex mutex;
  std::map<std::string, v1::Asset> assets;
  std::map<std::string, v1::OpenAccountRequest> accounts;
  std::vector<v1::CreateTransactionRequest> posted;  // in order of effect
  v1::ListTransactionsRequest last_list;

 private:
  bool Post(const v1::CreateTransactionRequest& request) {
    for (const auto& known : posted) {
      if (known.transaction_id() == request.transaction_id()) {
        return false;
      }
    }
    posted.push_back(request);
    return true;
  }

  void Answer(const v1::CreateTransactionRequest& request, v1::TransactionResult* result) {
    result->set_transaction_id(request.transaction_id());
    if (request.type() == "refuse") {
      result->set_status(v1::TRANSACTION_STATUS_REFUSED);
      result->mutable_refusal()->set_code(9);
      result->mutable_refusal()->set_reason("INSUFFICIENT_FUNDS");
      result->mutable_refusal()->set_message("account has 1.00, not \"5,00\"");
      return;
    }
    result->set_status(v1::TRANSACTION_STATUS_POSTED);
    result->set_replayed(!Post(request));
  }
};

/// Five events, then the end of the log.
class FakeEvents final : public v1::EventService::Service {
 public:
  grpc::Status SubscribeEvents(grpc::ServerContext* context,
                               const v1::SubscribeEventsRequest* request,
                               grpc::ServerWriter<v1::SubscribeEventsResponse>* writer) override {
    last_request = *request;
    int position = request->start_case() == v1::SubscribeEventsRequest::kAfterCheckpoint
                       ? std::stoi("0" + request->after_checkpoint())
                       : 0;
    while (position < 5) {
      v1::SubscribeEventsResponse response;
      auto* event = response.add_events();
      event->set_position(++position);
      event->set_type("account.opened");
      event->set_stream("account-" + std::to_string(position));
      response.set_checkpoint(std::to_string(position));
      response.set_caught_up(position == 5);
      writer->Write(response);
    }
    while (!context->IsCancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return grpc::Status::CANCELLED;
  }

  v1::SubscribeEventsRequest last_request;
};

class FakeAdmin final : public v1::AdminService::Service {
 public:
  grpc::Status GetStatus(grpc::ServerContext* /*context*/, const v1::GetStatusRequest* /*request*/,
                         v1::GetStatusResponse* response) override {
    response->set_version("1.2.3");
    response->set_head_position(1234567);
    response->set_data_bytes(5 * 1024 * 1024);
    return grpc::Status::OK;
  }
};

}  // namespace florin::client
