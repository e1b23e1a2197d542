#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/event_filter.h"
#include "domain/result.h"
#include "server/events/commit_group_events.h"

namespace florin::server {

struct BatchLimits {
  /// Most events in a response.
  int events = 0;
  /// Full from here on.
  std::size_t bytes = 0;
  /// Never above, but for a single event.
  std::size_t bytes_max = 0;
};

/// A filter's cursor over the log and the next response it fills.
///
/// A response ends where a command ends. Only a command whose events alone pass
/// the limits is cut: its checkpoint then stays at the command before, so that
/// whoever resumes from it sees the whole command. Threads: one at a time.
class EventBatch {
 public:
  EventBatch(domain::EventFilter filter, std::int64_t cursor)
      : filter_(std::move(filter)),
        every_event_(filter_.MatchesEverything()),
        cursor_(cursor),
        checkpoint_(cursor) {}

  /// Passes over everything up to `cursor`. Requires: nothing was taken yet.
  void StartAfter(std::int64_t cursor) { cursor_ = checkpoint_ = cursor; }
  /// Passes over events that were committed before.
  void SetStartTime(std::int64_t time) { start_time_ = time; }

  /// Takes the events after the cursor, until the response is full or the
  /// commit group's end.
  ///
  /// Requires: not full; the commit group holds position cursor + 1.
  void Take(const CommitGroupEvents& commit_group, const BatchLimits& limits);

  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  /// Last position that was looked at.
  [[nodiscard]] std::int64_t cursor() const { return cursor_; }
  /// Last end of a command up to which everything that matches was taken.
  [[nodiscard]] std::int64_t checkpoint() const { return checkpoint_; }

  /// The response, encoded as SubscribeEventsResponse; the batch is empty
  /// afterwards.
  [[nodiscard]] std::string Release(std::string_view checkpoint, std::int64_t head_position,
                                    bool caught_up);

 private:
  [[nodiscard]] bool Matches(const CommitGroupEvents::Event& event);
  [[nodiscard]] bool MatchesType(std::string_view type);
  /// The events of one command that match into `wanted_`. Returns their size.
  std::size_t Collect(const CommitGroupEvents& commit_group, std::size_t begin, std::size_t end);
  void AppendCommand(const CommitGroupEvents& commit_group, std::int64_t last_position);
  void AppendPart(const CommitGroupEvents& commit_group, std::int64_t last_position,
                  const BatchLimits& limits);

  const domain::EventFilter filter_;
  const bool every_event_;
  std::optional<std::int64_t> start_time_;
  /// What the patterns say of a type, by the address of its text: there are a
  /// few dozen.
  std::vector<std::pair<const char*, bool>> known_types_;

  std::int64_t cursor_;
  std::int64_t checkpoint_;
  std::string bytes_;
  int count_ = 0;
  bool full_ = false;
  /// Of the command at hand: indexes in its commit group, those that are neighbours as one
  /// half-open range.
  std::vector<std::pair<std::size_t, std::size_t>> wanted_;
  int wanted_count_ = 0;
};

}  // namespace florin::server
