#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "storage/journal.h"
#include "storage/record.h"

namespace florin::server {

/// Tag of `repeated Event events = 1`, the same in every response that carries
/// events.
inline constexpr char kEventsTag = 0x0A;

/// The events of one commit group: headers at once, encoded bytes when somebody
/// wants them, then kept for everybody who wants the same.
///
/// Threads: any. Immutable but for the encoding, which happens once for each
/// record.
class EventGroup {
 public:
  /// What a subscription looks at.
  struct Event {
    std::string stream;
    /// Of static storage.
    std::string_view type;
    std::uint32_t record = 0;
    /// Its command has no event after this one.
    bool ends_command = false;
  };

  /// Errors: kDataCorrupt.
  static domain::Result<std::shared_ptr<EventGroup>> Load(const storage::CommitGroup& group);
  /// The events of these records alone. Requires: not empty, positions without
  /// gaps.
  static domain::Result<std::shared_ptr<EventGroup>> FromRecords(
      std::vector<storage::RecordPtr> records);

  EventGroup(const EventGroup&) = delete;
  EventGroup& operator=(const EventGroup&) = delete;

  [[nodiscard]] std::int64_t first_position() const { return first_position_; }
  [[nodiscard]] std::int64_t last_position() const {
    return first_position_ + static_cast<std::int64_t>(events_.size()) - 1;
  }
  /// Index 0 is the event of first_position.
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  /// Commit time of the event's command, UTC nanoseconds.
  [[nodiscard]] std::int64_t TimeOf(std::size_t index) const {
    return slots_[events_[index].record].time;
  }

  /// The event as a field of a response: tag, length, bytes. Valid as long as
  /// the group. Errors: kDataCorrupt.
  [[nodiscard]] domain::Result<std::string_view> Encoded(std::size_t index);

 private:
  struct Slot {
    storage::RecordPtr record;
    std::int64_t time = 0;
    std::uint32_t first_event = 0;
    std::once_flag once;
    std::string bytes;
    /// End of each event's field in `bytes`.
    std::vector<std::uint32_t> ends;
    std::optional<domain::Refusal> refusal;
  };

  EventGroup() = default;
  static void Encode(Slot* slot);

  std::int64_t first_position_ = 0;
  std::vector<Event> events_;
  std::unique_ptr<Slot[]> slots_;
};

using EventGroupPtr = std::shared_ptr<EventGroup>;

/// The groups that were used last, shared by all subscriptions. Threads: any.
class EventGroupCache {
 public:
  /// `records_bytes_max`: of the stored records; loaded and encoded they take
  /// about ten times that.
  explicit EventGroupCache(std::size_t records_bytes_max) : records_bytes_max_(records_bytes_max) {}

  /// Errors: kDataCorrupt.
  domain::Result<EventGroupPtr> Get(const storage::CommitGroup& group);
  /// The group that holds `position`, if it is here.
  [[nodiscard]] EventGroupPtr Find(std::int64_t position);

 private:
  struct Entry {
    std::int64_t first_position = 0;
    std::size_t records_bytes = 0;
    EventGroupPtr group;
  };

  const std::size_t records_bytes_max_;
  std::mutex mutex_;
  std::size_t records_bytes_ = 0;
  /// Used last in front.
  std::list<Entry> entries_;
  /// By first position.
  std::map<std::int64_t, std::list<Entry>::iterator> by_position_;
};

}  // namespace florin::server
