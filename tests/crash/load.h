#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "florin/v1/ledger_service.grpc.pb.h"
#include "tests/support/random_source.h"

namespace florin::crash {

/// Opens the accounts that Load moves money between; again after a restart it
/// finds them open.
void OpenAccounts(v1::LedgerService::Stub* stub);
/// How many accounts the load names.
inline constexpr int kAccounts = 40;
std::string AccountName(std::int64_t index);

/// One message that a client sent.
struct Sent {
  v1::ExecuteBatchRequest request;
  /// Absent: the server was killed before it answered, so whether it happened
  /// is unknown.
  std::optional<v1::ExecuteBatchResponse> response;
};

/// Sends commands until a call fails, and keeps what was acknowledged. Every
/// command is of the kind whose outcome is recorded: transactions, holds, their
/// ends under a request_id, and business refusals.
class Load {
 public:
  Load(std::uint64_t seed, const std::string& name, const std::shared_ptr<grpc::Channel>& channel);

  void RunUntilKilled();
  const std::vector<Sent>& sent() const { return sent_; }

 private:
  v1::ExecuteBatchRequest NextRequest();
  void AddCommand(v1::ExecuteBatchRequest* request);
  v1::CreateTransactionRequest* AddCreate(v1::ExecuteBatchRequest* request, const char* kind);
  void AddEnd(v1::ExecuteBatchRequest* request);
  void Learn(const Sent& sent);

  test_support::RandomSource random_;
  std::string name_;
  std::unique_ptr<v1::LedgerService::Stub> stub_;
  std::vector<Sent> sent_;
  /// Acknowledged holds of 10.00 that this client has not ended.
  std::vector<std::string> holds_;
  std::int64_t next_id_ = 0;
};

}  // namespace florin::crash
