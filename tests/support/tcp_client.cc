#include "tests/support/tcp_client.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace florin::test_support {
namespace {

constexpr int kReadLimitSeconds = 60;
constexpr int kSoonMs = 100;

}  // namespace

TcpClient::TcpClient(int port) : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  EXPECT_GE(descriptor_, 0);
  const timeval limit{.tv_sec = kReadLimitSeconds, .tv_usec = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
      << "port " << port << ", errno " << errno;
}

TcpClient::~TcpClient() { close(descriptor_); }

bool TcpClient::Send(std::string_view bytes) const {
  return send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

std::string TcpClient::ReadToEnd() const {
  std::string all;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = recv(descriptor_, buffer.data(), buffer.size(), 0)) > 0) {
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
  // A reset is an end too.
  EXPECT_TRUE(count == 0 || errno == ECONNRESET)
      << "the server kept the connection, errno " << errno;
  return all;
}

bool TcpClient::IsOpenAndSilent() const {
  char byte = 0;
  return recv(descriptor_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

bool TcpClient::ClosedSoon() const {
  pollfd waiting{descriptor_, POLLIN, 0};
  char byte = 0;
  return poll(&waiting, 1, kSoonMs) > 0 && recv(descriptor_, &byte, 1, MSG_PEEK) <= 0;
}

int PortOf(const std::string& address) { return std::stoi(address.substr(address.rfind(':') + 1)); }

std::string HttpGet(int port, std::string_view path) {
  const TcpClient client(port);
  EXPECT_TRUE(client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  return client.ReadToEnd();
}

}  // namespace florin::test_support
