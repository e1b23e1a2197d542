#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "florin/v1/event_service.pb.h"

namespace florin::cli {

/// Which events are wanted; empty: all.
struct EventFilterOptions {
  std::vector<std::string> types;
  std::vector<std::string> prefixes;
  std::vector<std::string> streams;
};

/// --type and --prefix (or --stream-prefix).
void AddEventFilterOptions(CLI::App& command, EventFilterOptions& options);
/// --stream, several times.
void AddStreamsOption(CLI::App& command, EventFilterOptions& options);
/// What is probably meant otherwise: a --stream that looks like a prefix. "" if
/// nothing is.
[[nodiscard]] std::string FilterNote(const EventFilterOptions& options);

/// Puts what was given in the place of what `filter` had of that kind.
void SetFilter(const EventFilterOptions& options, v1::EventFilter* filter);

}  // namespace florin::cli
