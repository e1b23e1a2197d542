#pragma once

#include <grpcpp/server_context.h>

#include <cstdint>

namespace florin::server {

enum class CutCause : std::uint8_t { kStalled, kShutDown };

/// Ends a call whose client does not read, past what waits to be sent:
/// UNAVAILABLE, with a sentence and without details.
///
/// A status from Finish stands behind every write before it, and TryCancel would
/// say CANCELLED, which clients take for their own doing. A cancellation with
/// another code is for gRPC's core only. Requires: the call is not done.
void CutCall(grpc::CallbackServerContext* context, CutCause cause);

}  // namespace florin::server
