#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <thread>

#include "bench/echo_server.h"
#include "bench/florind.h"
#include "bench/options.h"
#include "bench/report.h"
#include "bench/suites.h"

namespace {

using florin::bench::Options;
using florin::bench::Report;
using florin::bench::Wanted;

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

void AddFacts(const Options& options, Report* report) {
  report->Fact("florin", FLORIN_VERSION);
  report->Fact("grpc", grpc::Version());
  report->Fact("processors",
               fmt::format("{} of {}", std::thread::hardware_concurrency(), ProcessorName()));
  report->Fact("file_system", florin::bench::FileSystemOf(options.directory));
  report->Fact("rounds", fmt::format("{} of {:g} s after {:g} s of warm-up", options.rounds,
                                     options.measured_seconds, options.warm_up_seconds));
}

void Measure(const Options& options, Report* report) {
  if (Wanted(options, "echo") || Wanted(options, "unary"))
    florin::bench::MeasureUnary(options, report);
  if (Wanted(options, "raw") || Wanted(options, "batch"))
    florin::bench::MeasureBatches(options, report);
  if (Wanted(options, "stream")) florin::bench::MeasureStream(options, report);
  if (Wanted(options, "holds")) florin::bench::MeasureHolds(options, report);
  if (Wanted(options, "replay") || Wanted(options, "startup"))
    florin::bench::MeasureLog(options, report);
  if (Wanted(options, "delivery")) florin::bench::MeasureDelivery(options, report);
  if (Wanted(options, "filters")) florin::bench::MeasureFilters(options, report);
  if (Wanted(options, "stalled")) florin::bench::MeasureStalled(options, report);
  if (Wanted(options, "subscribers")) florin::bench::MeasureSubscribers(options, report);
  if (Wanted(options, "group")) florin::bench::MeasureGroup(options, report);
  if (Wanted(options, "memory")) florin::bench::MeasureMemory(options, report);
}

int Run(const Options& options) {
  florin::bench::CheckDirectory(options.directory);
  Report report;
  AddFacts(options, &report);
  Measure(options, &report);
  florin::bench::EndProgress();
  fmt::print("{}", options.json ? report.Json() : report.Table());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto line = florin::bench::ParseCommandLine(argc, argv);
    if (line.exit_code) {
      fmt::print(*line.exit_code == 0 ? stdout : stderr, "{}", line.output);
      return *line.exit_code;
    }
    return line.serve_echo ? florin::bench::ServeEcho() : Run(line.options);
  } catch (const std::exception& error) {
    florin::bench::EndProgress();
    fmt::print(stderr, "florin-bench: {}\n", error.what());
    return 1;
  }
}
