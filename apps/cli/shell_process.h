#pragma once

#include <string>

namespace florin::cli {

struct ProcessEnd {
  bool ok = false;
  /// "exit code 3", "signal 9", or why it could not be started.
  std::string description;
};

/// Runs `command` by /bin/sh with `input` on its standard input, and waits for
/// it. Ctrl-C at the terminal does not reach it: what has begun is finished.
/// Input that it does not read is no error. Threads: safe.
[[nodiscard]] ProcessEnd RunInShell(const std::string& command, const std::string& input);

}  // namespace florin::cli
