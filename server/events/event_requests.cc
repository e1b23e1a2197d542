#include "server/events/event_requests.h"

#include <algorithm>

#include "server/convert/event_checkpoint.h"
#include "server/convert/shape.h"
#include "server/rpc/page_token.h"

namespace florin::server {
namespace {

using florin::v1::ReadEventsRequest;
using florin::v1::SubscribeEventsRequest;

// The longest stream there is has less than half of this.
constexpr std::size_t kStreamBytesMax = 512;

domain::Result<domain::EventFilter> ParseFilter(const florin::v1::EventFilter& filter) {
  domain::EventFilterSpec spec;
  spec.stream_prefixes.assign(filter.stream_prefixes().begin(), filter.stream_prefixes().end());
  spec.type_patterns.assign(filter.type_patterns().begin(), filter.type_patterns().end());
  spec.streams.assign(filter.streams().begin(), filter.streams().end());
  return domain::EventFilter::Compile(spec);
}

void CheckTrue(Shape* shape, std::string_view field, bool value) {
  if (value) return;
  shape->Invalid({field}, "must be true or absent: false does not say where to start");
}

std::chrono::nanoseconds ParseHeartbeat(Shape* shape, const SubscribeEventsRequest& request) {
  if (!request.has_heartbeat_interval()) return SubscriptionStart().heartbeat;
  const auto interval =
      shape->DurationWithin({"heartbeat_interval"}, request.heartbeat_interval(), kHeartbeatRange);
  return std::chrono::nanoseconds(interval.value_or(0));
}

void ParseStart(Shape* shape, const SubscribeEventsRequest& request, std::int64_t head,
                SubscriptionStart* start) {
  switch (request.start_case()) {
    case SubscribeEventsRequest::kBeginning:
      CheckTrue(shape, "beginning", request.beginning());
      break;
    case SubscribeEventsRequest::kEnd:
      CheckTrue(shape, "end", request.end());
      start->after = head;
      break;
    case SubscribeEventsRequest::kTime:
      start->start_time = shape->Time({"time"}, request.time());
      break;
    case SubscribeEventsRequest::kAfterCheckpoint:
    case SubscribeEventsRequest::START_NOT_SET:
      break;
  }
}

void ParseReadStart(Shape* shape, const ReadEventsRequest& request, EventQuery* query) {
  switch (request.start_case()) {
    case ReadEventsRequest::kStartPosition:
      shape->NotNegative({"start_position"}, request.start_position());
      query->start_position = request.start_position();
      break;
    case ReadEventsRequest::kStartVersion:
      shape->NotNegative({"start_version"}, request.start_version());
      if (request.stream().empty()) {
        shape->Invalid({"start_version"}, "needs `stream`: versions count within one stream");
      }
      query->start_version = request.start_version();
      break;
    case ReadEventsRequest::START_NOT_SET:
      break;
  }
}

std::uint64_t DigestOf(const ReadEventsRequest& request, const EventQuery& query,
                       std::string_view ledger_id) {
  QueryDigest digest("ReadEvents", ledger_id);
  digest.Add(query.stream).Add(query.start_position).Add(query.start_version);
  digest.Add(std::int64_t{query.descending});
  digest.Add(query.start_time).Add(query.end_time);
  for (const auto* list : {&request.filter().stream_prefixes(), &request.filter().type_patterns(),
                           &request.filter().streams()}) {
    digest.Add(std::int64_t{list->size()});
    for (const std::string& entry : *list) digest.Add(entry);
  }
  return digest.value();
}

}  // namespace

domain::Result<SubscriptionStart> ParseSubscription(const SubscribeEventsRequest& request,
                                                    std::string_view ledger_id, std::int64_t head) {
  Shape shape;
  SubscriptionStart start;
  ParseStart(&shape, request, head, &start);
  start.heartbeat = ParseHeartbeat(&shape, request);
  shape.NotNegative({"max_batch_size"}, request.max_batch_size());
  start.batch_events = request.max_batch_size();
  if (!shape.ok()) return shape.refusal();

  auto filter = ParseFilter(request.filter());
  if (!filter.ok()) return filter.refusal();
  start.filter = std::move(*filter);

  if (!request.after_checkpoint().empty()) {
    const auto after = DecodeCheckpoint(request.after_checkpoint(), ledger_id, head);
    if (!after.ok()) return after.refusal();
    start.after = *after;
  }
  return start;
}

domain::Result<EventQuery> ParseEventQuery(const ReadEventsRequest& request,
                                           std::string_view ledger_id) {
  Shape shape;
  EventQuery query;
  query.stream = request.stream();
  if (query.stream.size() > kStreamBytesMax) {
    shape.Invalid({"stream"}, "is longer than 512 bytes");
  }
  ParseReadStart(&shape, request, &query);
  query.descending = request.descending();
  if (request.has_start_time()) {
    query.start_time = shape.Time({"start_time"}, request.start_time());
  }
  if (request.has_end_time()) {
    query.end_time = shape.Time({"end_time"}, request.end_time());
  }
  if (query.start_time && query.end_time && *query.end_time < *query.start_time) {
    shape.Invalid({"end_time"}, "is before start_time");
  }
  if (!shape.ok()) return shape.refusal();

  const auto page_size = PageSize(request.page_size());
  if (!page_size.ok()) return page_size.refusal();
  query.page_size = *page_size;
  query.page_token = request.page_token();
  auto filter = ParseFilter(request.filter());
  if (!filter.ok()) return filter.refusal();
  query.filter = std::move(*filter);
  query.digest = DigestOf(request, query, ledger_id);
  return query;
}

domain::Result<CommitGroupQuery> ParseCommitGroupQuery(
    const florin::v1::ReadCommitGroupsRequest& request, std::string_view ledger_id) {
  Shape shape;
  shape.NotNegative({"start_position"}, request.start_position());
  if (!shape.ok()) return shape.refusal();
  const auto page_size = PageSize(request.page_size());
  if (!page_size.ok()) return page_size.refusal();

  CommitGroupQuery query;
  query.start_position = request.start_position();
  query.page_size = *page_size;
  query.page_token = request.page_token();
  query.digest = QueryDigest("ReadCommitGroups", ledger_id).Add(query.start_position).value();
  return query;
}

}  // namespace florin::server
