#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "server/connections/listener.h"
#include "server/connections/table.h"

namespace florin::server {

struct ConnectionStats {
  std::int64_t open = 0;
  std::int64_t open_max = 0;
  /// Turned away because there were too many, or no descriptor.
  std::int64_t refused = 0;
};

/// Accepts connections on a thread of its own and hands them on, as many at a time as may be open.
///
/// A client beyond the bound is disconnected at once, so that it hears of it and tries again. The
/// bound keeps descriptors for the store; if they run out all the same, accepting goes on as soon
/// as there are some. It ends with Stop alone.
class ConnectionAcceptor {
 public:
  /// `hand_over` gets each connection's descriptor, and closes it some time.
  ConnectionAcceptor(std::unique_ptr<Listener> listener, std::size_t connections_max,
                     std::function<void(int descriptor)> hand_over);
  ~ConnectionAcceptor();
  ConnectionAcceptor(const ConnectionAcceptor&) = delete;
  ConnectionAcceptor& operator=(const ConnectionAcceptor&) = delete;

  /// Begins to accept. Returns why it cannot, as a sentence; empty: it does. Requires: not called
  /// before.
  [[nodiscard]] std::string Start();
  /// No connection is handed over afterwards, and nobody listens. Again: nothing.
  void Stop();

  /// Ends every connection that was handed over and is open: its client sees it closed, whatever
  /// is written there from now on. Requires: Stop.
  void CutConnections();

  [[nodiscard]] const std::string& address() const { return address_; }
  /// Threads: any.
  [[nodiscard]] ConnectionStats Stats();

 private:
  void Run();
  // False where no more connections can be taken for now.
  bool AcceptOne(int socket);
  bool TakePlace(int descriptor);
  void SweepNowAndThen();
  void Refuse(const std::string& why);

  const std::string address_;
  const std::size_t connections_max_;
  const std::function<void(int)> hand_over_;
  std::unique_ptr<Listener> listener_;
  int wake_ = -1;
  std::thread thread_;

  std::mutex mutex_;
  ConnectionTable table_;
  std::chrono::steady_clock::time_point swept_{};
  std::chrono::steady_clock::duration sweep_took_{};
  std::int64_t refused_ = 0;

  // The accepting thread's own.
  std::chrono::steady_clock::time_point warned_{};
  std::int64_t refused_since_warning_ = 0;
};

}  // namespace florin::server
