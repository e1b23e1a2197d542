#include "server/connections/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace florin::server {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr unsigned int kSilenceMs = kKeepaliveTimeoutMs;

// A spare is always there but after the descriptors have run out.
int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

void Enable(int socket, int level, int option) {
  const int on = 1;
  (void)setsockopt(socket, level, option, &on, sizeof on);
}

void SetOptions(int socket, const SocketAddress& address) {
  if (address.family() == AF_UNIX) return;
  // A restart must not wait for the connections of the last run.
  Enable(socket, SOL_SOCKET, SO_REUSEADDR);
  // What is accepted inherits it. Answers are small, and nobody waits for more of them.
  Enable(socket, IPPROTO_TCP, TCP_NODELAY);
  // A client that acknowledges nothing for so long has gone, also while much waits to be sent to it
  // and no ping gets through. gRPC sets it on its own listening sockets alone.
  (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kSilenceMs, sizeof kSilenceMs);
  if (address.family() != AF_INET6) return;
  const auto* const raw = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  // [::] takes IPv4 too, as most programs do; a name's addresses are bound one by one.
  const int only = IN6_IS_ADDR_UNSPECIFIED(&raw->sin6_addr) ? 0 : 1;
  (void)setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
}

// A file that a killed server left behind is in the way of the next one. Nobody answers there; a
// live server does.
void RemoveDeadSocket(const SocketAddress& address) {
  const auto* const raw = reinterpret_cast<const sockaddr_un*>(&address.storage);
  struct stat found {};
  if (lstat(raw->sun_path, &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return;
  const auto* const general = reinterpret_cast<const sockaddr*>(raw);
  const bool dead = connect(probe, general, address.length) != 0 && errno == ECONNREFUSED;
  close(probe);
  if (dead) unlink(raw->sun_path);
}

// -1, with errno, if it cannot.
int OpenSocket(const SocketAddress& address) {
  const int descriptor = socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -1;
  SetOptions(descriptor, address);
  if (address.family() == AF_UNIX) RemoveDeadSocket(address);
  const auto* const general = reinterpret_cast<const sockaddr*>(&address.storage);
  if (bind(descriptor, general, address.length) == 0 && listen(descriptor, SOMAXCONN) == 0) {
    return descriptor;
  }
  const int why = errno;
  close(descriptor);
  errno = why;
  return -1;
}

int PortOf(int socket) {
  SocketAddress address;
  address.length = sizeof address.storage;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address.storage), &address.length) != 0) {
    return 0;
  }
  return address.port();
}

std::string WhyNot(int error) {
  if (error == EADDRINUSE) return "another program listens there; choose another address";
  if (error == EADDRNOTAVAIL) return "this machine does not have that address";
  if (error == EACCES) return "permission denied; ports below 1024 need privileges";
  return std::strerror(error);
}

// Requires: `address` begins with kUnix.
const char* FileOf(const std::string& address) { return address.c_str() + kUnix.size(); }

// Machines without IPv6 still have ::1 in their hosts file.
bool IsFamilyMissing(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

}  // namespace

std::unique_ptr<Listener> Listener::Open(const std::string& text, std::string* error) {
  ListenAddress resolved = ResolveListenAddress(text);
  if (!resolved.error.empty()) {
    *error = fmt::format("cannot listen on {}: it {}", text, resolved.error);
    return nullptr;
  }
  std::unique_ptr<Listener> listener(new Listener);
  listener->spare_ = OpenSpare();
  *error = listener->BindAll(text, std::move(resolved.addresses));
  return error->empty() ? std::move(listener) : nullptr;
}

Listener::~Listener() {
  // Before the sockets: another server takes the place of a file at which nobody answers.
  if (!sockets_.empty()) RemoveFile();
  for (const int socket : sockets_) close(socket);
  if (spare_ >= 0) close(spare_);
}

void Listener::RememberFile() {
  struct stat found {};
  if (!address_.starts_with(kUnix) || lstat(FileOf(address_), &found) != 0) return;
  file_device_ = found.st_dev;
  file_number_ = found.st_ino;
}

void Listener::RemoveFile() const {
  struct stat found {};
  if (!address_.starts_with(kUnix) || lstat(FileOf(address_), &found) != 0) return;
  if (found.st_dev == file_device_ && found.st_ino == file_number_) unlink(FileOf(address_));
}

std::string Listener::BindAll(const std::string& text, std::vector<SocketAddress> addresses) {
  int port = 0;
  int why = 0;
  std::string left_out;
  for (SocketAddress& address : addresses) {
    // The first was given a free port; the others take the same.
    if (port != 0) address.SetPort(port);
    const int descriptor = OpenSocket(address);
    if (descriptor < 0) {
      why = errno;
      if (addresses.size() > 1 && IsFamilyMissing(why)) {
        left_out += (left_out.empty() ? "" : ", ") + address.Host();
        continue;
      }
      return fmt::format("cannot listen on {}: {}", text, WhyNot(why));
    }
    sockets_.push_back(descriptor);
    is_loopback_ = is_loopback_ && address.IsLoopback();
    port = PortOf(descriptor);
  }
  if (sockets_.empty()) return fmt::format("cannot listen on {}: {}", text, WhyNot(why));
  if (!left_out.empty()) {
    spdlog::warn("{} cannot be listened on at {}: {}", text, left_out, WhyNot(why));
  }
  address_ =
      text.starts_with(kUnix) ? text : fmt::format("{}:{}", text.substr(0, text.rfind(':')), port);
  RememberFile();
  return "";
}

AcceptResult Listener::Accept(int socket) {
  const int descriptor = accept4(socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) return {Accepted::kConnection, descriptor, 0};
  const int error = errno;
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      TurnAwayOne(socket);
      return {Accepted::kExhausted, -1, error};
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
      // What was acknowledged is on disk, and whoever supervises the server starts it again.
      spdlog::critical("{} can no longer be listened on ({}); ending", address_,
                       std::strerror(error));
      std::_Exit(EXIT_FAILURE);
    default:
      // Nobody waits, or whoever waited has met trouble of his own (see accept(2)).
      return {Accepted::kNobody, -1, error};
  }
}

void Listener::TurnAwayOne(int socket) {
  if (spare_ >= 0) {
    close(spare_);
    const int descriptor = accept4(socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) close(descriptor);
  }
  spare_ = OpenSpare();
}

}  // namespace florin::server
