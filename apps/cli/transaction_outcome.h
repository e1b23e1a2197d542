#pragma once

#include <ostream>
#include <string>

#include "apps/cli/account_view.h"
#include "apps/cli/json.h"
#include "apps/cli/session.h"
#include "apps/cli/text.h"

namespace florin::cli {

/// "posted", "pending (held)", "would be posted", "voided, by an earlier call".
[[nodiscard]] std::string FormatOutcome(v1::TransactionStatus status, bool replayed,
                                        bool validate_only);

/// What a command on a transaction did: the outcome, and what it left on the
/// accounts. `Response` is any of the contract's that say so.
template <typename Response>
void PrintOutcome(Session& session, const Response& response, bool validate_only = false) {
  const auto& out = session.console.out;
  if (session.json) {
    PrintJson(out, response);
    return;
  }
  const auto& transaction = response.transaction();
  out << FormatOutcome(transaction.status(), response.replayed(), validate_only) << ": "
      << transaction.transaction_id() << '\n';
  const bool pending = transaction.status() == v1::TRANSACTION_STATUS_PENDING;
  if (pending && transaction.has_expire_time()) {
    out << "expires: " << FormatTime(transaction.expire_time()) << '\n';
  }
  PrintAccountBalances(out, response.account_balances());
}

}  // namespace florin::cli
