#pragma once

#include <grpcpp/support/status.h>

#include "domain/refusal.h"

namespace florin::server {

/// A refusal as the status of a call: code, message, and google.rpc.Status with
/// one ErrorInfo (reason, domain "florin.v1", metadata) in
/// grpc-status-details-bin; RESOURCE_EXHAUSTED also has a RetryInfo.
///
/// Size: the details stay below 4 KiB, the message below 512 bytes, because
/// clients drop a status whose headers pass 8 KiB.
[[nodiscard]] grpc::Status ToStatus(const domain::Refusal& refusal);

/// For a fault of our own, which has no Reason.
[[nodiscard]] grpc::Status InternalStatus();

/// Marks a refusal as the answer of an earlier call with the same id.
void MarkReplayed(domain::Refusal* refusal);

}  // namespace florin::server
