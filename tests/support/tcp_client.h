#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace florin::test_support {

/// One TCP connection to a port of this machine, below any protocol.
class TcpClient {
 public:
  /// Connects to 127.0.0.1; a GoogleTest failure if that does not work.
  explicit TcpClient(int port);
  ~TcpClient();
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  /// False: the server has closed.
  bool Send(std::string_view bytes) const;
  /// All that comes until the server closes, or for a minute.
  [[nodiscard]] std::string ReadToEnd() const;
  /// Whether the server keeps the connection open, and has sent nothing.
  [[nodiscard]] bool IsOpenAndSilent() const;
  /// Waits a little while; whether the server has closed by then.
  [[nodiscard]] bool ClosedSoon() const;

 private:
  int descriptor_ = -1;
};

/// The port at the end of "127.0.0.1:PORT".
[[nodiscard]] int PortOf(const std::string& address);

/// GET `path`; the whole answer, headers included.
[[nodiscard]] std::string HttpGet(int port, std::string_view path);

}  // namespace florin::test_support
