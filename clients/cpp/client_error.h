#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "florin/v1/refusal.pb.h"

namespace florin::client {

/// Why a call did not do what it was asked to.
///
/// Branch on `reason` where it is filled in, else on `code`; never on
/// `message`.
struct ClientError {
  /// The gRPC code; what to do follows from it (see docs of `errors.proto`).
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  /// UPPER_SNAKE, from `errors.proto` ("INSUFFICIENT_FUNDS"). Empty when the
  /// error is not the ledger's own: no server there, a proxy, gRPC itself.
  std::string reason;
  /// One sentence for people.
  std::string message;
  /// Every value that the message names.
  std::map<std::string, std::string> metadata;
  /// How long the server asks to wait before a retry; absent: it did not say.
  std::optional<std::chrono::milliseconds> retry_delay;

  /// "INSUFFICIENT_FUNDS: account a:1 has ..."; the code's name if no reason.
  /// For a terminal or a log: one line, control characters as escapes.
  [[nodiscard]] std::string ToString() const;
};

/// "FAILED_PRECONDITION" for 9, and so on; "CODE_20" for what gRPC does not
/// know.
[[nodiscard]] std::string CodeName(grpc::StatusCode code);

/// Takes reason, metadata and retry delay out of the status' details
/// (`grpc-status-details-bin`: google.rpc.Status with an ErrorInfo of domain
/// "florin.v1"). Details that do not parse, or of another domain, are left out:
/// code and message still stand.
///
/// Requires: `status` is not OK.
[[nodiscard]] ClientError DecodeError(const grpc::Status& status);

/// The same for the refusal of one item of a batch.
[[nodiscard]] ClientError FromRefusal(const v1::Refusal& refusal);

}  // namespace florin::client
