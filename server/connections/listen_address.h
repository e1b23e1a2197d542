#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

namespace florin::server {

/// One address that a socket can be bound to.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] int family() const { return storage.ss_family; }
  /// Whether only this machine reaches it: 127.0.0.0/8, ::1, a Unix socket.
  [[nodiscard]] bool IsLoopback() const;
  /// Of IPv4 and IPv6; 0 for a Unix socket.
  [[nodiscard]] int port() const;
  void SetPort(int port);
  /// "127.0.0.1", "::1"; empty for a Unix socket.
  [[nodiscard]] std::string Host() const;
};

/// What a text such as "127.0.0.1:50051", "[::1]:0", "localhost:50051" or "unix:/run/florin"
/// stands for: a name may have several addresses.
struct ListenAddress {
  std::vector<SocketAddress> addresses;
  /// What is wrong, as the end of a sentence that begins with the text; empty: nothing.
  std::string error;

  [[nodiscard]] bool IsLoopback() const;
};

/// Whether `text` has the form HOST:PORT or unix:PATH. Asks nobody.
[[nodiscard]] bool HasAddressForm(std::string_view text);

/// Looks the name up, which may ask the network.
[[nodiscard]] ListenAddress ResolveListenAddress(std::string_view text);

}  // namespace florin::server
