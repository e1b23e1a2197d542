#pragma once

#include <cstdint>
#include <string_view>

#include "domain/result.h"
#include "storage/events/event_legs.h"
#include "storage/events/header.h"
#include "storage/format/record.h"

namespace florin::storage {

/// Hears of a record's events one by one, with what each says besides its header. The arguments
/// are valid during the call.
class EventVisitor {
 public:
  virtual ~EventVisitor() = default;

  /// On one account of `change.transaction`.
  virtual void OnLeg(const Change& change, const EventHeader& header, const LegEvent& leg) = 0;
  /// On the stream of `transaction`: the change's own, or the one that it reverses.
  virtual void OnTransaction(const Change& change, const EventHeader& header,
                             const domain::Transaction& transaction) = 0;
  /// Of a change without a transaction, which says all: an asset registered, an account opened or
  /// changed, a request refused. The record has no other event.
  virtual void OnOther(const Change& change, const EventHeader& header) = 0;
};

/// Goes through the events of records in the order of their positions, as the contract says them
/// (event_service.proto; docs/adr/0002-command-semantics.md, "Events of one command").
///
/// The single place that says which events a record has; a visitor says what becomes of them.
/// Balances before and after each event are worked out backwards from `record.accounts`, the state
/// after the command. Threads: one at a time.
class EventWalk {
 public:
  /// Requires: `visitor` outlives it.
  explicit EventWalk(EventVisitor* visitor) : visitor_(visitor) {}

  /// Errors: kDataCorrupt if the record contradicts itself; the visitor may have heard of events by
  /// then.
  domain::Status Run(const Record& record);

 private:
  // Each returns false once the record has contradicted itself.
  bool Walk();
  bool Fail(std::string_view problem);
  bool Next(std::int64_t version, std::string_view type);
  bool Other(std::int64_t version, std::string_view type);
  bool Account(std::string_view type);
  bool AccountChanged();
  bool RequestRefused();
  bool Transaction();
  bool Legs();
  bool LegStep(const LegEvent& leg);
  bool TransactionEvent(const domain::Transaction& transaction, std::string_view type);
  bool Reversed();

  EventVisitor* const visitor_;
  const Record* record_ = nullptr;
  const Change* change_ = nullptr;
  /// Kept from record to record, as is the memory of its stream's name.
  EventHeader header_;
  std::int64_t next_position_ = 0;
  std::string_view problem_;
};

}  // namespace florin::storage
