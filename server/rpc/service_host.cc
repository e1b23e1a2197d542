#include "server/rpc/service_host.h"

namespace florin::server {

void ServiceHost::StartDraining() {
  draining_.store(true);
  streams_.ShutDown();
}

void ServiceHost::CallEnded() {
  if (open_calls_.fetch_sub(1) != 1) return;
  if (!draining()) return;
  // The lock keeps the wake-up from falling between the waiter's look and its
  // wait.
  const std::lock_guard lock(idle_mutex_);
  idle_.notify_all();
}

bool ServiceHost::WaitUntilIdle(std::chrono::milliseconds timeout) {
  std::unique_lock lock(idle_mutex_);
  return idle_.wait_for(lock, timeout, [this] { return open_calls_.load() == 0; });
}

domain::Refusal ShuttingDown() {
  return {domain::Reason::kShuttingDown,
          "the server is stopping; send the same call again when it is back",
          {}};
}

domain::Refusal ReadersBusy() {
  return {domain::Reason::kOverloaded,
          "too many reads are waiting; send the same call again later",
          {}};
}

}  // namespace florin::server
