#include "server/convert/group_settings.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "domain/event_filter.h"

namespace florin::server {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;
constexpr std::int64_t kHour = 3'600 * kSecond;
constexpr std::int64_t kYear = 8'766 * kHour;

constexpr DurationRange kAckTimeout{100 * kMillisecond, 12 * kHour, "0.1 s to 12 h"};
constexpr DurationRange kBackoff{kMillisecond, kHour, "1 ms to 1 h"};
constexpr DurationRange kTtl{kSecond, 10 * kYear, "1 s to 10 years"};

// What is out of the range, or no duration at all, becomes the default; the
// shape has the refusal then.
std::int64_t ToDuration(const Field& field, bool present,
                        const google::protobuf::Duration& duration, const DurationRange& range,
                        std::int64_t absent_ns, Shape* shape) {
  if (!present) return absent_ns;
  return shape->DurationWithin(field, duration, range).value_or(absent_ns);
}

std::int64_t ToCount(const Field& field, std::int64_t count, std::int64_t max, std::int64_t absent,
                     Shape* shape) {
  if (count == 0) return absent;
  if (count >= 1 && count <= max) return count;
  shape->Invalid(field, fmt::format("is {}; it must be 1 to {}, or 0 for {}", count, max, absent));
  return absent;
}

// One that is absent gives way to the other.
void FitBackoffs(const v1::GroupSettings& settings, domain::GroupSettings* out, Shape* shape) {
  if (out->max_backoff_ns >= out->min_backoff_ns) return;
  if (!settings.has_max_backoff()) {
    out->max_backoff_ns = out->min_backoff_ns;
  } else if (!settings.has_min_backoff()) {
    out->min_backoff_ns = out->max_backoff_ns;
  } else {
    shape->Invalid({"settings.max_backoff"},
                   fmt::format("is {} s, shorter than min_backoff, which is {} s",
                               static_cast<double>(out->max_backoff_ns) / kSecond,
                               static_cast<double>(out->min_backoff_ns) / kSecond));
  }
}

domain::GroupOrder ToOrder(int order, Shape* shape) {
  switch (order) {
    case v1::GROUP_ORDER_UNSPECIFIED:
    case v1::GROUP_ORDER_STREAM:
      return domain::GroupOrder::kStream;
    case v1::GROUP_ORDER_NONE:
      return domain::GroupOrder::kNone;
    default:
      shape->Invalid(
          {"settings.order"},
          fmt::format("is {}, which is not a GroupOrder; use 1 (STREAM) or 2 (NONE)", order));
      return domain::GroupOrder::kStream;
  }
}

void SetDuration(std::int64_t ns, google::protobuf::Duration* out) {
  out->set_seconds(ns / kSecond);
  out->set_nanos(static_cast<int>(ns % kSecond));
}

}  // namespace

domain::GroupSettings ToGroupSettings(const v1::GroupSettings& settings, Shape* shape) {
  domain::GroupSettings out;
  const v1::EventFilter& filter = settings.filter();
  out.filter.stream_prefixes = {filter.stream_prefixes().begin(), filter.stream_prefixes().end()};
  out.filter.type_patterns = {filter.type_patterns().begin(), filter.type_patterns().end()};
  out.filter.streams = {filter.streams().begin(), filter.streams().end()};
  out.ack_timeout_ns = ToDuration({"settings.ack_timeout"}, settings.has_ack_timeout(),
                                  settings.ack_timeout(), kAckTimeout, out.ack_timeout_ns, shape);
  if (settings.max_attempts() != 0) out.max_attempts = settings.max_attempts();
  out.min_backoff_ns = ToDuration({"settings.min_backoff"}, settings.has_min_backoff(),
                                  settings.min_backoff(), kBackoff, out.min_backoff_ns, shape);
  out.max_backoff_ns = ToDuration({"settings.max_backoff"}, settings.has_max_backoff(),
                                  settings.max_backoff(), kBackoff, out.max_backoff_ns, shape);
  FitBackoffs(settings, &out, shape);
  if (settings.has_event_ttl()) {
    out.event_ttl_ns =
        ToDuration({"settings.event_ttl"}, true, settings.event_ttl(), kTtl, kSecond, shape);
  }
  out.max_in_flight =
      static_cast<std::int32_t>(ToCount({"settings.max_in_flight"}, settings.max_in_flight(),
                                        kGroupInFlightMax, out.max_in_flight, shape));
  out.order = ToOrder(settings.order(), shape);
  out.max_parked_and_waiting =
      ToCount({"settings.max_parked_and_waiting"}, settings.max_parked_and_waiting(),
              kGroupParkedAndWaitingMax, out.max_parked_and_waiting, shape);
  return out;
}

domain::Status CheckGroupFilter(const domain::GroupSettings& settings) {
  const auto filter = domain::EventFilter::Compile(settings.filter);
  if (filter.ok()) return domain::Ok{};
  domain::Refusal refusal = filter.refusal();
  if (refusal.message.starts_with("filter.")) refusal.message.insert(0, "settings.");
  for (auto& [key, value] : refusal.metadata) {
    if (key == "field") value.insert(0, "settings.");
  }
  return refusal;
}

void ToProto(const domain::GroupSettings& settings, v1::GroupSettings* out) {
  const domain::EventFilterSpec& filter = settings.filter;
  // Present even if it selects everything: the answer shows what is in force.
  v1::EventFilter* const filter_out = out->mutable_filter();
  filter_out->mutable_stream_prefixes()->Add(filter.stream_prefixes.begin(),
                                             filter.stream_prefixes.end());
  filter_out->mutable_type_patterns()->Add(filter.type_patterns.begin(),
                                           filter.type_patterns.end());
  filter_out->mutable_streams()->Add(filter.streams.begin(), filter.streams.end());
  SetDuration(settings.ack_timeout_ns, out->mutable_ack_timeout());
  out->set_max_attempts(settings.max_attempts);
  SetDuration(settings.min_backoff_ns, out->mutable_min_backoff());
  SetDuration(settings.max_backoff_ns, out->mutable_max_backoff());
  if (settings.event_ttl_ns) SetDuration(*settings.event_ttl_ns, out->mutable_event_ttl());
  out->set_max_in_flight(settings.max_in_flight);
  out->set_order(static_cast<v1::GroupOrder>(settings.order));
  out->set_max_parked_and_waiting(settings.max_parked_and_waiting);
}

}  // namespace florin::server
