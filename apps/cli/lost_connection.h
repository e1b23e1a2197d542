#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "apps/cli/printer.h"
#include "clients/cpp/client_error.h"

namespace florin::cli {

/// What somebody who follows a stream is told when its connection breaks: once, until it works
/// again, and then that it does. Each outage is told anew.
///
/// Threads: any, but only one writes to `err` meanwhile.
class LostConnection {
 public:
  explicit LostConnection(const Printer& err) : err_(err) {}

  /// For `on_disconnect`. Silent if it is not tried again: then the command ends with the error.
  void Tell(const client::ClientError& error, std::optional<std::chrono::milliseconds> delay);
  /// Something came over it.
  void WorksAgain();
  /// Told, and not yet working again.
  [[nodiscard]] bool lost() const { return told_; }

 private:
  Printer err_;
  std::atomic<bool> told_ = false;
};

}  // namespace florin::cli
