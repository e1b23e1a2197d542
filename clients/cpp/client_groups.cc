#include "clients/cpp/client.h"
#include "clients/cpp/client_call.h"

// The calls of GroupService.
namespace florin::client {

Result<v1::CreateGroupResponse> Client::CreateGroup(const v1::CreateGroupRequest& request,
                                                    const CallOptions& options) {
  return Call<v1::CreateGroupResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::CreateGroupResponse* response) {
        return groups_->CreateGroup(context, request, response);
      });
}

Result<v1::UpdateGroupResponse> Client::UpdateGroup(const v1::UpdateGroupRequest& request,
                                                    const CallOptions& options) {
  return Call<v1::UpdateGroupResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::UpdateGroupResponse* response) {
        return groups_->UpdateGroup(context, request, response);
      });
}

Result<v1::DeleteGroupResponse> Client::DeleteGroup(const v1::DeleteGroupRequest& request,
                                                    const CallOptions& options) {
  return Call<v1::DeleteGroupResponse>(
      Idempotency::kUnsafe, options,
      [&](grpc::ClientContext* context, v1::DeleteGroupResponse* response) {
        return groups_->DeleteGroup(context, request, response);
      });
}

Result<v1::GetGroupResponse> Client::GetGroup(const v1::GetGroupRequest& request,
                                              const CallOptions& options) {
  return Call<v1::GetGroupResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::GetGroupResponse* response) {
        return groups_->GetGroup(context, request, response);
      });
}

Result<v1::ListGroupsResponse> Client::ListGroups(const v1::ListGroupsRequest& request,
                                                  const CallOptions& options) {
  return Call<v1::ListGroupsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ListGroupsResponse* response) {
        return groups_->ListGroups(context, request, response);
      });
}

Result<v1::ListParkedEventsResponse> Client::ListParkedEvents(
    const v1::ListParkedEventsRequest& request, const CallOptions& options) {
  return Call<v1::ListParkedEventsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ListParkedEventsResponse* response) {
        return groups_->ListParkedEvents(context, request, response);
      });
}

Result<v1::ReplayParkedEventsResponse> Client::ReplayParkedEvents(
    const v1::ReplayParkedEventsRequest& request, const CallOptions& options) {
  return Call<v1::ReplayParkedEventsResponse>(
      Idempotency::kUnsafe, options,
      [&](grpc::ClientContext* context, v1::ReplayParkedEventsResponse* response) {
        return groups_->ReplayParkedEvents(context, request, response);
      });
}

Result<v1::DiscardParkedEventsResponse> Client::DiscardParkedEvents(
    const v1::DiscardParkedEventsRequest& request, const CallOptions& options) {
  return Call<v1::DiscardParkedEventsResponse>(
      Idempotency::kUnsafe, options,
      [&](grpc::ClientContext* context, v1::DiscardParkedEventsResponse* response) {
        return groups_->DiscardParkedEvents(context, request, response);
      });
}

Result<v1::ResetGroupResponse> Client::ResetGroup(const v1::ResetGroupRequest& request,
                                                  const CallOptions& options) {
  return Call<v1::ResetGroupResponse>(
      Idempotency::kUnsafe, options,
      [&](grpc::ClientContext* context, v1::ResetGroupResponse* response) {
        return groups_->ResetGroup(context, request, response);
      });
}

Result<v1::ListGroupActionsResponse> Client::ListGroupActions(
    const v1::ListGroupActionsRequest& request, const CallOptions& options) {
  return Call<v1::ListGroupActionsResponse>(
      Idempotency::kSafe, options,
      [&](grpc::ClientContext* context, v1::ListGroupActionsResponse* response) {
        return groups_->ListGroupActions(context, request, response);
      });
}

}  // namespace florin::client
