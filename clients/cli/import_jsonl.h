#pragma once

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"
#include "clients/importer/restore_run.h"

namespace florin::cli {

/// `florin import --format jsonl FILE`: repeats an export in the server's
/// ledger and says what came of it.
ExitCode ImportJsonl(Session& session, const importer::RestoreOptions& options);

}  // namespace florin::cli
