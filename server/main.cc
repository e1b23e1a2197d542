#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <string>
#include <string_view>

#include "process/standard_streams.h"
#include "server/config.h"
#include "server/grpc_process.h"
#include "server/logging.h"
#include "server/server.h"
#include "text/visible.h"

namespace {

using florin::process::WriteError;
using florin::process::WriteOutput;
using florin::server::CommandLine;
using florin::server::Config;
using florin::server::Server;

// Before any thread starts, so that every thread leaves them to WaitForStop.
sigset_t BlockStopSignals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Returns when the server is to stop. A second signal ends the process at once.
void WaitForStop(const sigset_t& signals) {
  int number = 0;
  sigwait(&signals, &number);
  spdlog::info("stopping: {}", number == SIGINT ? "interrupted" : "terminated");
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// The program's last words. They name paths and settings, and stay on one line.
void Complain(std::string_view error) {
  WriteError(
      fmt::format("florind: {}\n", florin::text::Visible(error, florin::text::Backslash::kKept)));
}

int Run(const Config& config, const sigset_t& signals) {
  std::string error;
  const auto server = Server::Start(config, &error);
  if (server == nullptr) {
    Complain(error);
    return 1;
  }
  spdlog::info("florind {} with gRPC {} listens on {}, books in {}", FLORIN_VERSION,
               grpc::Version(), server->address(), config.data_dir);
  if (!server->metrics_address().empty()) {
    spdlog::info("metrics on http://{}/metrics", server->metrics_address());
  }
  if (config.allow_insecure) {
    spdlog::warn("insecure: nothing is encrypted or authenticated");
  }
  // Nobody may want to know: the service is not its standard output.
  if (!WriteOutput(fmt::format("listening on {}\n", server->address()))) {
    spdlog::warn("standard output is closed or full, so the address was not printed there");
  }
  WaitForStop(signals);
  server->Stop();
  spdlog::info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  florin::process::OpenStandardStreams();
  florin::server::PrepareForGrpc();
  const sigset_t signals = BlockStopSignals();
  try {
    const CommandLine line = florin::server::ParseCommandLine(argc, argv);
    if (line.exit_code) {
      if (*line.exit_code == 0) return WriteOutput(line.output) ? 0 : 1;
      WriteError(line.output);
      return *line.exit_code;
    }
    florin::server::StartLogging(line.config.log_level, line.config.log_format);
    return Run(line.config, signals);
  } catch (const std::exception& error) {
    Complain(error.what());
    return 1;
  }
}
