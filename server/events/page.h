#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "domain/result.h"
#include "florin/v1/event_service.pb.h"
#include "storage/events/codec.h"
#include "storage/format/record.h"

namespace florin::server {

/// A page of events while it is filled, record by record, up or down the log.
class EventPage {
 public:
  /// Requires: `response` lives on an arena and outlives the page.
  EventPage(bool descending, int events_max, std::size_t bytes_max,
            florin::v1::ReadEventsResponse* response)
      : descending_(descending),
        events_max_(events_max),
        bytes_max_(bytes_max),
        response_(response) {}

  using Wanted = std::function<bool(const storage::EventHeader&)>;

  /// Adds the record's events that are wanted, in the page's direction.
  /// Errors: kDataCorrupt.
  domain::Status Add(const storage::Record& record, const Wanted& wanted);

  /// One more event was wanted and would have been too many, or too large. So
  /// a page that is not full has seen the last.
  [[nodiscard]] bool full() const { return full_; }
  /// Of the last event added.
  [[nodiscard]] std::int64_t last_position() const { return last_position_; }

 private:
  void AddEvent(std::int64_t position, florin::v1::Event* event);

  const bool descending_;
  const int events_max_;
  const std::size_t bytes_max_;
  florin::v1::ReadEventsResponse* const response_;
  std::size_t bytes_ = 0;
  bool full_ = false;
  std::int64_t last_position_ = 0;
  std::vector<std::pair<std::int64_t, florin::v1::Event*>> found_;
};

}  // namespace florin::server
