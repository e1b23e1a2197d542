#include "server/connections/goodbye.h"

#include <grpc/grpc.h>

namespace florin::server {

Goodbye::Goodbye(grpc::Server* server) : queue_(grpc_completion_queue_create_for_next(nullptr)) {
  grpc_server_shutdown_and_notify(server->c_server(), queue_, this);
}

bool Goodbye::AwaitEnd(std::chrono::milliseconds limit) {
  if (ended_) return true;
  const gpr_timespec end =
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(limit.count(), GPR_TIMESPAN));
  ended_ = grpc_completion_queue_next(queue_, end, nullptr).type == GRPC_OP_COMPLETE;
  return ended_;
}

Goodbye::~Goodbye() {
  const gpr_timespec never = gpr_inf_future(GPR_CLOCK_REALTIME);
  // That the server has shut down, then that the queue has.
  if (!ended_) grpc_completion_queue_next(queue_, never, nullptr);
  grpc_completion_queue_shutdown(queue_);
  grpc_completion_queue_next(queue_, never, nullptr);
  grpc_completion_queue_destroy(queue_);
}

}  // namespace florin::server
