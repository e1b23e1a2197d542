#include "apps/cli/group_settings.h"

#include <google/protobuf/util/time_util.h>

#include "apps/cli/session.h"
#include "apps/cli/text.h"

namespace florin::cli {
namespace {

void AddDuration(CLI::App& command, const std::string& name, std::string& value,
                 const std::string& description) {
  command.add_option(name, value, description)->check(CheckDuration)->type_name("DURATION");
}

// The option was checked when it was parsed.
google::protobuf::Duration DurationOf(const std::string& text) {
  return google::protobuf::util::TimeUtil::MillisecondsToDuration(
      ParseDuration(text).value().count());
}

void Clear(const std::string& what, v1::GroupSettings* settings) {
  if (what == "event-ttl") {
    settings->clear_event_ttl();
  } else if (what == "types") {
    settings->mutable_filter()->clear_type_patterns();
  } else if (what == "prefixes") {
    settings->mutable_filter()->clear_stream_prefixes();
  } else {
    settings->mutable_filter()->clear_streams();
  }
}

void ApplyDurations(const GroupSettingsOptions& options, v1::GroupSettings* settings) {
  if (!options.ack_timeout.empty()) {
    *settings->mutable_ack_timeout() = DurationOf(options.ack_timeout);
  }
  if (!options.min_backoff.empty()) {
    *settings->mutable_min_backoff() = DurationOf(options.min_backoff);
  }
  if (!options.max_backoff.empty()) {
    *settings->mutable_max_backoff() = DurationOf(options.max_backoff);
  }
  if (!options.event_ttl.empty()) {
    *settings->mutable_event_ttl() = DurationOf(options.event_ttl);
  }
}

}  // namespace

void AddGroupSettingsOptions(CLI::App& command, GroupSettingsOptions& options) {
  AddEventFilterOptions(command, options.filter);
  AddStreamsOption(command, options.filter);
  AddDuration(command, "--ack-timeout", options.ack_timeout,
              "Deliver an event again if not acknowledged within this time (default 30s)");
  command
      .add_option("--max-attempts", options.max_attempts,
                  "Attempts before an event is parked (default 10); -1: never parked")
      ->type_name("N");
  AddDuration(command, "--min-backoff", options.min_backoff,
              "Wait before the second attempt; it doubles from there (default 100ms)");
  AddDuration(command, "--max-backoff", options.max_backoff,
              "Longest wait between attempts (default 30s)");
  AddDuration(command, "--event-ttl", options.event_ttl,
              "Park an event as expired if not acknowledged within this time (default: never)");
  command
      .add_option("--max-in-flight", options.max_in_flight,
                  "Maximum of unacknowledged events for each member (default 256)")
      ->check(CheckPositive)
      ->type_name("N");
  command
      .add_option("--order", options.order,
                  "stream: one event of a stream at a time (the default); none: any order")
      ->check(CLI::IsMember({"stream", "none"}))
      ->type_name("stream|none");
  command
      .add_option("--max-parked-and-waiting", options.max_parked_and_waiting,
                  "Stop the group above this many events parked or behind one (default 100000)")
      ->check(CheckPositive)
      ->type_name("N");
}

void AddClearOption(CLI::App& command, GroupSettingsOptions& options) {
  command.add_option("--clear", options.clear, "Clear this setting; may be repeated")
      ->check(CLI::IsMember({"event-ttl", "types", "prefixes", "streams"}))
      ->type_name("event-ttl|types|prefixes|streams")
      ->allow_extra_args(false)
      ->take_all();
}

bool ApplyGroupSettings(const GroupSettingsOptions& options, v1::GroupSettings* settings) {
  settings->mutable_filter();
  const std::string before = settings->SerializeAsString();
  for (const auto& what : options.clear) {
    Clear(what, settings);
  }
  SetFilter(options.filter, settings->mutable_filter());
  ApplyDurations(options, settings);
  if (options.max_attempts) {
    settings->set_max_attempts(*options.max_attempts);
  }
  if (options.max_in_flight) {
    settings->set_max_in_flight(*options.max_in_flight);
  }
  if (!options.order.empty()) {
    settings->set_order(options.order == "none" ? v1::GROUP_ORDER_NONE : v1::GROUP_ORDER_STREAM);
  }
  if (options.max_parked_and_waiting) {
    settings->set_max_parked_and_waiting(*options.max_parked_and_waiting);
  }
  return settings->SerializeAsString() != before;
}

}  // namespace florin::cli
