#include "apps/cli/watch_view.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "apps/cli/table.h"
#include "apps/cli/text.h"
#include "text/visible.h"

namespace florin::cli {
namespace {

std::string Condition(const WatchState& state) {
  if (!state.reachable) {
    return "no answer, waiting for it to come back";
  }
  if (!state.following) {
    return "the stream of events is lost, trying again";
  }
  return state.status.read_only() ? "read only: " + state.status.read_only_reason() : "ready";
}

std::string Latency(std::int64_t milliseconds) {
  return milliseconds < 0 ? "-" : std::to_string(milliseconds) + " ms";
}

}  // namespace

void PrintWatchScreen(const Printer& out, const WatchState& state) {
  const auto& status = state.status;
  const auto& activity = state.activity;
  FieldList fields;
  const std::string server = text::Visible(state.server) + ", " + Condition(state);
  fields.Add("server", Sentence{server});
  fields.Add("transactions/s", FormatCount(activity.transactions_per_second));
  fields.Add("events/s", FormatCount(activity.events_per_second));
  fields.Add("commit to seen", Latency(activity.latency_median) + " median, " +
                                   Latency(activity.latency_max) + " most");
  fields.Add("head position", FormatCount(status.head_position()));
  fields.Add("accounts", FormatCount(status.account_count()) + " (" +
                             FormatCount(status.active_account_count()) + " active)");
  fields.Add("data", FormatBytes(status.data_bytes()));
  fields.Print(out);
  out << "\nBusiest accounts of the last " << Activity::kTopSeconds << " seconds\n";
  Table table({{"ACCOUNT"}, {"EVENTS", Table::Align::kRight}});
  for (const auto& [account, count] : activity.top) {
    table.AddRow({account, FormatCount(count)});
  }
  table.Print(out);
  if (activity.top.empty()) {
    out << "(none)\n";
  }
  out << "\nCtrl-C ends this.\n";
}

void PrintWatchTitles(const Printer& out) {
  out << fmt::format("{:>8}  {:>8}  {:>9}  {:>9}  {:>12}  {:>10}  {:>8}  {:>10}  {}", "TX/S",
                     "EVENTS/S", "MEDIAN", "MOST", "HEAD", "ACCOUNTS", "ACTIVE", "DATA", "BUSIEST")
      << '\n';
}

void PrintWatchLine(const Printer& out, const WatchState& state) {
  const auto& status = state.status;
  const auto& activity = state.activity;
  std::string busiest = activity.top.empty() ? "" : text::Visible(activity.top.front().first);
  if (!state.reachable || !state.following) {
    busiest = "(" + Condition(state) + ")";
  }
  std::string line =
      fmt::format("{:>8}  {:>8}  {:>9}  {:>9}  {:>12}  {:>10}  {:>8}  {:>10}  {}",
                  activity.transactions_per_second, activity.events_per_second,
                  Latency(activity.latency_median), Latency(activity.latency_max),
                  status.head_position(), status.account_count(), status.active_account_count(),
                  FormatBytes(status.data_bytes()), busiest);
  line.erase(line.find_last_not_of(' ') + 1);
  out << Sentence{line} << '\n';
}

void PrintWatchJson(const Printer& out, const WatchState& state) {
  nlohmann::ordered_json top = nlohmann::ordered_json::array();
  for (const auto& [account, count] : state.activity.top) {
    top.push_back({{"account_id", account}, {"events", count}});
  }
  const auto& activity = state.activity;
  const nlohmann::ordered_json line = {
      {"reachable", state.reachable},
      {"following", state.following},
      {"transactions_per_second", activity.transactions_per_second},
      {"events_per_second", activity.events_per_second},
      {"latency_median_ms", activity.latency_median},
      {"latency_max_ms", activity.latency_max},
      {"seen_position", activity.seen_position},
      {"head_position", state.status.head_position()},
      {"account_count", state.status.account_count()},
      {"active_account_count", state.status.active_account_count()},
      {"data_bytes", state.status.data_bytes()},
      {"busiest", top}};
  out.Json(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  out << '\n';
}

}  // namespace florin::cli
