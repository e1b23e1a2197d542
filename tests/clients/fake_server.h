#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/error_details.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace florin::client {

/// Serves fakes of the contract's services on a free port of 127.0.0.1.
class FakeServer {
 public:
  explicit FakeServer(const std::vector<grpc::Service*>& services, int port = 0) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                             &port_);
    for (auto* service : services) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] std::string target() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

/// A status as the ledger sends it: google.rpc.Status with an ErrorInfo, and a
/// RetryInfo if `retry_delay` is given.
inline grpc::Status LedgerStatus(
    grpc::StatusCode code, const std::string& reason, const std::string& message,
    const std::map<std::string, std::string>& metadata = {},
    std::optional<std::chrono::milliseconds> retry_delay = std::nullopt,
    const std::string& domain = "florin.v1") {
  google::rpc::Status status;
  status.set_code(static_cast<int>(code));
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(domain);
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  status.add_details()->PackFrom(info);
  if (retry_delay) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_delay->count() / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int>(retry_delay->count() % 1000) *
                                           1'000'000);
    status.add_details()->PackFrom(retry);
  }
  grpc::Status result;
  EXPECT_TRUE(grpc::SetErrorDetails(status, &result).ok());
  return result;
}

}  // namespace florin::client
