#include "server/connections/acceptor.h"

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace florin::server {
namespace {

// While the table is full, every refused client would have all of it looked through.
constexpr std::chrono::milliseconds kSweepInterval{10};
// A large table takes longer, and then there is more time between two looks.
constexpr int kSweepShare = 20;
// After descriptors ran out: long enough to cost nothing, short enough to be missed by nobody.
constexpr int kExhaustedPauseMs = 50;
constexpr std::chrono::seconds kWarningInterval{10};

std::vector<pollfd> WatchedBy(int wake, std::span<const int> sockets) {
  std::vector<pollfd> watched = {{wake, POLLIN, 0}};
  for (const int socket : sockets) watched.push_back({socket, POLLIN, 0});
  return watched;
}

}  // namespace

ConnectionAcceptor::ConnectionAcceptor(std::unique_ptr<Listener> listener,
                                       std::size_t connections_max,
                                       std::function<void(int)> hand_over)
    : address_(listener->address()),
      connections_max_(connections_max),
      hand_over_(std::move(hand_over)),
      listener_(std::move(listener)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

ConnectionAcceptor::~ConnectionAcceptor() {
  Stop();
  if (wake_ >= 0) close(wake_);
}

std::string ConnectionAcceptor::Start() {
  // Without it the thread would never hear that it is to stop.
  if (wake_ < 0)
    return "no descriptor is left to accept connections; raise the limit on open files";
  thread_ = std::thread([this] { Run(); });
  return "";
}

void ConnectionAcceptor::Stop() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
    thread_.join();
  }
  listener_.reset();
}

void ConnectionAcceptor::Run() {
  std::vector<pollfd> watched = WatchedBy(wake_, listener_->sockets());
  bool exhausted = false;
  for (;;) {
    if (exhausted) {
      // Only the wish to stop counts now.
      poll(watched.data(), 1, kExhaustedPauseMs);
      exhausted = false;
    } else {
      poll(watched.data(), watched.size(), -1);
    }
    if ((watched[0].revents & POLLIN) != 0) return;
    for (std::size_t i = 1; i < watched.size() && !exhausted; ++i) {
      if (watched[i].revents != 0) exhausted = !AcceptOne(watched[i].fd);
    }
  }
}

bool ConnectionAcceptor::AcceptOne(int socket) {
  const AcceptResult accepted = listener_->Accept(socket);
  switch (accepted.outcome) {
    case Accepted::kConnection:
      if (TakePlace(accepted.descriptor)) {
        hand_over_(accepted.descriptor);
      } else {
        // Counted first: whoever sees the end of the connection finds it in the figures.
        Refuse(
            fmt::format("{} are open, which is the limit; --max-connections raises it, as far as "
                        "the limit on open files allows",
                        connections_max_));
        close(accepted.descriptor);
      }
      return true;
    case Accepted::kNobody:
      return true;
    case Accepted::kExhausted:
      Refuse(fmt::format("accept failed ({}); raise the limit on open files",
                         std::strerror(accepted.error)));
      return false;
  }
  return true;
}

bool ConnectionAcceptor::TakePlace(int descriptor) {
  const std::lock_guard lock(mutex_);
  if (table_.size() >= connections_max_) SweepNowAndThen();
  if (table_.size() >= connections_max_) return false;
  table_.Add(descriptor);
  return true;
}

void ConnectionAcceptor::SweepNowAndThen() {
  const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  if (start - swept_ <
      std::max<std::chrono::steady_clock::duration>(kSweepInterval, kSweepShare * sweep_took_))
    return;
  table_.Sweep();
  swept_ = std::chrono::steady_clock::now();
  sweep_took_ = swept_ - start;
}

void ConnectionAcceptor::Refuse(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    ++refused_;
  }
  ++refused_since_warning_;
  const auto now = std::chrono::steady_clock::now();
  if (warned_ != std::chrono::steady_clock::time_point{} && now - warned_ < kWarningInterval)
    return;
  spdlog::warn("connections refused on {}: {}, because {}", address_, refused_since_warning_, why);
  warned_ = now;
  refused_since_warning_ = 0;
}

void ConnectionAcceptor::CutConnections() {
  const std::lock_guard lock(mutex_);
  table_.Cut();
}

ConnectionStats ConnectionAcceptor::Stats() {
  const std::lock_guard lock(mutex_);
  table_.Sweep();
  return {static_cast<std::int64_t>(table_.size()), static_cast<std::int64_t>(connections_max_),
          refused_};
}

}  // namespace florin::server
