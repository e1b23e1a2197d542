#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace florin::bench {

/// How the load looks. The defaults are those of docs/performance.md.
struct Workload {
  std::int64_t accounts = 10'000;
  /// Share of the transfers that touch one and the same account.
  double hot = 0;
  /// UUIDs of version 4 instead of time-ordered ones.
  bool random_ids = false;
  int postings = 1;
};

/// What the command line asks for.
struct Options {
  Workload workload;
  std::string florind;
  std::vector<std::string> server_args;
  std::string directory = "./bench-data";
  std::vector<std::string> only;
  std::string peer;
  std::int64_t rate = 10'000;
  int subscribers = 1;
  int channels = 1;
  std::vector<int> in_flight = {1, 16, 64, 256};
  std::vector<int> batch_sizes = {1, 50, 1'000, 8'192};
  int batches_in_flight = 8;
  int rounds = 3;
  double warm_up_seconds = 5;
  double measured_seconds = 20;
  std::int64_t log_transactions = 1'000'000;
  std::int64_t expiring_holds = 120'000;
  bool quick = false;
  bool json = false;
  bool keep = false;
};

struct CommandLine {
  Options options;
  /// The hidden side of the program: serve the echo, not measure.
  bool serve_echo = false;
  /// Set when there is nothing to run: print `output` and exit so.
  std::optional<int> exit_code;
  std::string output;
};

[[nodiscard]] CommandLine ParseCommandLine(int argc, char** argv);

/// Whether `measurement` ("unary") was asked for; everything is unless --only names some.
[[nodiscard]] bool Wanted(const Options& options, const std::string& measurement);

}  // namespace florin::bench
