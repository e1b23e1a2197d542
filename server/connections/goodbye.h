#pragma once

#include <grpcpp/server.h>

#include <chrono>

struct grpc_completion_queue;

namespace florin::server {

/// Tells the clients of a gRPC server to send no more calls on the connections
/// they have (HTTP/2's GOAWAY), and closes its ports. Open calls go on.
///
/// The server's own Shutdown says the same, but returns only when the calls have
/// ended or were cut; in between nothing can be answered in the right order.
/// Threads: one.
class Goodbye {
 public:
  /// Returns when whatever is answered from now on is sent behind the GOAWAY.
  explicit Goodbye(grpc::Server* server);
  /// Whether all calls and connections have ended within `limit`.
  bool AwaitEnd(std::chrono::milliseconds limit);
  /// Requires: the server's Shutdown has returned.
  ~Goodbye();
  Goodbye(const Goodbye&) = delete;
  Goodbye& operator=(const Goodbye&) = delete;

 private:
  grpc_completion_queue* const queue_;
  bool ended_ = false;
};

}  // namespace florin::server
