#pragma once

#include "apps/exporter/snapshot.h"
#include "clients/jsonl/document.h"
#include "florin/v1/event_service.pb.h"

namespace florin::exporter {

/// The command that left this event of a transaction or of a changed account.
///
/// An expiry, which is nobody's command, becomes a void with the reason
/// "expired". Holds lose their timeout, as one that ended must not expire again
/// before that; `open_hold` marks the others.
///
/// Requires: the event is the one that completes a command, and no
/// `transaction.reversed`: that follows from the reversal.
[[nodiscard]] jsonl::CommandDocument CommandOf(const v1::Event& event, const Snapshot& snapshot);

}  // namespace florin::exporter
