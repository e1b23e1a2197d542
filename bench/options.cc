#include "bench/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "text/visible.h"

namespace florin::bench {
namespace {

constexpr char kFooter[] = R"(
Measurements: echo, raw, unary, batch, stream, holds, expiry, replay, delivery, filters,
stalled, subscribers, group, startup, memory.
Each figure is the median of the rounds; a baseline runs next to what is compared with it, in
turns. Only posted transfers count. docs/performance.md explains every line and every key.

Examples:
  florin-bench --quick                      all, in a fifth of the time
  florin-bench --only unary,batch           what is compared with them runs too
  florin-bench --only batch --hot 0.5       every second transfer touches one account
  florin-bench --only unary --peer postgres)";

constexpr const char* kMeasurements[] = {"echo",    "raw",         "unary",  "batch",    "stream",
                                         "holds",   "expiry",      "replay", "delivery", "filters",
                                         "stalled", "subscribers", "group",  "startup",  "memory"};

std::string DefaultFlorind() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "florind" : (self.parent_path() / "florind").string();
}

std::string CheckMeasurement(const std::string& name) {
  const bool known = std::find(std::begin(kMeasurements), std::end(kMeasurements), name) !=
                     std::end(kMeasurements);
  return known ? "" : "there is no measurement '" + name + "'";
}

void AddLoadOptions(CLI::App& app, Options& options) {
  Workload& load = options.workload;
  app.add_option("--accounts", load.accounts, "Accounts that transfers choose from (default 10000)")
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{100'000'000}));
  app.add_option("--hot", load.hot, "Share of transfers that touch one account, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--random-ids", load.random_ids, "Random ids instead of time-ordered ones");
  app.add_option("--postings", load.postings, "Postings per transaction (default 1)")
      ->check(CLI::Range(1, 1000));
  app.add_option("--rate", options.rate, "Transfers/s while delivery is measured (default 10000)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  app.add_option("--subscribers", options.subscribers, "Subscribers while delivery is measured")
      ->check(CLI::Range(1, 4096));
  app.add_option("--channels", options.channels, "Connections of the load (default 1)")
      ->check(CLI::Range(1, 256));
  app.add_option("--in-flight", options.in_flight, "Calls in flight (default 1,16,64,256)")
      ->delimiter(',')
      ->check(CLI::Range(1, 10'000));
  app.add_option("--batch-sizes", options.batch_sizes,
                 "Transfers in a batch (default 1,50,1000,8192)")
      ->delimiter(',')
      ->check(CLI::Range(1, 8'192));
  app.add_option("--batches", options.batches_in_flight, "Batches in flight (default 8)")
      ->check(CLI::Range(1, 256));
  app.add_option("--holds", options.expiring_holds, "Holds that expire together (default 120000)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000'000}));
  app.add_option("--log", options.log_transactions,
                 "Transactions in the log that start-up and replay read (default 1000000)")
      ->check(CLI::Range(std::int64_t{1'000}, std::int64_t{1'000'000'000}));
}

void AddRunOptions(CLI::App& app, Options& options) {
  app.add_option("--only", options.only, "Only these measurements, separated by commas")
      ->delimiter(',')
      ->check(CLI::Validator(CheckMeasurement, "NAME"));
  app.add_flag("--quick", options.quick, "A fifth of the time, for a first look");
  app.add_option("--rounds", options.rounds, "Rounds, of which the median counts (default 3)")
      ->check(CLI::Range(1, 99));
  app.add_option("--seconds", options.measured_seconds, "Measured seconds a round (default 20)")
      ->check(CLI::Range(0.1, 3600.0));
  app.add_option("--warm-up", options.warm_up_seconds, "Seconds before each (default 5)")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--peer", options.peer, "Another system to measure in the same run")
      ->check(CLI::IsMember({"postgres"}));
  app.add_option("--directory", options.directory,
                 "Where the servers' data goes while it runs; a real disk (default ./bench-data)");
  app.add_flag("--keep", options.keep, "Leave that data behind");
  app.add_option("--florind", options.florind, "The server (default: the one beside florin-bench)");
  app.add_option("--server-arg", options.server_args, "Passed on to florind; may be repeated");
  app.add_flag("--json", options.json, "One JSON document instead of the table");
}

}  // namespace

CommandLine ParseCommandLine(int argc, char** argv) {
  CommandLine line;
  line.options.florind = DefaultFlorind();
  CLI::App app("Measures a florind of its own, next to baselines, in one run.", "florin-bench");
  app.footer(kFooter);
  app.add_flag("--serve-echo", line.serve_echo)->group("");
  AddLoadOptions(app, line.options);
  AddRunOptions(app, line.options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream output;
    const bool asked = error.get_exit_code() == 0;
    if (asked) {
      app.exit(error, output, output);
    } else {
      output << "florin-bench: " << text::Visible(error.what(), text::Backslash::kKept)
             << "\nnext: florin-bench --help\n";
    }
    line.exit_code = asked ? 0 : 2;
    line.output = output.str();
  }
  if (line.options.quick) {
    line.options.warm_up_seconds /= 5;
    line.options.measured_seconds /= 5;
  }
  return line;
}

bool Wanted(const Options& options, const std::string& measurement) {
  const auto& only = options.only;
  return only.empty() || std::find(only.begin(), only.end(), measurement) != only.end();
}

}  // namespace florin::bench
