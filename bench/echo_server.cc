#include "bench/echo_server.h"

#include <fmt/format.h>
#include <google/protobuf/empty.pb.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <cstdio>

#include "server/channel_limits.h"
#include "server/config.h"
#include "server/grpc_process.h"
#include "server/rpc/metrics.h"
#include "server/rpc/raw_service.h"
#include "server/rpc/service_host.h"

namespace florin::bench {
namespace {

class EchoService final : public server::RawService {
 public:
  explicit EchoService(server::ServiceHost* host) : RawService(host) {
    AddUnary<google::protobuf::Empty, google::protobuf::Empty>(
        kEchoMethod, [](const google::protobuf::Empty&, auto responder) { responder.Reply({}); });
  }
};

}  // namespace

int ServeEcho() {
  server::PrepareForGrpc();
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  server::Metrics metrics("echo");
  // The echo asks no ledger.
  server::ServiceHost host(nullptr, &metrics);
  EchoService service(&host);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  server::SetLimits(server::Config{}, &builder);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  fmt::print("listening on 127.0.0.1:{}\n", port);
  std::fflush(stdout);
  int number = 0;
  sigwait(&signals, &number);
  server->Shutdown(std::chrono::system_clock::now());
  server->Wait();
  return 0;
}

}  // namespace florin::bench
