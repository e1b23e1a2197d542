#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <string>

#include "clients/cpp/options.h"
#include "clients/cpp/result.h"
#include "florin/v1/admin_service.grpc.pb.h"
#include "florin/v1/event_service.grpc.pb.h"
#include "florin/v1/group_service.grpc.pb.h"
#include "florin/v1/ledger_service.grpc.pb.h"

namespace florin::client {

/// A connection to one Florin server, with the contract's calls as methods.
///
/// Every unary call has a deadline and retries by itself what is safe to retry
/// (RetryPolicy): the same request with the same ids, so that nothing acts
/// twice. What comes back as an error is final for this request: a refusal by
/// the ledger, a deadline, or a server that stayed away.
/// DEADLINE_EXCEEDED and UNAVAILABLE leave the outcome open: send the same
/// request with the same id again, and the answer is the first outcome.
///
/// For many transactions use BatchSender (any order) or CommandStream (in
/// order); for events EventSubscription, or GroupConsumer as one of a team.
///
/// Threads: safe; one Client serves a whole program. Cost: one HTTP/2 channel.
class Client {
 public:
  /// Prepares a channel to `target` ("127.0.0.1:50051", "ledger.example:50051")
  /// and returns at once: whether a server is there shows in the first call.
  /// The channel is plain text; put it on a trusted network.
  [[nodiscard]] static std::unique_ptr<Client> Connect(const std::string& target,
                                                       const ClientOptions& options = {});

  /// Over a channel made elsewhere (other credentials, an in-process server).
  explicit Client(std::shared_ptr<grpc::Channel> channel, const ClientOptions& options = {});

  // LedgerService. Of the changes of an account, those without a request_id are
  // sent once only: a second one could undo what another client did between.
  [[nodiscard]] Result<v1::RegisterAssetResponse> RegisterAsset(
      const v1::RegisterAssetRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::ListAssetsResponse> ListAssets(const v1::ListAssetsRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Result<v1::OpenAccountResponse> OpenAccount(const v1::OpenAccountRequest& request,
                                                            const CallOptions& options = {});
  [[nodiscard]] Result<v1::BatchOpenAccountsResponse> BatchOpenAccounts(
      const v1::BatchOpenAccountsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::GetAccountResponse> GetAccount(const v1::GetAccountRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Result<v1::ListAccountsResponse> ListAccounts(
      const v1::ListAccountsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::UpdateAccountResponse> UpdateAccount(
      const v1::UpdateAccountRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::SuspendAccountResponse> SuspendAccount(
      const v1::SuspendAccountRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::ReactivateAccountResponse> ReactivateAccount(
      const v1::ReactivateAccountRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::CloseAccountResponse> CloseAccount(
      const v1::CloseAccountRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::GetBalanceResponse> GetBalance(const v1::GetBalanceRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Result<v1::BatchGetBalancesResponse> BatchGetBalances(
      const v1::BatchGetBalancesRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::GetTrialBalanceResponse> GetTrialBalance(
      const v1::GetTrialBalanceRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::CreateTransactionResponse> CreateTransaction(
      const v1::CreateTransactionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::SettleTransactionResponse> SettleTransaction(
      const v1::SettleTransactionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::VoidTransactionResponse> VoidTransaction(
      const v1::VoidTransactionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::ReverseTransactionResponse> ReverseTransaction(
      const v1::ReverseTransactionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::ExecuteBatchResponse> ExecuteBatch(
      const v1::ExecuteBatchRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::GetTransactionResponse> GetTransaction(
      const v1::GetTransactionRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::ListTransactionsResponse> ListTransactions(
      const v1::ListTransactionsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::ReadEventsResponse> ReadEvents(const v1::ReadEventsRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Result<v1::ReadCommitGroupsResponse> ReadCommitGroups(
      const v1::ReadCommitGroupsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request,
                                                        const CallOptions& options = {});

  // GroupService. Create, update and what reads are retried; the others are sent
  // once only, as a second replay, discard, reset or delete could act again.
  // UpdateGroup replaces the settings whole: begin with those of GetGroup.
  [[nodiscard]] Result<v1::CreateGroupResponse> CreateGroup(const v1::CreateGroupRequest& request,
                                                            const CallOptions& options = {});
  [[nodiscard]] Result<v1::UpdateGroupResponse> UpdateGroup(const v1::UpdateGroupRequest& request,
                                                            const CallOptions& options = {});
  [[nodiscard]] Result<v1::DeleteGroupResponse> DeleteGroup(const v1::DeleteGroupRequest& request,
                                                            const CallOptions& options = {});
  [[nodiscard]] Result<v1::GetGroupResponse> GetGroup(const v1::GetGroupRequest& request,
                                                      const CallOptions& options = {});
  [[nodiscard]] Result<v1::ListGroupsResponse> ListGroups(const v1::ListGroupsRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Result<v1::ListParkedEventsResponse> ListParkedEvents(
      const v1::ListParkedEventsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::ReplayParkedEventsResponse> ReplayParkedEvents(
      const v1::ReplayParkedEventsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::DiscardParkedEventsResponse> DiscardParkedEvents(
      const v1::DiscardParkedEventsRequest& request, const CallOptions& options = {});
  [[nodiscard]] Result<v1::ResetGroupResponse> ResetGroup(const v1::ResetGroupRequest& request,
                                                          const CallOptions& options = {});
  [[nodiscard]] Result<v1::ListGroupActionsResponse> ListGroupActions(
      const v1::ListGroupActionsRequest& request, const CallOptions& options = {});

  [[nodiscard]] const ClientOptions& options() const { return options_; }
  /// For streams, which the classes named above manage.
  [[nodiscard]] v1::LedgerService::Stub& ledger_stub() { return *ledger_; }
  [[nodiscard]] v1::EventService::Stub& event_stub() { return *events_; }
  [[nodiscard]] v1::GroupService::Stub& group_stub() { return *groups_; }

 private:
  template <typename Response, typename Attempt>
  Result<Response> Call(Idempotency idempotency, const CallOptions& options, Attempt attempt);

  const ClientOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::LedgerService::Stub> ledger_;
  const std::unique_ptr<v1::EventService::Stub> events_;
  const std::unique_ptr<v1::GroupService::Stub> groups_;
  const std::unique_ptr<v1::AdminService::Stub> admin_;
};

}  // namespace florin::client
