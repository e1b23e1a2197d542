#pragma once

#include <optional>
#include <vector>

#include "reference/answer.h"
#include "reference/commands.h"
#include "reference/reference_ledger.h"

namespace florin::reference {

/// The checks of a new transaction, one reason after the other in the
/// contract's order; within one reason the postings in their order, the debited
/// account first, then version checks, then balance checks. The first that
/// fails is the answer. Each assumes that those before it have passed.

std::optional<Refusal> CheckAccountsExist(const ReferenceLedger& ledger,
                                          const CreateTransaction& command);
std::optional<Refusal> CheckVersions(const ReferenceLedger& ledger,
                                     const CreateTransaction& command);
std::optional<Refusal> CheckAssets(const ReferenceLedger& ledger, const CreateTransaction& command);
std::optional<Refusal> CheckScales(const ReferenceLedger& ledger, const CreateTransaction& command);
/// Of create and reverse.
std::optional<Refusal> CheckNotClosed(const ReferenceLedger& ledger,
                                      const std::vector<StoredPosting>& postings);
std::optional<Refusal> CheckNotSuspended(const ReferenceLedger& ledger,
                                         const std::vector<StoredPosting>& postings);
/// Overflow, funds and balance limits: what the whole transaction leaves on
/// each account.
std::optional<Refusal> CheckOutcome(const ReferenceLedger& ledger,
                                    const std::vector<StoredPosting>& postings, bool is_hold,
                                    const std::vector<BalanceCheck>& balance_checks);

/// Minor units of the asset; the largest amount if it does not fit (`*fits` is
/// then false).
Int128 ToMinorUnits(const std::string& amount, int scale, bool* fits);
/// True if the text has more decimals than the scale.
bool ExceedsScale(const std::string& amount, int scale);

}  // namespace florin::reference
