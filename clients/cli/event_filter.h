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
};

/// --type and `prefix_names` ("--stream-prefix").
void AddEventFilterOptions(CLI::App& command, const std::string& prefix_names,
                           EventFilterOptions& options);

template <typename Request>
void SetFilter(const EventFilterOptions& options, Request* request) {
  for (const auto& pattern : options.types) {
    request->mutable_filter()->add_type_patterns(pattern);
  }
  for (const auto& prefix : options.prefixes) {
    request->mutable_filter()->add_stream_prefixes(prefix);
  }
}

}  // namespace florin::cli
