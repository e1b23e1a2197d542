#include "server/rpc/cut_call.h"

#include <grpc/grpc.h>

namespace florin::server {

void CutCall(grpc::CallbackServerContext* context, CutCause cause) {
  const char* const said =
      cause == CutCause::kStalled
          ? "SUBSCRIBER_STALLED: nothing was read for too long; continue in another stream"
          : "SHUTTING_DOWN: the server is stopping; continue in another stream when it is back";
  grpc_call_cancel_with_status(context->c_call(), GRPC_STATUS_UNAVAILABLE, said, nullptr);
}

}  // namespace florin::server
