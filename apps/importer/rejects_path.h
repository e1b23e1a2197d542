#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/importer/error.h"

namespace florin::importer {

/// What the list of rejected rows begins with; by it an earlier run's list is
/// told from a file of somebody else.
inline constexpr char kRejectsBegin[] = "line,reason,message";

/// Whether a list that an earlier run wrote lies at `path`.
[[nodiscard]] bool IsRejectsFile(const std::string& path);

/// Why the list must not be written to `path`: it is one of `inputs` ("-":
/// standard input), by whatever name, or a file that no import wrote.
/// Changes nothing.
[[nodiscard]] std::optional<Error> CheckRejectsPath(const std::string& path,
                                                    const std::vector<std::string>& inputs);

/// Why the list cannot be written to `path`, found out before it is needed: a
/// file that is not there yet is made and taken away again. A pipe is not opened,
/// for its reader would take the close for the end.
[[nodiscard]] std::optional<Error> TryRejectsPath(const std::string& path);

/// Opens `path` for the list, and empties it if it holds an earlier one. Looks once
/// more at what is there, which may have changed since CheckRejectsPath.
/// Errors: a file that no import wrote, which stays as it is; a pipe that nobody
/// reads; what the system says.
[[nodiscard]] Expected<int> OpenRejectsFile(const std::string& path);

}  // namespace florin::importer
