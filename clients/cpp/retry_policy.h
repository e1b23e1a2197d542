#pragma once

#include <chrono>
#include <optional>

#include "clients/cpp/client_error.h"

namespace florin::client {

/// What may be sent again when its outcome is unknown.
enum class Idempotency {
  /// The same request again cannot act twice: it carries an id, or reads.
  kSafe,
  /// Without an id a second one could act again: retry only what the ledger
  /// says it did not do.
  kUnsafe,
};

/// When and how long to wait before the same request is sent again.
///
/// Retried: UNAVAILABLE and CANCELLED by the other side (if kSafe: the server
/// may have acted before the connection broke) and RESOURCE_EXHAUSTED with a
/// reason of the ledger, which promises that nothing changed. gRPC's own
/// RESOURCE_EXHAUSTED has no reason. That of a message too large would fail
/// again. That of headers too large ends every call on the connection, whoever
/// sent them, and is retried as a lost connection is.
/// ABORTED is never retried: the caller must read and decide again.
struct RetryPolicy {
  /// Calls in all, the first included; 1: never retry.
  int max_attempts = 5;
  std::chrono::milliseconds initial_backoff{50};
  /// Caps the backoff, and what a server may ask for by RetryInfo.
  std::chrono::milliseconds max_backoff{2000};

  /// How long to wait before attempt `failed_attempts + 1`; nullopt: give up.
  ///
  /// The backoff doubles with each failure; `jitter` in [0, 1) takes away up to
  /// half, so that many clients do not come back at the same moment. A delay
  /// that the server asked for is waited in full (but no longer than
  /// `max_backoff`).
  [[nodiscard]] std::optional<std::chrono::milliseconds> DelayAfter(const ClientError& error,
                                                                    int failed_attempts,
                                                                    Idempotency idempotency,
                                                                    double jitter) const;
};

/// A policy that goes on for about `patience`: for what should outlast a
/// restart of the server.
[[nodiscard]] RetryPolicy PolicyFor(std::chrono::milliseconds patience);

/// True for errors that a later attempt can cure (see RetryPolicy).
[[nodiscard]] bool IsRetryable(const ClientError& error, Idempotency idempotency);

/// A number in [0, 1) for DelayAfter. Thread-safe.
[[nodiscard]] double RandomJitter();

}  // namespace florin::client
