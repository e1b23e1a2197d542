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
class CommitGroupEvents {
 public:
  /// What a subscription looks at.
  struct Event {
    /// Into the bytes that are encoded.
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
  static domain::Result<std::shared_ptr<const CommitGroupEvents>> Load(
      const storage::CommitGroup& commit_group);
  /// The events of these records alone. Requires: not empty, positions without
  /// gaps.
  static domain::Result<std::shared_ptr<const CommitGroupEvents>> FromRecords(
      std::span<const storage::RecordPtr> records);

  CommitGroupEvents(const CommitGroupEvents&) = delete;
  CommitGroupEvents& operator=(const CommitGroupEvents&) = delete;

  [[nodiscard]] std::int64_t first_position() const { return first_position_; }
  [[nodiscard]] std::int64_t last_position() const {
    return first_position_ + static_cast<std::int64_t>(events_.size()) - 1;
  }
  /// Index 0 is the event of first_position.
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

  /// The events [first, end) as fields of a response: tags, lengths, bytes. Valid as long as
  /// this.
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
  CommitGroupEvents() = default;

  std::int64_t first_position_ = 0;
  std::string bytes_;
  std::vector<Event> events_;
};

using CommitGroupEventsPtr = std::shared_ptr<const CommitGroupEvents>;

/// The commit groups that were used last, shared by all subscriptions. Threads: any.
class CommitGroupEventsCache {
 public:
  explicit CommitGroupEventsCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Errors: kDataCorrupt.
  domain::Result<CommitGroupEventsPtr> Get(const storage::CommitGroup& commit_group);
  /// The commit group that holds `position`, if it is here.
  [[nodiscard]] CommitGroupEventsPtr Find(std::int64_t position);

 private:
  struct CachedEvents {
    std::int64_t first_position = 0;
    CommitGroupEventsPtr commit_group;
  };

  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  /// Used last in front.
  std::list<CachedEvents> entries_;
  /// By first position.
  std::map<std::int64_t, std::list<CachedEvents>::iterator> by_position_;
};

}  // namespace florin::server
