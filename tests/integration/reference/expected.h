#pragma once

#include <string>

#include "florin/v1/event_service.pb.h"
#include "reference/reference_ledger.h"
#include "tests/integration/reference/history.h"

namespace florin::integration {

/// What differs between what a client was answered and what the reference
/// ledger answers; empty: nothing. Of a refusal's metadata, what the reference
/// states has to be there; the server may say more. `validated`: the answer is
/// of a validate_only command, whose times lie ahead.
std::string Difference(const reference::Answer& expected, const Item& observed, bool validated);

/// The same for a read, on the ledger as it stands.
std::string Difference(const reference::ReferenceLedger& ledger, const ReadAccount& read,
                       const Item& observed);
std::string Difference(const reference::ReferenceLedger& ledger, const ReadTransaction& read,
                       const Item& observed);
std::string Difference(const reference::ReferenceLedger& ledger, const ReadBalances& read,
                       const Item& observed);

/// The same for an event of the log.
std::string Difference(const reference::Event& expected, const v1::Event& observed);

/// A whole transaction, and a whole account.
std::string Difference(const v1::Transaction& expected, v1::Transaction observed);
std::string Difference(const v1::Account& expected, const v1::Account& observed);

/// The target of a command on transactions, for people and for results; empty
/// if none is set.
std::string TargetOf(const reference::TransactionCommand& command);
/// A command in words, for failures.
std::string Describe(const Command& command);
std::string Describe(const Outcome& outcome);

}  // namespace florin::integration
