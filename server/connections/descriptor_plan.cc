#include "server/connections/descriptor_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/connections/metrics_server.h"

namespace florin::server {
namespace {

// Write-ahead logs, manifests, locks and directories of three databases; files that flushes and
// compactions write, and those of a table cache whose readers hold them beyond its bound; polls,
// events, logs, listening sockets, and connections that are being turned away.
constexpr std::size_t kOther = 160;
constexpr std::size_t kStorageFilesMin = 192;
// More costs memory for each file's index, and a ledger of 50 GB has fewer.
constexpr std::size_t kStorageFilesMax = 768;
constexpr std::size_t kConnectionsMin = 64;
constexpr std::size_t kFixed = kOther + kMetricsConnectionsMax;

constexpr std::string_view kWayOut =
    "raise the limit on open files (LimitNOFILE= of systemd, --ulimit nofile= of docker, "
    "ulimit -Hn)";

}  // namespace

DescriptorPlan PlanDescriptors(std::size_t limit, std::size_t connections_wanted) {
  DescriptorPlan plan;
  const std::size_t connections_min = std::min(kConnectionsMin, connections_wanted);
  const std::size_t needed = kFixed + kStorageFilesMin + connections_min;
  if (limit < needed) {
    plan.refusal =
        fmt::format("this process may have {} files open, but florind needs at least {}; {}", limit,
                    needed, kWayOut);
    return plan;
  }
  const std::size_t spare = limit - kFixed;
  const std::size_t for_connections = std::min(connections_wanted, spare / 2);
  plan.storage_files = std::clamp(spare - for_connections, kStorageFilesMin, kStorageFilesMax);
  plan.connections = std::min(connections_wanted, spare - plan.storage_files);
  const std::size_t wanted = kFixed + kStorageFilesMax + connections_wanted;
  if (limit < wanted) {
    plan.warning = fmt::format(
        "this process may have {} files open, but {} are wanted: at most {} of --max-connections "
        "{} are accepted, and {} of {} table files are kept open; {}",
        limit, wanted, plan.connections, connections_wanted, plan.storage_files, kStorageFilesMax,
        kWayOut);
  }
  return plan;
}

}  // namespace florin::server
