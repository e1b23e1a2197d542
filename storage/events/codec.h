#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "florin/v1/event_service.pb.h"
#include "storage/events/header.h"
#include "storage/format/record.h"

namespace florin::storage {

/// Says where an event is to be built (`response->add_events()`, on an arena
/// for speed), or null: it is not wanted, and costs nothing more than its
/// header. The header is valid during the call.
using EventSink = std::function<florin::v1::Event*(const EventHeader&)>;

/// Expands the events of `record` in the order of their positions, as the
/// contract says them (event_service.proto; docs/adr/0002-command-semantics.md,
/// "Events of one command").
///
/// Balances before and after each event are worked out backwards from
/// `record.accounts`, the state after the command. `Event.metadata` is set on
/// transaction.* events, to that transaction's; not on the events of accounts,
/// of which a command may have two thousand. Requires: an event that the sink
/// hands out is empty. Errors: kDataCorrupt if the record contradicts itself;
/// events may have been built by then: throw them away.
domain::Status ExpandEvents(const Record& record, const EventSink& sink);

// Of the one event of a change without a transaction (EventVisitor::OnOther):

/// The transaction that a refused request addressed; empty: none.
[[nodiscard]] std::string_view AddressedTransaction(const Change& change);
/// What it says besides what all events do. Requires: `out` has no payload.
void FillOtherPayload(const Change& change, florin::v1::Event* out);

/// The headers alone. Errors as ExpandEvents.
[[nodiscard]] domain::Result<std::vector<EventHeader>> EventHeaders(const Record& record);

/// Opaque and unique, at most 13 characters while there is one partition.
[[nodiscard]] std::string EventId(std::int64_t position);
/// The position in an id that EventId made; nothing of any other text.
[[nodiscard]] std::optional<std::int64_t> EventIdPosition(std::string_view event_id);

}  // namespace florin::storage
