#include "server/connections/metrics_server.h"

#include <fmt/format.h>
#include <microhttpd.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <thread>
#include <utility>

#include "server/connections/metrics_page.h"

namespace florin::server {
namespace {

/// A scrape takes milliseconds. Whoever sends a byte now and then, or never reads, has no more.
constexpr std::chrono::seconds kConnectionAgeMax{5};
constexpr std::chrono::milliseconds kExhaustedPause{50};

struct OpenConnection {
  int descriptor = -1;
  std::chrono::steady_clock::time_point since;
  /// Its end was asked for; libmicrohttpd closes it when it comes to it.
  bool dropped = false;
};

class MicroHttpServer final : public MetricsServer {
 public:
  MicroHttpServer(std::unique_ptr<Listener> listener, Sources sources)
      : sources_(std::move(sources)),
        address_(listener->address()),
        listener_(std::move(listener)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~MicroHttpServer() override;

  std::string Begin();
  const std::string& address() const override { return address_; }

 private:
  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url,
                              const char* method, const char* version, const char* upload,
                              std::size_t* upload_size, void** state);
  static void OnConnection(void* self, MHD_Connection* connection, void** state,
                           MHD_ConnectionNotificationCode what);

  void Run();
  int PollTimeoutMs() const;
  void AcceptFrom(int socket);
  void DropAged();
  void MakeRoom();

  const Sources sources_;
  const std::string address_;
  const std::unique_ptr<Listener> listener_;
  const int wake_;
  MHD_Daemon* daemon_ = nullptr;
  // All below: the thread's own, in which libmicrohttpd calls back too.
  std::deque<OpenConnection> open_;  // in order of their coming
  std::chrono::steady_clock::time_point accept_again_{};
  std::thread thread_;
};

MicroHttpServer::~MicroHttpServer() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
    thread_.join();
  }
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  if (wake_ >= 0) close(wake_);
}

std::string MicroHttpServer::Begin() {
  daemon_ = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, nullptr, nullptr,
                             &MicroHttpServer::OnRequest, this, MHD_OPTION_NOTIFY_CONNECTION,
                             &MicroHttpServer::OnConnection, this, MHD_OPTION_CONNECTION_LIMIT,
                             static_cast<unsigned int>(kMetricsConnectionsMax), MHD_OPTION_END);
  if (daemon_ == nullptr || wake_ < 0) {
    return fmt::format("cannot serve metrics on {}: {}", address_, std::strerror(errno));
  }
  thread_ = std::thread([this] { Run(); });
  return "";
}

MHD_Result MicroHttpServer::OnRequest(void* self, MHD_Connection* connection, const char* url,
                                      const char* method, const char* /*version*/,
                                      const char* /*upload*/, std::size_t* /*upload_size*/,
                                      void** /*state*/) {
  const auto* const server = static_cast<MicroHttpServer*>(self);
  return AnswerMetricsRequest(server->sources_, connection, url, method);
}

void MicroHttpServer::OnConnection(void* self, MHD_Connection* connection, void** /*state*/,
                                   MHD_ConnectionNotificationCode what) {
  auto& open = static_cast<MicroHttpServer*>(self)->open_;
  const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    open.push_back({info->connect_fd, std::chrono::steady_clock::now()});
  } else {
    std::erase_if(open,
                  [&](const OpenConnection& one) { return one.descriptor == info->connect_fd; });
  }
}

void MicroHttpServer::Run() {
  const auto* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
  std::vector<pollfd> watched = {{wake_, POLLIN, 0}, {info->epoll_fd, POLLIN, 0}};
  constexpr std::size_t kFirstListener = 2;
  for (const int socket : listener_->sockets()) watched.push_back({socket, POLLIN, 0});
  for (;;) {
    const bool paused = std::chrono::steady_clock::now() < accept_again_;
    poll(watched.data(), paused ? kFirstListener : watched.size(), PollTimeoutMs());
    if ((watched[0].revents & POLLIN) != 0) return;
    for (std::size_t i = kFirstListener; i < watched.size() && !paused; ++i) {
      if (watched[i].revents != 0) AcceptFrom(watched[i].fd);
    }
    MHD_run(daemon_);
    DropAged();
  }
}

// Until something is due without anything happening.
int MicroHttpServer::PollTimeoutMs() const {
  constexpr int kForEver = -1;
  int timeout = kForEver;
  const auto lower = [&timeout](std::int64_t ms) {
    const int bounded = static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
    if (timeout == kForEver || bounded < timeout) timeout = bounded;
  };
  const auto until = [](std::chrono::steady_clock::time_point when) {
    return std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now())
        .count();
  };
  MHD_UNSIGNED_LONG_LONG wanted = 0;
  if (MHD_get_timeout(daemon_, &wanted) == MHD_YES) lower(static_cast<std::int64_t>(wanted));
  if (std::chrono::steady_clock::now() < accept_again_) lower(until(accept_again_));
  const auto first = std::find_if(open_.begin(), open_.end(),
                                  [](const OpenConnection& one) { return !one.dropped; });
  if (first != open_.end()) lower(until(first->since + kConnectionAgeMax));
  return timeout;
}

void MicroHttpServer::AcceptFrom(int socket) {
  const AcceptResult accepted = listener_->Accept(socket);
  if (accepted.outcome == Accepted::kExhausted)
    accept_again_ = std::chrono::steady_clock::now() + kExhaustedPause;
  if (accepted.outcome != Accepted::kConnection) return;
  MakeRoom();
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  auto* const general = reinterpret_cast<sockaddr*>(&peer);
  (void)getpeername(accepted.descriptor, general, &length);
  // It owns the descriptor now, also where it refuses.
  MHD_add_connection(daemon_, accepted.descriptor, general, length);
}

// Their sockets are shut down; libmicrohttpd sees the end of them and closes.
void MicroHttpServer::DropAged() {
  const auto oldest_allowed = std::chrono::steady_clock::now() - kConnectionAgeMax;
  for (OpenConnection& one : open_) {
    if (one.dropped || one.since > oldest_allowed) continue;
    one.dropped = true;
    shutdown(one.descriptor, SHUT_RDWR);
  }
}

// The oldest goes: a client that is served takes milliseconds, so it is not one of those.
void MicroHttpServer::MakeRoom() {
  if (open_.size() < kMetricsConnectionsMax) return;
  const auto oldest = std::find_if(open_.begin(), open_.end(),
                                   [](const OpenConnection& one) { return !one.dropped; });
  if (oldest == open_.end()) return;
  oldest->dropped = true;
  shutdown(oldest->descriptor, SHUT_RDWR);
  MHD_run(daemon_);
}

}  // namespace

std::unique_ptr<MetricsServer> MetricsServer::Start(std::unique_ptr<Listener> listener,
                                                    Sources sources, std::string* error) {
  auto server = std::make_unique<MicroHttpServer>(std::move(listener), std::move(sources));
  *error = server->Begin();
  return error->empty() ? std::move(server) : nullptr;
}

}  // namespace florin::server
