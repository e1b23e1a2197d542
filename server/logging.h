#pragma once

#include <string>

namespace florin::server {

/// Sends the program's log, and gRPC's, to standard error.
/// `level`: debug, info, warn, error. `format`: text, or json with one object a
/// line (time, level, thread, message). A message is on one line in both, with its
/// control characters as escapes: no id and no text of a client makes a line.
void StartLogging(const std::string& level, const std::string& format);

}  // namespace florin::server
