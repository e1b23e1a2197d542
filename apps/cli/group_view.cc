#include "apps/cli/group_view.h"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <ostream>

#include "apps/cli/text.h"

namespace florin::cli {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

// More of a member's streams are only counted.
constexpr int kStreamsShown = 5;

template <typename Values>
std::string Join(const Values& values) {
  std::string text;
  for (const auto& value : values) {
    text += (text.empty() ? "" : ", ") + value;
  }
  return text;
}

// How old what waits longest is; clocks may differ by a little, so never less
// than nothing. "-": nothing waits.
std::string Age(const Timestamp& oldest, bool known, const Timestamp& now) {
  if (!known) {
    return "-";
  }
  constexpr std::int64_t kMinute = 60'000;
  const std::int64_t milliseconds =
      std::max<std::int64_t>(0, TimeUtil::DurationToMilliseconds(now - oldest));
  if (milliseconds < kMinute) {
    return fmt::format("{:.1f} s", static_cast<double>(milliseconds) / 1000);
  }
  return FormatSeconds(milliseconds / 1000);
}

std::string State(const v1::Group& group) {
  if (group.blocked()) {
    return "blocked";
  }
  return group.lag_count() == 0 ? "caught up" : "behind";
}

std::string Parked(const v1::Group& group) {
  std::string text = FormatCount(group.parked_count());
  if (group.expired_count() > 0) {
    text += ", of them " + FormatCount(group.expired_count()) + " expired";
  }
  return text + "; " + FormatCount(group.waiting_count()) + " wait behind them";
}

std::string Attempts(const v1::GroupSettings& settings) {
  const std::string most = settings.max_attempts() < 0
                               ? "never parked"
                               : "parked after " + std::to_string(settings.max_attempts());
  return most + ", retried after " + FormatDuration(settings.min_backoff()) + " to " +
         FormatDuration(settings.max_backoff());
}

std::string Streams(const v1::GroupMember& member) {
  std::string text;
  for (int i = 0; i < std::min(kStreamsShown, member.streams_size()); ++i) {
    text += (i > 0 ? ", " : "") + member.streams(i);
  }
  const int more = member.streams_size() - kStreamsShown;
  return more > 0 ? text + fmt::format(" (+{})", more) : text;
}

void AddSettings(const v1::GroupSettings& settings, FieldList* fields) {
  fields->Add("types", Join(settings.filter().type_patterns()));
  fields->Add("prefixes", Join(settings.filter().stream_prefixes()));
  fields->Add("streams", Join(settings.filter().streams()));
  fields->Add("order", FormatOrder(settings.order()));
  fields->Add("ack timeout", FormatDuration(settings.ack_timeout()));
  fields->Add("attempts", Attempts(settings));
  fields->Add("event ttl", settings.has_event_ttl() ? FormatDuration(settings.event_ttl()) : "");
  fields->Add("limits", FormatCount(settings.max_in_flight()) + " in flight per member, " +
                            FormatCount(settings.max_parked_and_waiting()) + " parked and waiting");
}

void PrintMembers(const Printer& out, const v1::Group& group, const Timestamp& now) {
  Table table({{"MEMBER"},
               {"IN FLIGHT", Table::Align::kRight},
               {"OLDEST", Table::Align::kRight},
               {"JOINED"},
               {"STREAMS"}});
  for (const auto& member : group.members()) {
    table.AddRow({member.member_name(), FormatCount(member.in_flight_count()),
                  Age(member.oldest_unacked_time(), member.has_oldest_unacked_time(), now),
                  FormatTime(member.has_join_time(), member.join_time()), Streams(member)});
  }
  out << '\n';
  if (table.empty()) {
    out << "No members: nothing is delivered.\n";
  }
  table.Print(out);
}

}  // namespace

void PrintGroup(const Printer& out, const v1::Group& group, const Timestamp& now) {
  FieldList fields;
  fields.Add("group", group.group_id());
  fields.Add("state", State(group));
  fields.Add("position",
             FormatCount(group.position()) + " of " + FormatCount(group.head_position()));
  fields.Add("lag", FormatCount(group.lag_count()) + " events, oldest unacknowledged " +
                        Age(group.oldest_unacked_time(), group.has_oldest_unacked_time(), now));
  fields.Add("parked", Parked(group));
  AddSettings(group.settings(), &fields);
  fields.Add("checkpoint", group.checkpoint());
  fields.Print(out);
  PrintMembers(out, group, now);
}

Table GroupTable() {
  return Table({{"GROUP"},
                {"STATE"},
                {"POSITION", Table::Align::kRight},
                {"LAG", Table::Align::kRight},
                {"OLDEST", Table::Align::kRight},
                {"PARKED", Table::Align::kRight},
                {"WAITING", Table::Align::kRight},
                {"MEMBERS", Table::Align::kRight}});
}

void AddGroupRow(const v1::Group& group, const Timestamp& now, Table* table) {
  table->AddRow({group.group_id(), State(group), FormatCount(group.position()),
                 FormatCount(group.lag_count()),
                 Age(group.oldest_unacked_time(), group.has_oldest_unacked_time(), now),
                 FormatCount(group.parked_count()), FormatCount(group.waiting_count()),
                 std::to_string(group.member_count())});
}

Table ParkedTable() {
  return Table({{"POSITION", Table::Align::kRight},
                {"EVENT"},
                {"TYPE"},
                {"STREAM"},
                {"ATTEMPTS", Table::Align::kRight},
                {"WAITING", Table::Align::kRight},
                {"PARKED"},
                {"BY"},
                {"REASON"}});
}

void AddParkedRow(const v1::ParkedEvent& parked, Table* table) {
  const auto& event = parked.event();
  table->AddRow({std::to_string(event.position()), event.event_id(), event.type(), event.stream(),
                 std::to_string(parked.attempts()), FormatCount(parked.waiting_count()),
                 FormatTime(parked.has_park_time(), parked.park_time()), parked.member_name(),
                 parked.last_reason()});
}

Table ActionTable() {
  return Table({{"NUMBER", Table::Align::kRight},
                {"TIME"},
                {"ACTION"},
                {"PRINCIPAL"},
                {"MEMBER"},
                {"POSITION", Table::Align::kRight},
                {"EVENTS", Table::Align::kRight},
                {"REASON"}});
}

void AddActionRow(const v1::GroupAction& action, Table* table) {
  table->AddRow({std::to_string(action.number()), FormatTime(action.has_time(), action.time()),
                 FormatKind(action.kind()), action.principal(), action.member_name(),
                 std::to_string(action.position()), FormatCount(action.event_count()),
                 action.reason()});
}

}  // namespace florin::cli
