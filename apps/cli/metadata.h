#pragma once

#include <google/protobuf/map.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace florin::cli {

/// --metadata KEY=VALUE, several times.
void AddMetadataOption(CLI::App& command, std::vector<std::string>& pairs);

/// Puts pairs that the option has checked into a request.
void SetMetadata(const std::vector<std::string>& pairs,
                 google::protobuf::Map<std::string, std::string>* metadata);

}  // namespace florin::cli
