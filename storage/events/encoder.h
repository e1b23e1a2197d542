#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "storage/events/proto_writer.h"
#include "storage/events/walk.h"
#include "storage/format/record.h"

namespace florin::storage {

/// Where an event stands among encoded ones.
struct EncodedEvent {
  /// First byte of its field; it ends where the next one begins.
  std::size_t begin = 0;
  /// Where its stream's name stands, in the same bytes.
  std::size_t stream_begin = 0;
  std::size_t stream_size = 0;
  /// Of static storage.
  std::string_view type;
};

/// Turns records into the bytes that subscribers get: each event as the field `repeated Event
/// events = 1` of a response, tag and length included.
///
/// Ensures: the bytes that protobuf would make of the messages of ExpandEvents (codec.h);
/// equal records, equal bytes. The entries of a map, which protobuf leaves in any order, are in the
/// record's, or by their keys. What transactions make is written straight from the record, which
/// takes a fraction of the time; the rare others go through their messages. Keeps its memory when
/// cleared. Threads: one at a time.
class EventEncoder final : private EventVisitor {
 public:
  EventEncoder() : walk_(this) {}

  /// Makes room for about so many events at once.
  void Reserve(std::size_t events);
  /// Appends the record's events. Errors: kDataCorrupt, nothing appended.
  domain::Status Add(const Record& record);
  void Clear();

  [[nodiscard]] std::string_view bytes() const { return out_.view(); }
  [[nodiscard]] const std::vector<EncodedEvent>& events() const { return events_; }

 private:
  void OnLeg(const Change& change, const EventHeader& header, const LegEvent& leg) override;
  void OnTransaction(const Change& change, const EventHeader& header,
                     const domain::Transaction& transaction) override;
  void OnOther(const Change& change, const EventHeader& header) override;

  /// An event: what all have, then what `payload` writes.
  template <typename Payload>
  void Event(const Change& change, const EventHeader& header, std::string_view transaction_id,
             const Payload& payload);
  // The fields of the messages of these names.
  void FundsMoved(const domain::Transaction& transaction, const LegEvent& event);
  void FundsReserved(const domain::Transaction& transaction, const LegEvent& event);
  void Transaction(const domain::Transaction& transaction);
  void Posting(const domain::TransactionPosting& posting);
  void Refusal(const domain::Refusal& refusal);
  // Fields of several messages.
  void Amount(int field, domain::Int128 minor, int scale);
  void Time(int field, const std::optional<std::int64_t>& time);
  void Map(int field, const domain::StringMap& map);

  ProtoWriter out_;
  std::vector<EncodedEvent> events_;
  EventWalk walk_;
  std::string amount_;
  std::string payload_;
};

}  // namespace florin::storage
