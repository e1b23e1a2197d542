#include "server/grpc_process.h"

#include <absl/synchronization/mutex.h>

namespace florin::server {

void PrepareForGrpc() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

}  // namespace florin::server
