#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/connections/listen_address.h"

namespace florin::server {

/// A client that answers nothing for so long has gone.
inline constexpr int kKeepaliveTimeoutMs = 10'000;

/// What became of an attempt to accept a connection.
enum class Accepted : std::uint8_t {
  kConnection,
  /// Nobody waits any more, or whoever waited has gone.
  kNobody,
  /// The process or the machine has no descriptor or memory for it; whoever waited was turned
  /// away where that was possible. Later it may work again.
  kExhausted,
};

struct AcceptResult {
  Accepted outcome = Accepted::kNobody;
  /// Non-blocking, closed on exec; the caller's. -1 but for kConnection.
  int descriptor = -1;
  /// Of kExhausted.
  int error = 0;
};

/// The sockets that listen on one address. gRPC 1.51 would do it, but it stops listening for good
/// after one accept() without a free descriptor, and bounds no connections.
///
/// Threads: one at a time.
class Listener {
 public:
  /// Listens on what `text` (HOST:PORT, unix:PATH) stands for. Null, with a sentence in `error`,
  /// if it cannot. The port 0 takes a free one, the same for all addresses of a name.
  static std::unique_ptr<Listener> Open(const std::string& text, std::string* error);
  /// Removes the socket's file where it listens on unix:PATH, if the file there is still its own.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// HOST:PORT with the real port, or unix:PATH.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Whether only this machine reaches it.
  [[nodiscard]] bool IsLoopback() const { return is_loopback_; }
  /// To be polled for reading.
  [[nodiscard]] std::span<const int> sockets() const { return sockets_; }
  /// The next connection that waits at `socket`. Never blocks. Ends the process with 1 if the
  /// socket is unusable: a server that nobody can reach must not look like one that runs.
  [[nodiscard]] AcceptResult Accept(int socket);

 private:
  Listener() = default;
  std::string BindAll(const std::string& text, std::vector<SocketAddress> addresses);
  void RememberFile();
  void RemoveFile() const;
  void TurnAwayOne(int socket);

  std::string address_;
  bool is_loopback_ = true;
  // Of the socket's file.
  dev_t file_device_ = 0;
  ino_t file_number_ = 0;
  std::vector<int> sockets_;
  // Given up for a moment to take a connection that there is no descriptor for, so that its
  // client hears of it.
  int spare_ = -1;
};

}  // namespace florin::server
