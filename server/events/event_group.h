#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "storage/format/commit_group.h"
#include "storage/format/record.h"

namespace florin::server {

/// The events of one commit group, encoded once for everybody who wants the same. Immutable.
class EventGroup {
 public:
  /// What a subscription looks at.
  struct Event {
    /// Into the group's bytes.
    std::string_view stream;
    /// Of static storage.
    std::string_view type;
    /// First byte of the event's field; it ends where the next one begins.
    std::size_t begin = 0;
    /// Commit time of its command, UTC nanoseconds.
    std::int64_t time = 0;
    /// Its command has no event after this one.
    bool ends_command = false;
  };

  /// Errors: kDataCorrupt.
  static domain::Result<std::shared_ptr<const EventGroup>> Load(const storage::CommitGroup& group);
  /// The events of these records alone. Requires: not empty, positions without
  /// gaps.
  static domain::Result<std::shared_ptr<const EventGroup>> FromRecords(
      std::span<const storage::RecordPtr> records);

  EventGroup(const EventGroup&) = delete;
  EventGroup& operator=(const EventGroup&) = delete;

  [[nodiscard]] std::int64_t first_position() const { return first_position_; }
  [[nodiscard]] std::int64_t last_position() const {
    return first_position_ + static_cast<std::int64_t>(events_.size()) - 1;
  }
  /// Index 0 is the event of first_position.
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

  /// The events [first, end) as fields of a response: tags, lengths, bytes. Valid as long as the
  /// group.
  [[nodiscard]] std::string_view Encoded(std::size_t first, std::size_t end) const {
    const std::size_t begin = events_[first].begin;
    return std::string_view(bytes_).substr(
        begin, (end == events_.size() ? bytes_.size() : events_[end].begin) - begin);
  }
  [[nodiscard]] std::string_view Encoded(std::size_t index) const {
    return Encoded(index, index + 1);
  }
  /// What it takes in memory, about.
  [[nodiscard]] std::size_t MemoryBytes() const {
    return bytes_.size() + events_.size() * sizeof(Event);
  }

 private:
  EventGroup() = default;

  std::int64_t first_position_ = 0;
  std::string bytes_;
  std::vector<Event> events_;
};

using EventGroupPtr = std::shared_ptr<const EventGroup>;

/// The groups that were used last, shared by all subscriptions. Threads: any.
class EventGroupCache {
 public:
  explicit EventGroupCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Errors: kDataCorrupt.
  domain::Result<EventGroupPtr> Get(const storage::CommitGroup& group);
  /// The group that holds `position`, if it is here.
  [[nodiscard]] EventGroupPtr Find(std::int64_t position);

 private:
  struct Entry {
    std::int64_t first_position = 0;
    EventGroupPtr group;
  };

  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  /// Used last in front.
  std::list<Entry> entries_;
  /// By first position.
  std::map<std::int64_t, std::list<Entry>::iterator> by_position_;
};

}  // namespace florin::server
