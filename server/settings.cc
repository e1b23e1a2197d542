#include "server/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "server/connections/listen_address.h"

namespace florin::server {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

// Some 285 years: more nanoseconds have no number.
constexpr std::int64_t kClockJumpMax = 9'000 * kMillion;

constexpr auto kSettings = std::to_array<Setting>({
    {"data-dir", "Directory of the books; created if missing", &Config::data_dir},
    {"listen", "Address for gRPC, HOST:PORT or unix:PATH; port 0 picks a free one",
     &Config::listen},
    {"metrics-listen", "Address for Prometheus metrics, HOST:PORT or unix:PATH; none if empty",
     &Config::metrics_listen},
    {"allow-insecure",
     "Listen on other than loopback addresses, although nothing is encrypted or authenticated",
     &Config::allow_insecure},
    {"log-level", "debug, info, warn or error", &Config::log_level},
    {"log-format", "text or json, on standard error", &Config::log_format},
    {"max-active-accounts", "Accounts kept live in memory", &Config::max_active_accounts, 1,
     100 * kMillion},
    {"max-in-flight", "Commands admitted and not yet answered", &Config::max_in_flight, 1,
     100 * kMillion},
    {"max-subscribers", "Open subscriptions", &Config::max_subscribers, 1, kMillion},
    {"max-command-streams", "Open ExecuteStream calls", &Config::max_command_streams, 1, kMillion},
    {"max-connections", "Open connections of clients; the limit on open files may lower it",
     &Config::max_connections, 1, kMillion},
    {"max-groups", "Consumer groups", &Config::max_groups, 1, 100'000},
    {"max-group-members", "Connected members of consumer groups", &Config::max_group_members, 1,
     kMillion},
    {"subscriber-stall-seconds",
     "End a subscriber, group member or command stream that reads nothing for this long",
     &Config::subscriber_stall_seconds, 1, 86'400},
    {"max-streams-per-connection", "Open calls on one connection",
     &Config::max_streams_per_connection, 1, kMillion},
    {"request-memory-mib", "Memory for requests being received, in MiB",
     &Config::request_memory_mib, 64, kMillion},
    {"cache-memory-mib", "Memory for blocks read from disk, in MiB", &Config::cache_memory_mib, 8,
     kMillion},
    {"reader-threads", "Threads for reads that go to disk", &Config::reader_threads, 1, 256},
    {"worker-threads", "Threads for the accounts' actors", &Config::worker_threads, 1, 256},
    {"shutdown-timeout-seconds", "How long a stop waits for open calls",
     &Config::shutdown_timeout_seconds, 0, 3600},
    {"max-clock-jump-seconds",
     "Do not follow a jump of the machine's clock ahead by more than this",
     &Config::max_clock_jump_seconds, 1, kClockJumpMax},
});

std::string CheckText(const Setting& setting, const std::string& value) {
  if (setting.name == "log-level" && value != "debug" && value != "info" && value != "warn" &&
      value != "error") {
    return fmt::format("{} is \"{}\"; it must be debug, info, warn or error", setting.name, value);
  }
  if (setting.name == "log-format" && value != "text" && value != "json") {
    return fmt::format("{} is \"{}\"; it must be text or json", setting.name, value);
  }
  const bool is_address =
      setting.name == "listen" || (setting.name == "metrics-listen" && !value.empty());
  if (is_address && !HasAddressForm(value)) {
    return fmt::format(
        "{} is \"{}\"; it must be HOST:PORT, such as 127.0.0.1:50051 or [::1]:50051, or unix:PATH",
        setting.name, value);
  }
  if (setting.name == "data-dir" && value.empty()) return "data-dir is empty";
  return "";
}

}  // namespace

std::string Setting::Flag() const { return fmt::format("--{}", name); }

std::string Setting::Key() const {
  std::string key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::span<const Setting> Settings() { return kSettings; }

std::string CheckSetting(const Setting& setting, const Config& config) {
  if (const auto* text = std::get_if<std::string Config::*>(&setting.field)) {
    return CheckText(setting, config.**text);
  }
  const auto* const number = std::get_if<std::int64_t Config::*>(&setting.field);
  if (number == nullptr) return "";
  const std::int64_t value = config.**number;
  if (value >= setting.min && value <= setting.max) return "";
  return fmt::format("{} is {}; it must be {} to {}", setting.name, value, setting.min,
                     setting.max);
}

}  // namespace florin::server
