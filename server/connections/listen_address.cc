#include "server/connections/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace florin::server {
namespace {

constexpr std::string_view kUnix = "unix:";

struct HostAndPort {
  std::string host;
  std::string port;
};

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(std::string(text)) <= 65535;
}

// An IPv6 address stands in brackets, or nobody knows where its port begins.
std::optional<HostAndPort> Split(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !IsPort(text.substr(colon + 1))) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of("[]:") != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.empty()) return std::nullopt;
  return HostAndPort{std::string(host), std::string(text.substr(colon + 1))};
}

ListenAddress Wrong(std::string error) {
  ListenAddress result;
  result.error = std::move(error);
  return result;
}

ListenAddress ResolveUnix(std::string_view path) {
  sockaddr_un raw{};
  if (path.size() >= sizeof raw.sun_path) {
    return Wrong(fmt::format("is a path of {} bytes; a Unix socket's has at most {}", path.size(),
                             sizeof raw.sun_path - 1));
  }
  raw.sun_family = AF_UNIX;
  std::memcpy(raw.sun_path, path.data(), path.size());
  SocketAddress address;
  std::memcpy(&address.storage, &raw, sizeof raw);
  address.length = sizeof raw;
  ListenAddress result;
  result.addresses.push_back(address);
  return result;
}

std::string WhyNotFound(const std::string& host, int code) {
  const std::string why = code == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(code);
  return fmt::format(
      "names a host that cannot be found ({}: {}); give an address of this machine, such as "
      "127.0.0.1:50051",
      host, why);
}

}  // namespace

bool SocketAddress::IsLoopback() const {
  if (family() == AF_UNIX) return true;
  if (family() == AF_INET) {
    const auto* const raw = reinterpret_cast<const sockaddr_in*>(&storage);
    return ntohl(raw->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  const auto* const raw = reinterpret_cast<const sockaddr_in6*>(&storage);
  return IN6_IS_ADDR_LOOPBACK(&raw->sin6_addr);
}

int SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  if (family() == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  }
  return 0;
}

void SocketAddress::SetPort(int port) {
  const in_port_t number = htons(static_cast<std::uint16_t>(port));
  if (family() == AF_INET) reinterpret_cast<sockaddr_in*>(&storage)->sin_port = number;
  if (family() == AF_INET6) reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = number;
}

std::string SocketAddress::Host() const {
  if (family() == AF_UNIX) return "";
  char host[NI_MAXHOST] = "";
  const auto* const general = reinterpret_cast<const sockaddr*>(&storage);
  const int wrong = getnameinfo(general, length, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  return wrong == 0 ? host : "";
}

bool ListenAddress::IsLoopback() const {
  return std::all_of(addresses.begin(), addresses.end(),
                     [](const SocketAddress& address) { return address.IsLoopback(); });
}

bool HasAddressForm(std::string_view text) {
  if (text.starts_with(kUnix)) return text.size() > kUnix.size();
  return Split(text).has_value();
}

ListenAddress ResolveListenAddress(std::string_view text) {
  if (text.starts_with(kUnix)) return ResolveUnix(text.substr(kUnix.size()));
  const std::optional<HostAndPort> parts = Split(text);
  if (!parts) return Wrong("is not HOST:PORT, such as 127.0.0.1:50051 or [::1]:50051");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &list);
  if (code != 0) return Wrong(WhyNotFound(parts->host, code));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  ListenAddress result;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.length = entry->ai_addrlen;
    // A hosts file may name the same address twice, and the second bind would fail.
    const bool known = std::any_of(
        result.addresses.begin(), result.addresses.end(), [&](const SocketAddress& other) {
          return other.length == address.length &&
                 std::memcmp(&other.storage, &address.storage, address.length) == 0;
        });
    if (!known) result.addresses.push_back(address);
  }
  return result;
}

}  // namespace florin::server
