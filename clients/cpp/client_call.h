#pragma once

#include <chrono>
#include <thread>

#include "clients/cpp/client.h"

namespace florin::client {

// One unary call with its deadline and retries: `attempt(context, response)`
// makes it once. For the files that define Client's calls.
template <typename Response, typename Attempt>
Result<Response> Client::Call(Idempotency idempotency, const CallOptions& options,
                              Attempt attempt) {
  const auto deadline =
      std::chrono::system_clock::now() + options.deadline.value_or(options_.deadline);
  for (int attempts = 1;; ++attempts) {
    grpc::ClientContext context;
    context.set_deadline(deadline);
    Response response;
    const grpc::Status status = attempt(&context, &response);
    if (status.ok()) {
      return response;
    }
    ClientError error = DecodeError(status);
    const auto delay = options_.retry.DelayAfter(error, attempts, idempotency, RandomJitter());
    // A wait that outlasts the deadline would only hide the real reason behind
    // DEADLINE_EXCEEDED.
    if (!delay || std::chrono::system_clock::now() + *delay >= deadline) {
      return error;
    }
    std::this_thread::sleep_for(*delay);
  }
}

}  // namespace florin::client
