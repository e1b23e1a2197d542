#include "clients/cpp/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

#include "clients/cpp/client_call.h"

namespace florin::client {
namespace {

template <typename Request>
Idempotency OfRequestId(const Request& request) {
  return request.request_id().empty() ? Idempotency::kUnsafe : Idempotency::kSafe;
}

grpc::ChannelArguments ChannelArguments(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
  // The server refuses what is too large with a reason; gRPC would without.
  arguments.SetMaxSendMessageSize(-1);
  // Retries are made in one place, with our rules.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A restarted server is found again within the policy's patience, not after
  // gRPC's own backoff of up to two minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // Despite its name, how long one attempt to connect may take at least (gRPC's
  // connection backoff protocol). Less, and a server under load is never reached.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  return arguments;
}

}  // namespace

std::unique_ptr<Client> Client::Connect(const std::string& target, const ClientOptions& options) {
  return std::make_unique<Client>(
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(),
                                ChannelArguments(options)),
      options);
}

Client::Client(std::shared_ptr<grpc::Channel> channel, const ClientOptions& options)
    : options_(options),
      channel_(std::move(channel)),
      ledger_(v1::LedgerService::NewStub(channel_)),
      events_(v1::EventService::NewStub(channel_)),
      groups_(v1::GroupService::NewStub(channel_)),
      admin_(v1::AdminService::NewStub(channel_)) {}

Result<v1::RegisterAssetResponse> Client::RegisterAsset(const v1::RegisterAssetRequest& request,
                                                        const CallOptions& options) {
  return Call<v1::RegisterAssetResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::RegisterAssetResponse* response) {
        return ledger_->RegisterAsset(context, request, response);
      });
}

Result<v1::ListAssetsResponse> Client::ListAssets(const v1::ListAssetsRequest& request,
                                                  const CallOptions& options) {
  return Call<v1::ListAssetsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ListAssetsResponse* response) {
        return ledger_->ListAssets(context, request, response);
      });
}

Result<v1::OpenAccountResponse> Client::OpenAccount(const v1::OpenAccountRequest& request,
                                                    const CallOptions& options) {
  return Call<v1::OpenAccountResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::OpenAccountResponse* response) {
        return ledger_->OpenAccount(context, request, response);
      });
}

Result<v1::BatchOpenAccountsResponse> Client::BatchOpenAccounts(
    const v1::BatchOpenAccountsRequest& request, const CallOptions& options) {
  return Call<v1::BatchOpenAccountsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::BatchOpenAccountsResponse* response) {
        return ledger_->BatchOpenAccounts(context, request, response);
      });
}

Result<v1::GetAccountResponse> Client::GetAccount(const v1::GetAccountRequest& request,
                                                  const CallOptions& options) {
  return Call<v1::GetAccountResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::GetAccountResponse* response) {
        return ledger_->GetAccount(context, request, response);
      });
}

Result<v1::ListAccountsResponse> Client::ListAccounts(const v1::ListAccountsRequest& request,
                                                      const CallOptions& options) {
  return Call<v1::ListAccountsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ListAccountsResponse* response) {
        return ledger_->ListAccounts(context, request, response);
      });
}

Result<v1::UpdateAccountResponse> Client::UpdateAccount(const v1::UpdateAccountRequest& request,
                                                        const CallOptions& options) {
  return Call<v1::UpdateAccountResponse>(
      OfRequestId(request), options,
      [&](grpc::ClientContext* context, v1::UpdateAccountResponse* response) {
        return ledger_->UpdateAccount(context, request, response);
      });
}

Result<v1::SuspendAccountResponse> Client::SuspendAccount(const v1::SuspendAccountRequest& request,
                                                          const CallOptions& options) {
  return Call<v1::SuspendAccountResponse>(
      OfRequestId(request), options,
      [&](grpc::ClientContext* context, v1::SuspendAccountResponse* response) {
        return ledger_->SuspendAccount(context, request, response);
      });
}

Result<v1::ReactivateAccountResponse> Client::ReactivateAccount(
    const v1::ReactivateAccountRequest& request, const CallOptions& options) {
  return Call<v1::ReactivateAccountResponse>(
      OfRequestId(request), options,
      [&](grpc::ClientContext* context, v1::ReactivateAccountResponse* response) {
        return ledger_->ReactivateAccount(context, request, response);
      });
}

Result<v1::CloseAccountResponse> Client::CloseAccount(const v1::CloseAccountRequest& request,
                                                      const CallOptions& options) {
  return Call<v1::CloseAccountResponse>(
      OfRequestId(request), options,
      [&](grpc::ClientContext* context, v1::CloseAccountResponse* response) {
        return ledger_->CloseAccount(context, request, response);
      });
}

Result<v1::GetBalanceResponse> Client::GetBalance(const v1::GetBalanceRequest& request,
                                                  const CallOptions& options) {
  return Call<v1::GetBalanceResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::GetBalanceResponse* response) {
        return ledger_->GetBalance(context, request, response);
      });
}

Result<v1::BatchGetBalancesResponse> Client::BatchGetBalances(
    const v1::BatchGetBalancesRequest& request, const CallOptions& options) {
  return Call<v1::BatchGetBalancesResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::BatchGetBalancesResponse* response) {
        return ledger_->BatchGetBalances(context, request, response);
      });
}

Result<v1::GetTrialBalanceResponse> Client::GetTrialBalance(
    const v1::GetTrialBalanceRequest& request, const CallOptions& options) {
  return Call<v1::GetTrialBalanceResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::GetTrialBalanceResponse* response) {
        return ledger_->GetTrialBalance(context, request, response);
      });
}

Result<v1::CreateTransactionResponse> Client::CreateTransaction(
    const v1::CreateTransactionRequest& request, const CallOptions& options) {
  return Call<v1::CreateTransactionResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::CreateTransactionResponse* response) {
        return ledger_->CreateTransaction(context, request, response);
      });
}

Result<v1::SettleTransactionResponse> Client::SettleTransaction(
    const v1::SettleTransactionRequest& request, const CallOptions& options) {
  return Call<v1::SettleTransactionResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::SettleTransactionResponse* response) {
        return ledger_->SettleTransaction(context, request, response);
      });
}

Result<v1::VoidTransactionResponse> Client::VoidTransaction(
    const v1::VoidTransactionRequest& request, const CallOptions& options) {
  return Call<v1::VoidTransactionResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::VoidTransactionResponse* response) {
        return ledger_->VoidTransaction(context, request, response);
      });
}

Result<v1::ReverseTransactionResponse> Client::ReverseTransaction(
    const v1::ReverseTransactionRequest& request, const CallOptions& options) {
  return Call<v1::ReverseTransactionResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ReverseTransactionResponse* response) {
        return ledger_->ReverseTransaction(context, request, response);
      });
}

Result<v1::ExecuteBatchResponse> Client::ExecuteBatch(const v1::ExecuteBatchRequest& request,
                                                      const CallOptions& options) {
  return Call<v1::ExecuteBatchResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ExecuteBatchResponse* response) {
        return ledger_->ExecuteBatch(context, request, response);
      });
}

Result<v1::GetTransactionResponse> Client::GetTransaction(const v1::GetTransactionRequest& request,
                                                          const CallOptions& options) {
  return Call<v1::GetTransactionResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::GetTransactionResponse* response) {
        return ledger_->GetTransaction(context, request, response);
      });
}

Result<v1::ListTransactionsResponse> Client::ListTransactions(
    const v1::ListTransactionsRequest& request, const CallOptions& options) {
  return Call<v1::ListTransactionsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ListTransactionsResponse* response) {
        return ledger_->ListTransactions(context, request, response);
      });
}

Result<v1::ReadEventsResponse> Client::ReadEvents(const v1::ReadEventsRequest& request,
                                                  const CallOptions& options) {
  return Call<v1::ReadEventsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ReadEventsResponse* response) {
        return events_->ReadEvents(context, request, response);
      });
}

Result<v1::ReadCommitGroupsResponse> Client::ReadCommitGroups(
    const v1::ReadCommitGroupsRequest& request, const CallOptions& options) {
  return Call<v1::ReadCommitGroupsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ReadCommitGroupsResponse* response) {
        return events_->ReadCommitGroups(context, request, response);
      });
}

Result<v1::GetStatusResponse> Client::GetStatus(const v1::GetStatusRequest& request,
                                                const CallOptions& options) {
  return Call<v1::GetStatusResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::GetStatusResponse* response) {
        return admin_->GetStatus(context, request, response);
      });
}

}  // namespace florin::client
