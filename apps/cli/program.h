#pragma once

#include <string>
#include <vector>

#include "apps/cli/console.h"
#include "apps/cli/exit_code.h"
#include "apps/cli/session.h"

namespace florin::cli {

/// The whole program `florin`: parses `arguments` (without the program's name)
/// and does what they say.
ExitCode RunProgram(std::vector<std::string> arguments, Console console);

/// The same with settings that may differ from the defaults, and a connection
/// that may be open.
ExitCode RunCommand(std::vector<std::string> arguments, Session& session);

}  // namespace florin::cli
