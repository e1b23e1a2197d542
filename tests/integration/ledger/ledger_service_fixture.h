#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "florin/v1/ledger_service.grpc.pb.h"
#include "tests/server/rpc/status_details.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::test_support {

/// The text form of a message, filled in.
template <typename Message>
Message FromText(const std::string& text);

/// A server of its own for each suite, with the assets EUR (2 decimals) and SBI
/// (0) and an account "world" without a floor in EUR. Each test works on ids of
/// its own.
class LedgerServiceFixture : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  static ServerProcess& server() { return *server_; }
  static v1::LedgerService::Stub& stub() { return *stub_; }

  /// Calls `method` of the stub; the response stays in `response`.
  template <typename Request, typename Response>
  static grpc::Status Call(grpc::Status (v1::LedgerService::Stub::*method)(grpc::ClientContext*,
                                                                           const Request&,
                                                                           Response*),
                           const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    return (stub_.get()->*method)(&context, request, response);
  }

  /// "OK", or "REASON" or "REASON field".
  static std::string Said(const grpc::Status& status);

  static v1::Account Open(const std::string& account_id, const std::string& more = "");
  static v1::CreateTransactionResponse Transfer(const std::string& transaction_id,
                                                const std::string& debit, const std::string& credit,
                                                const std::string& amount,
                                                const std::string& more = "");
  static std::string TryTransfer(const std::string& transaction_id, const std::string& debit,
                                 const std::string& credit, const std::string& amount,
                                 const std::string& more = "");
  static v1::Account Get(const std::string& account_id);

 private:
  static std::unique_ptr<TemporaryDirectory> directory_;
  static std::unique_ptr<ServerProcess> server_;
  static std::unique_ptr<v1::LedgerService::Stub> stub_;
};

bool ParseText(const std::string& text, google::protobuf::Message* message);

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(ParseText(text, &message)) << text;
  return message;
}

v1::CreateTransactionRequest TransferRequest(const std::string& transaction_id,
                                             const std::string& debit, const std::string& credit,
                                             const std::string& amount,
                                             const std::string& more = "");

}  // namespace florin::test_support
