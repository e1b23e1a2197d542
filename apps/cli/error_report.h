#pragma once

#include <string>

#include "apps/cli/exit_code.h"
#include "apps/cli/printer.h"
#include "clients/cpp/client_error.h"

namespace florin::cli {

/// Writes what went wrong, with every value the server named, and what to do
/// next. Returns what the program should end with.
///
///     error: INSUFFICIENT_FUNDS: account 'a' has 1.00 available, not 5.00
///       account_id  a
///       available   1.00
///     next: bring funds to the account, or raise its limit ...
ExitCode ReportError(const Printer& err, const client::ClientError& error,
                     const std::string& server);

/// A problem found on this side, with its way out.
ExitCode ReportUsage(const Printer& err, const std::string& message, const std::string& next = "");

[[nodiscard]] ExitCode ExitCodeOf(const client::ClientError& error);

}  // namespace florin::cli
