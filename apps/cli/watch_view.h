#pragma once

#include <string>

#include "apps/cli/activity.h"
#include "apps/cli/printer.h"
#include "florin/v1/admin_service.pb.h"

namespace florin::cli {

/// What `florin watch` knows at one moment.
struct WatchState {
  std::string server;
  v1::GetStatusResponse status;
  /// The last time the server was asked, it answered.
  bool reachable = true;
  /// Its events come in; false: their stream is lost and being made again.
  bool following = true;
  Activity::Summary activity;
};

/// The whole screen, without control characters.
void PrintWatchScreen(const Printer& out, const WatchState& state);
/// One line for a pipe, and what its columns are.
void PrintWatchTitles(const Printer& out);
void PrintWatchLine(const Printer& out, const WatchState& state);
/// One line of JSON.
void PrintWatchJson(const Printer& out, const WatchState& state);

}  // namespace florin::cli
