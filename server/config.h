#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace florin::server {

/// Half the processors, at least two: the rest is for gRPC, the committer and the publisher. One
/// worker alone bounds batches on two processors.
[[nodiscard]] inline std::int64_t DefaultWorkerThreads() {
  return std::max<std::int64_t>(2, std::thread::hardware_concurrency() / 2);
}

/// What florind runs with: the defaults, then the file, then the flags.
struct Config {
  std::string data_dir = "./data";
  std::string listen = "127.0.0.1:50051";
  /// Empty: no metrics.
  std::string metrics_listen;
  bool allow_insecure = false;
  std::string log_level = "info";
  std::string log_format = "text";
  std::int64_t max_active_accounts = 100'000;
  std::int64_t max_in_flight = 65'536;
  std::int64_t max_subscribers = 4'096;
  std::int64_t max_command_streams = 4'096;
  std::int64_t max_connections = 10'000;
  std::int64_t max_groups = 1'000;
  std::int64_t max_group_members = 4'096;
  std::int64_t subscriber_stall_seconds = 60;
  std::int64_t max_streams_per_connection = 2'000;
  std::int64_t request_memory_mib = 1'024;
  std::int64_t cache_memory_mib = 128;
  std::int64_t reader_threads = 2;
  std::int64_t worker_threads = DefaultWorkerThreads();
  std::int64_t shutdown_timeout_seconds = 8;
  std::int64_t max_clock_jump_seconds = 86'400;
};

/// What the command line asks for.
struct CommandLine {
  Config config;
  /// Set when there is nothing to run: print `output` (to standard output if
  /// the code is 0, else to standard error) and exit so.
  std::optional<int> exit_code;
  std::string output;
};

/// What is said of an address that others reach, where nobody allowed it.
[[nodiscard]] std::string InsecureAddress(const std::string& listen);

/// Reads flags and, with --config, the TOML file. A file's key is the flag's
/// name with '_' for '-'. Errors name the flag, or the file and line.
[[nodiscard]] CommandLine ParseCommandLine(int argc, const char* const* argv);

}  // namespace florin::server
