// Keeps every event of a ledger as a line of JSON in a file, each exactly once and
// in order, whatever is killed in between.
//
//     compliance-feed 127.0.0.1:50051 events.jsonl          until Ctrl-C
//     compliance-feed 127.0.0.1:50051 events.jsonl --once   up to the present
#include <clients/cpp/client.h>
#include <clients/cpp/exactly_once.h>
#include <google/protobuf/util/json_util.h>
#include <process/standard_streams.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>
#include <thread>

#include "feed_file.h"

namespace {

namespace v1 = florin::v1;
using florin::client::Client;
using florin::client::ExactlyOnceOptions;
using florin::client::ExactlyOnceSubscription;

std::string Json(const v1::Event& event) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string line;
  // Fails only for an Any of an unknown type, and events have no Any.
  (void)google::protobuf::util::MessageToJsonString(event, &line, options);
  return line;
}

v1::SubscribeEventsRequest Everything() {
  v1::SubscribeEventsRequest request;
  request.mutable_filter()->add_type_patterns("#");
  return request;
}

ExactlyOnceOptions Options(bool once) {
  ExactlyOnceOptions options;
  options.until_caught_up = once;
  // A feed outlasts any restart of the server.
  florin::client::RetryPolicy patient;
  patient.max_attempts = std::numeric_limits<int>::max();
  options.subscription.retry = patient;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  florin::process::OpenStandardStreams();
  const bool once = argc == 4 && std::string(argv[3]) == "--once";
  if (argc != 3 && !once) {
    std::cerr << "usage: compliance-feed HOST:PORT FILE [--once]\n";
    return EXIT_FAILURE;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto client = Client::Connect(argv[1]);
  FeedFile file(argv[2]);
  ExactlyOnceSubscription feed(
      *client, Everything(), file,
      [&](const v1::Event& event) {
        file.Append(Json(event));
        return florin::client::Done{};
      },
      Options(once));
  std::thread stopper([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    feed.Cancel();
  });
  const auto result = feed.Run();
  // If it has ended by itself, the stopper still waits.
  pthread_kill(stopper.native_handle(), SIGINT);
  stopper.join();
  if (!result.ok() && result.error().code != grpc::StatusCode::CANCELLED) {
    std::cerr << result.error().ToString() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
