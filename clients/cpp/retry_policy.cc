#include "clients/cpp/retry_policy.h"

#include <algorithm>
#include <random>

namespace florin::client {
namespace {

// gRPC's words, of several versions; it gives such an error nothing else to know
// it by.
bool IsOfHeaders(const ClientError& error) {
  return error.message.find("metadata size") != std::string::npos;
}

}  // namespace

bool IsRetryable(const ClientError& error, Idempotency idempotency) {
  switch (error.code) {
    case grpc::StatusCode::UNAVAILABLE:
      return idempotency == Idempotency::kSafe;
    case grpc::StatusCode::CANCELLED:
      // Not by us (who cancels does not ask whether to retry): gRPC's server
      // answers so to calls that reach it while it shuts down.
      return idempotency == Idempotency::kSafe && error.reason.empty();
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      if (!error.reason.empty()) return true;
      return idempotency == Idempotency::kSafe && IsOfHeaders(error);
    default:
      return false;
  }
}

std::optional<std::chrono::milliseconds> RetryPolicy::DelayAfter(const ClientError& error,
                                                                 int failed_attempts,
                                                                 Idempotency idempotency,
                                                                 double jitter) const {
  if (failed_attempts >= max_attempts || !IsRetryable(error, idempotency)) {
    return std::nullopt;
  }
  auto backoff = std::min(initial_backoff, max_backoff);
  for (int i = 1; i < failed_attempts && backoff < max_backoff; ++i) {
    backoff = std::min(backoff * 2, max_backoff);
  }
  const auto shortened =
      std::chrono::duration_cast<std::chrono::milliseconds>(backoff * (1.0 - jitter / 2));
  if (!error.retry_delay) {
    return shortened;
  }
  return std::max(shortened, std::min(*error.retry_delay, max_backoff));
}

RetryPolicy PolicyFor(std::chrono::milliseconds patience) {
  RetryPolicy policy;
  policy.max_attempts = 1;
  // Jitter takes away a quarter on average.
  std::chrono::milliseconds waited{0};
  for (auto backoff = policy.initial_backoff; waited < patience;
       backoff = std::min(backoff * 2, policy.max_backoff)) {
    waited += backoff * 3 / 4;
    ++policy.max_attempts;
  }
  return policy;
}

double RandomJitter() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

}  // namespace florin::client
