#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "apps/cli/session.h"

namespace florin::cli {

/// All that a new transaction may carry besides its postings.
struct TransactionOptions {
  std::string id;
  std::string type;
  std::string reference;
  std::string description;
  std::vector<std::string> metadata;
  std::string effective_time;
  bool hold = false;
  std::string hold_timeout;
  std::vector<std::string> version_checks;
  std::vector<std::string> balance_checks;
  bool validate_only = false;
  std::string correlation_id;
  std::string causation_id;
};

/// Options for all of them.
void AddTransactionOptions(CLI::App& command, TransactionOptions& options);

/// A request with all but the postings. `options` were checked when parsed.
[[nodiscard]] v1::CreateTransactionRequest ToRequest(const TransactionOptions& options);

/// Says what the id of a transaction that failed means now. `own_id`: it was
/// made here, nobody asked for it.
void AdviseOnId(Session& session, const client::ClientError& error, const std::string& id,
                bool own_id);

/// Sends it, under a new id where it has none, and reports what came of it.
ExitCode CreateTransaction(Session& session, v1::CreateTransactionRequest request);

}  // namespace florin::cli
