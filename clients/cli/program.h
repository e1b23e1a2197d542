#pragma once

#include <string>
#include <vector>

#include "clients/cli/console.h"
#include "clients/cli/exit_code.h"

namespace florin::cli {

/// The whole program `florin`: parses `arguments` (without the program's name)
/// and does what they say.
ExitCode RunProgram(std::vector<std::string> arguments, Console console);

}  // namespace florin::cli
