#include "tests/crash/load.h"

#include <gtest/gtest.h>

#include <utility>

namespace florin::crash {
namespace {

void AddPosting(v1::CreateTransactionRequest* create, const std::string& debit,
                const std::string& credit, const std::string& amount) {
  v1::Posting* posting = create->add_postings();
  posting->set_debit_account_id(debit);
  posting->set_credit_account_id(credit);
  posting->set_amount(amount);
}

}  // namespace

std::string AccountName(std::int64_t index) { return "customer:" + std::to_string(index); }

void OpenAccounts(v1::LedgerService::Stub* stub) {
  grpc::ClientContext asset_context;
  v1::RegisterAssetRequest asset;
  asset.mutable_asset()->set_code("EUR");
  asset.mutable_asset()->set_scale(2);
  v1::RegisterAssetResponse asset_response;
  ASSERT_TRUE(stub->RegisterAsset(&asset_context, asset, &asset_response).ok());

  v1::BatchOpenAccountsRequest request;
  for (int i = -1; i < kAccounts; ++i) {
    v1::OpenAccountRequest* open = request.add_requests();
    open->set_account_id(i < 0 ? "world" : AccountName(i));
    open->set_asset("EUR");
    open->set_type(v1::ACCOUNT_TYPE_LIABILITY);
    open->mutable_limits()->set_unlimited_overdraft(i < 0);
  }
  grpc::ClientContext context;
  v1::BatchOpenAccountsResponse response;
  ASSERT_TRUE(stub->BatchOpenAccounts(&context, request, &response).ok());
  for (const v1::OpenAccountResult& result : response.results()) ASSERT_TRUE(result.has_account());
}

Load::Load(std::uint64_t seed, const std::string& name,
           const std::shared_ptr<grpc::Channel>& channel)
    : random_(seed), name_(name), stub_(v1::LedgerService::NewStub(channel)) {}

void Load::RunUntilKilled() {
  while (true) {
    sent_.push_back({NextRequest(), std::nullopt});
    v1::ExecuteBatchResponse response;
    grpc::ClientContext context;
    if (!stub_->ExecuteBatch(&context, sent_.back().request, &response).ok()) return;
    sent_.back().response = std::move(response);
    Learn(sent_.back());
  }
}

void Load::Learn(const Sent& sent) {
  for (int i = 0; i < sent.request.commands_size(); ++i) {
    const v1::CreateTransactionRequest& create = sent.request.commands(i).create_transaction();
    const bool lasting = create.has_hold() && !create.hold().has_timeout();
    if (lasting && sent.response->results(i).status() == v1::TRANSACTION_STATUS_PENDING) {
      holds_.push_back(create.transaction_id());
    }
  }
}

v1::ExecuteBatchRequest Load::NextRequest() {
  v1::ExecuteBatchRequest request;
  const std::int64_t count = random_.Percent(50) ? 1 : random_.Between(2, 60);
  request.set_atomic(random_.Percent(25));
  for (std::int64_t i = 0; i < count; ++i) {
    if (request.atomic()) {
      // Only what cannot be refused, so that all of it has to be there or
      // nothing.
      AddPosting(AddCreate(&request, "a"), "world", AccountName(random_.Between(0, kAccounts - 1)),
                 "1.00");
    } else {
      AddCommand(&request);
    }
  }
  return request;
}

v1::CreateTransactionRequest* Load::AddCreate(v1::ExecuteBatchRequest* request, const char* kind) {
  v1::CreateTransactionRequest* create = request->add_commands()->mutable_create_transaction();
  create->set_transaction_id(name_ + "." + kind + std::to_string(next_id_++));
  return create;
}

void Load::AddCommand(v1::ExecuteBatchRequest* request) {
  const std::string one = AccountName(random_.Between(0, kAccounts - 1));
  const std::string other = AccountName(random_.Between(0, kAccounts - 1));
  switch (random_.Weighted({40, 15, 15, 10, 8, 12})) {
    case 0:
      AddPosting(AddCreate(request, "t"), "world", one, "5.00");
      break;
    case 1: {
      v1::CreateTransactionRequest* create = AddCreate(request, "m");
      AddPosting(create, "world", one, "3.00");
      AddPosting(create, "world", other, "2.00");
      if (one != other) AddPosting(create, one, other, "1.00");
      break;
    }
    case 2: {
      v1::CreateTransactionRequest* create = AddCreate(request, "h");
      AddPosting(create, "world", one, "10.00");
      create->mutable_hold();
      break;
    }
    case 3: {
      v1::CreateTransactionRequest* create = AddCreate(request, "e");
      AddPosting(create, "world", one, "10.00");
      create->mutable_hold()->mutable_timeout()->set_nanos(
          static_cast<int>(random_.Between(1, 80)) * 1'000'000);
      break;
    }
    case 4:
      // More than there ever is: refused for good, though the account's balance
      // grows later.
      AddPosting(AddCreate(request, "r"), one, "world", "100000000.00");
      break;
    default:
      AddEnd(request);
      break;
  }
}

void Load::AddEnd(v1::ExecuteBatchRequest* request) {
  if (holds_.empty()) return AddPosting(AddCreate(request, "t"), "world", AccountName(0), "5.00");
  const std::string hold = holds_.back();
  const std::string request_id = name_ + ".q" + std::to_string(next_id_++);
  if (random_.Percent(20)) {
    // Refused and remembered; the hold goes on.
    v1::SettleTransactionRequest* settle = request->add_commands()->mutable_settle_transaction();
    settle->set_transaction_id(hold);
    settle->set_request_id(request_id);
    settle->set_amount("10.01");
    return;
  }
  holds_.pop_back();
  if (random_.Percent(30)) {
    v1::VoidTransactionRequest* end = request->add_commands()->mutable_void_transaction();
    end->set_transaction_id(hold);
    end->set_request_id(request_id);
    return;
  }
  v1::SettleTransactionRequest* settle = request->add_commands()->mutable_settle_transaction();
  settle->set_transaction_id(hold);
  settle->set_request_id(request_id);
  if (random_.Percent(50)) settle->set_amount("4.00");
}

}  // namespace florin::crash
