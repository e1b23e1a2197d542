#pragma once

#include <optional>
#include <string>
#include <utility>

#include "clients/cpp/client_error.h"

namespace florin::exporter {

/// Why an export ended early.
struct Failure {
  /// The ledger's or the network's reason; absent: a local file's, or a stop.
  std::optional<client::ClientError> ledger;
  /// A sentence for people: what could not be done.
  std::string message;
  /// The caller asked for the end.
  bool stopped = false;
};

[[nodiscard]] inline Failure LocalFailure(std::string message) {
  return {std::nullopt, std::move(message), false};
}

[[nodiscard]] inline Failure StopFailure() { return {std::nullopt, "stopped", true}; }

[[nodiscard]] inline Failure LedgerFailure(client::ClientError error, std::string doing) {
  return {std::move(error), std::move(doing), false};
}

}  // namespace florin::exporter
