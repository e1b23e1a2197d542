#pragma once

#include "apps/cli/session.h"

namespace florin::cli {

// Each adds its part of `florin account` to `account`.

/// balance: of one or of many accounts, now or as they stood.
void AddAccountBalance(CLI::App& account, Session& session);
/// history: an account's events as a statement.
void AddAccountHistory(CLI::App& account, Session& session);
/// update, suspend, reactivate, close.
void AddAccountChanges(CLI::App& account, Session& session);

}  // namespace florin::cli
