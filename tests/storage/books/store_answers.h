#pragma once

#include <map>
#include <string>

#include "storage/store.h"
#include "tests/storage/books/ledger_script.h"

namespace florin::storage::testing {

/// Questions and what was answered, as text. A refusal is an answer too.
using Answers = std::map<std::string, domain::Result<std::string>>;

/// Asks a reader for all that `script` says is there: every record, account,
/// transaction and request id, some balances of the past, streams, lists,
/// totals.
[[nodiscard]] Answers AskEverything(const LedgerScript& script, Reader* reader);

}  // namespace florin::storage::testing
