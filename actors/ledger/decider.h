#pragma once

#include "actors/ledger/flight.h"

namespace florin::actors {

/// Puts the votes together: all yes, or the refusal that comes first by place in the batch, then by
/// the contract's order of reasons; then tells the sink and every account that waits.
///
/// Requires: every slot has voted (or there is none). Threads: the last voter's.
void Decide(const FlightPtr& flight);

/// Refused because an account could not be read. Its state is not known, so that nothing else found
/// in the same item is certain to come first.
[[nodiscard]] bool IsUnreadable(domain::Reason reason);

/// Makes a decision known that somebody else has made (account and asset commands).
void AnnounceDecision(const FlightPtr& flight, bool happened);

}  // namespace florin::actors
