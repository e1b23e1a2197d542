#include "server/cut_call.h"

#include <grpc/grpc.h>

namespace florin::server {

void CutCall(grpc::CallbackServerContext* context) {
  grpc_call_cancel_with_status(context->c_call(), GRPC_STATUS_UNAVAILABLE,
                               "SUBSCRIBER_STALLED: nothing was read for too long; go on in "
                               "another stream",
                               nullptr);
}

}  // namespace florin::server
