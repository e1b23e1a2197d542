#pragma once

#include <sys/types.h>

#include <cstddef>
#include <unordered_map>

namespace florin::server {

/// Which connections are open, though somebody else closes them.
///
/// gRPC takes a connection's descriptor and does not say when it closes it. A descriptor stands
/// for the same socket as long as the file behind it has the same number (st_ino), so asking
/// for that tells, at the cost of one system call a connection. Numbers come again after some
/// four thousand million sockets, which at worst counts a connection too many for a while.
///
/// Threads: one at a time.
class ConnectionTable {
 public:
  /// Adds the open socket `descriptor`, before it is given away.
  void Add(int descriptor);
  /// Forgets what has been closed since.
  void Sweep();
  /// Ends both directions of each that is open, so that nothing more is sent or read there.
  /// Whoever closes them still does. Requires: no socket has been opened since that is not here.
  void Cut();
  /// As of the last Sweep: what was closed since still counts.
  [[nodiscard]] std::size_t size() const { return open_.size(); }

 private:
  std::unordered_map<int, ino_t> open_;
};

}  // namespace florin::server
