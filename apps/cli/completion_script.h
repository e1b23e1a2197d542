#pragma once

#include <string>

#include "apps/cli/command_tree.h"

namespace florin::cli {

/// Scripts that complete commands, options and fixed choices in a shell. They
/// hold all they need: completing starts no program and asks no server.
[[nodiscard]] std::string BashCompletion(const CommandNode& program);
[[nodiscard]] std::string ZshCompletion(const CommandNode& program);

}  // namespace florin::cli
