#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "florin/v1/group_service.grpc.pb.h"
#include "server/groups/group_service.h"
#include "tests/server/events/event_log.h"
#include "tests/server/groups/scripted_groups.h"
#include "tests/server/ledger/scripted_ledger.h"
#include "tests/server/rpc/counted_calls.h"

namespace florin::server {

/// GroupService over real gRPC, with a log in memory and groups that are a script.
class GroupServer {
 public:
  using Stream = grpc::ClientReaderWriter<v1::ConsumeGroupRequest, v1::ConsumeGroupResponse>;

  explicit GroupServer(const StreamLimits& members = {})
      : host_(&ledger_, &metrics_), service_(&host_, &groups_, members) {
    log_.Write(20);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::GroupService::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                          grpc::InsecureChannelCredentials()));
  }
  ~GroupServer() {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
    server_->Wait();
  }
  GroupServer(const GroupServer&) = delete;
  GroupServer& operator=(const GroupServer&) = delete;

  [[nodiscard]] EventLog& log() { return log_; }
  [[nodiscard]] ServiceHost& host() { return host_; }
  [[nodiscard]] ScriptedGroups& groups() { return groups_; }
  [[nodiscard]] v1::GroupService::Stub& stub() { return *stub_; }

  /// A hang fails with DEADLINE_EXCEEDED.
  std::unique_ptr<Stream> Open(grpc::ClientContext* context) {
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return stub_->ConsumeGroup(context);
  }

  /// A member that has joined.
  std::shared_ptr<ScriptedMember> Join(Stream* stream) {
    v1::ConsumeGroupRequest request;
    request.mutable_join()->set_group_id("g");
    request.mutable_join()->set_member_name("m");
    EXPECT_TRUE(stream->Write(request));
    return groups_.TakeMember();
  }

  /// One ConsumeGroup call has ended so.
  void WaitForStalledCall() { server::WaitForStalledCall(&metrics_); }

 private:
  EventLog log_{1, 10};
  ScriptedLedger ledger_{&log_};
  Metrics metrics_{"test"};
  ServiceHost host_;
  ScriptedGroups groups_;
  GroupService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::GroupService::Stub> stub_;
};

inline v1::ConsumeGroupRequest AcknowledgeOf(const std::string& delivery_id) {
  v1::ConsumeGroupRequest request;
  request.mutable_acknowledge()->add_delivery_ids(delivery_id);
  return request;
}

/// How the stream ended, once what had come before the end is read.
inline grpc::Status EndOf(GroupServer::Stream* stream) {
  v1::ConsumeGroupResponse response;
  while (stream->Read(&response)) {
  }
  return stream->Finish();
}

}  // namespace florin::server
