#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <exception>
#include <fstream>
#include <string>
#include <thread>

#include "bench/echo_server.h"
#include "bench/florind.h"
#include "bench/options.h"
#include "bench/report.h"
#include "bench/suites.h"
#include "process/descriptor_limit.h"
#include "process/standard_streams.h"
#include "text/visible.h"

namespace {

using florin::bench::Options;
using florin::bench::Report;
using florin::bench::Wanted;
using florin::process::WriteError;

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
  if (Wanted(options, "expiry")) florin::bench::MeasureExpiry(options, report);
  if (Wanted(options, "replay") || Wanted(options, "startup"))
    florin::bench::MeasureLog(options, report);
  if (Wanted(options, "delivery")) florin::bench::MeasureDelivery(options, report);
  if (Wanted(options, "filters")) florin::bench::MeasureFilters(options, report);
  if (Wanted(options, "stalled")) florin::bench::MeasureStalled(options, report);
  if (Wanted(options, "subscribers")) florin::bench::MeasureSubscribers(options, report);
  if (Wanted(options, "group")) florin::bench::MeasureGroup(options, report);
  if (Wanted(options, "memory")) florin::bench::MeasureMemory(options, report);
}

// The exit code: figures that nobody got were measured in vain.
int Print(const std::string& text) {
  if (florin::process::WriteOutput(text)) return 0;
  WriteError("florin-bench: the output could not be written\n");
  return 1;
}

int Run(const Options& options) {
  florin::bench::CheckDirectory(options.directory);
  Report report;
  AddFacts(options, &report);
  Measure(options, &report);
  florin::bench::EndProgress();
  return Print(options.json ? report.Json() : report.Table());
}

}  // namespace

int main(int argc, char** argv) {
  florin::process::OpenStandardStreams();
  // A suite may open thousands of connections.
  florin::process::RaiseDescriptorLimit();
  try {
    const auto line = florin::bench::ParseCommandLine(argc, argv);
    if (line.exit_code) {
      if (*line.exit_code == 0) return Print(line.output);
      WriteError(line.output);
      return *line.exit_code;
    }
    return line.serve_echo ? florin::bench::ServeEcho() : Run(line.options);
  } catch (const std::exception& error) {
    florin::bench::EndProgress();
    WriteError(fmt::format("florin-bench: {}\n",
                           florin::text::Visible(error.what(), florin::text::Backslash::kKept)));
    return 1;
  }
}
