#pragma once

#include <string>

#include "apps/cli/command_tree.h"

namespace florin::cli {

/// The manual page of the program: all commands in one list, the global options,
/// exit codes. In roff, for man(7).
[[nodiscard]] std::string ProgramManPage(const CommandNode& program);

/// The manual page of one command directly below the program, with all that is
/// below it: florin-account(1).
[[nodiscard]] std::string CommandManPage(const CommandNode& command);

}  // namespace florin::cli
