#pragma once

#include "apps/cli/session.h"

namespace florin::cli {

// Each adds its part of `florin transaction` to `transaction`.

/// create: any number of postings, all or nothing.
void AddTransactionCreate(CLI::App& transaction, Session& session);
/// settle, void: the ends of a hold.
void AddTransactionEnds(CLI::App& transaction, Session& session);
/// reverse: the exact opposite of what was posted.
void AddTransactionReverse(CLI::App& transaction, Session& session);

}  // namespace florin::cli
