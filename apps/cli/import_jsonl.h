#pragma once

#include "apps/cli/exit_code.h"
#include "apps/cli/session.h"
#include "apps/importer/restore_run.h"

namespace florin::cli {

/// `florin import --format jsonl FILE`: repeats an export in the server's
/// ledger and says what came of it.
ExitCode ImportJsonl(Session& session, const importer::RestoreOptions& options);

}  // namespace florin::cli
