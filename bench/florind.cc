#include "bench/florind.h"

#include <fmt/format.h>
#include <httplib.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace florin::bench {
namespace {

namespace fs = std::filesystem;

long FileSystemTypeOf(const std::string& directory) {
  struct statfs status {};
  if (statfs(directory.c_str(), &status) != 0)
    throw std::runtime_error("cannot look at directory " + directory);
  return static_cast<long>(status.f_type);
}

// florind says it in its log.
int MetricsPortIn(const std::string& log_path) {
  std::ifstream file(log_path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string log = text.str();
  static const std::regex kPort("metrics on http://[^ ]*:([0-9]+)/metrics");
  int port = 0;
  // A server started again appends to the same log; the last one counts.
  for (std::sregex_iterator match(log.begin(), log.end(), kPort), end; match != end; ++match)
    port = std::stoi((*match)[1]);
  return port;
}

double ValueOf(const std::string& text, const std::string& name) {
  const auto place = text.find("\n" + name + " ");
  return place == std::string::npos ? 0 : std::stod(text.substr(place + name.size() + 2));
}

}  // namespace

Florind::Florind(const Options& options, const std::string& name)
    : data_dir_(options.directory + "/" + name), log_path_(data_dir_ + ".log") {
  fs::create_directories(options.directory);
  std::vector<std::string> arguments = {
      options.florind, "--data-dir",       data_dir_,     "--listen",
      "127.0.0.1:0",   "--metrics-listen", "127.0.0.1:0",
  };
  arguments.insert(arguments.end(), options.server_args.begin(), options.server_args.end());
  process_ = std::make_unique<ChildProcess>(std::move(arguments), log_path_);
  metrics_port_ = MetricsPortIn(log_path_);
}

ServerCounters Florind::Counters() const {
  httplib::Client client("127.0.0.1", metrics_port_);
  const auto answer = client.Get("/metrics");
  if (!answer || answer->status != 200) throw std::runtime_error("florind serves no metrics");
  const std::string& text = answer->body;
  return {ValueOf(text, "florin_commit_commands_count"),
          ValueOf(text, "florin_commit_commands_sum"), ValueOf(text, "florin_commit_bytes_sum"),
          ValueOf(text, "florin_sync_seconds_sum"), ValueOf(text, "florin_due_holds")};
}

std::int64_t Florind::DataBytes() const {
  std::int64_t total = 0;
  std::error_code gone;  // RocksDB removes files while we look
  for (const auto& entry : fs::recursive_directory_iterator(data_dir_, gone)) {
    if (!entry.is_regular_file(gone)) continue;
    const auto size = entry.file_size(gone);
    if (!gone) total += static_cast<std::int64_t>(size);
  }
  return total;
}

void RemoveData(const Options& options, const std::string& name) {
  fs::remove_all(options.directory + "/" + name);
  fs::remove(options.directory + "/" + name + ".log");
}

void CheckDirectory(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    throw std::runtime_error(fmt::format("cannot make {}: {}", directory, error.message()));
  const long type = FileSystemTypeOf(directory);
  if (type == TMPFS_MAGIC || type == RAMFS_MAGIC)
    throw std::runtime_error(
        fmt::format("{} lies in memory, where a sync costs nothing; choose a disk with --directory",
                    directory));
}

std::string FileSystemOf(const std::string& directory) {
  switch (const long type = FileSystemTypeOf(directory)) {
    case EXT4_SUPER_MAGIC:
      return "ext4";
    case XFS_SUPER_MAGIC:
      return "xfs";
    case BTRFS_SUPER_MAGIC:
      return "btrfs";
    case OVERLAYFS_SUPER_MAGIC:
      return "overlayfs";
    default:
      return fmt::format("{:#x}", type);
  }
}

}  // namespace florin::bench
