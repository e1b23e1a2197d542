// How many connections there may be, and what happens when descriptors run out.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/connections/acceptor.h"
#include "tests/support/tcp_client.h"

namespace florin::server {
namespace {

using test_support::TcpClient;

/// Keeps what is handed over, as gRPC would.
class Keeper {
 public:
  ~Keeper() { CloseAll(); }
  void Take(int descriptor) {
    const std::lock_guard lock(mutex_);
    held_.push_back(descriptor);
    changed_.notify_all();
  }
  void AwaitCount(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() >= count; });
  }
  void CloseAll() {
    const std::lock_guard lock(mutex_);
    for (const int descriptor : held_) close(descriptor);
    held_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> held_;
};

class ConnectionAcceptorTest : public testing::Test {
 protected:
  void Begin(std::size_t connections_max) {
    std::string error;
    auto listener = Listener::Open("127.0.0.1:0", &error);
    ASSERT_NE(listener, nullptr) << error;
    acceptor_ = std::make_unique<ConnectionAcceptor>(std::move(listener), connections_max,
                                                     [this](int fd) { keeper_.Take(fd); });
    port_ = test_support::PortOf(acceptor_->address());
    ASSERT_EQ(acceptor_->Start(), "");
  }

  int Connect(int client) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }

  Keeper keeper_;
  std::unique_ptr<ConnectionAcceptor> acceptor_;
  int port_ = 0;
};

TEST_F(ConnectionAcceptorTest, TurnsAwayWhoIsTooManyAndTakesTheNextWhenOneHasGone) {
  Begin(2);
  const TcpClient first(port_);
  const TcpClient second(port_);
  keeper_.AwaitCount(2);
  const TcpClient third(port_);
  EXPECT_EQ(third.ReadToEnd(), "");
  EXPECT_EQ(acceptor_->Stats().open, 2);
  EXPECT_EQ(acceptor_->Stats().open_max, 2);
  EXPECT_EQ(acceptor_->Stats().refused, 1);
  // Nobody tells the acceptor of the end of a connection.
  keeper_.CloseAll();
  EXPECT_EQ(acceptor_->Stats().open, 0);
  const TcpClient fourth(port_);
  keeper_.AwaitCount(1);
  EXPECT_EQ(acceptor_->Stats().open, 1);
}

/// Takes all descriptors that this process may have, until it is destroyed.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    getrlimit(RLIMIT_NOFILE, &before_);
    constexpr rlim_t kFew = 256;
    const rlimit few{kFew, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    for (;;) {
      const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (descriptor < 0) break;
      taken_.push_back(descriptor);
    }
    EXPECT_EQ(errno, EMFILE);
  }
  ~NoDescriptorsLeft() {
    for (const int descriptor : taken_) close(descriptor);
    setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

TEST_F(ConnectionAcceptorTest, GoesOnWhenDescriptorsAreThereAgain) {
  Begin(100);
  {
    // The client's own descriptor is taken before there are none left.
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const NoDescriptorsLeft none;
    ASSERT_EQ(Connect(client), 0);
    char byte = 0;
    // It hears at once that it is not taken.
    EXPECT_LE(recv(client, &byte, 1, 0), 0);
    close(client);
  }
  // Counted a moment after the client has heard of it.
  while (acceptor_->Stats().refused < 1) std::this_thread::yield();
  const TcpClient next(port_);
  keeper_.AwaitCount(1);
}

TEST_F(ConnectionAcceptorTest, NobodyIsHandedOverAfterAStop) {
  Begin(100);
  acceptor_->Stop();
  acceptor_->Stop();
  EXPECT_EQ(acceptor_->Stats().open, 0);
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_NE(Connect(client), 0);
  EXPECT_EQ(errno, ECONNREFUSED);
  close(client);
}

TEST_F(ConnectionAcceptorTest, CutsWhatWasHandedOver) {
  Begin(100);
  const TcpClient first(port_);
  const TcpClient second(port_);
  keeper_.AwaitCount(2);
  acceptor_->Stop();
  EXPECT_TRUE(first.IsOpenAndSilent());
  acceptor_->CutConnections();
  EXPECT_EQ(first.ReadToEnd(), "");
  EXPECT_EQ(second.ReadToEnd(), "");
  // Whoever has them closes them.
  EXPECT_EQ(acceptor_->Stats().open, 2);
}

// Bug: without a descriptor to be woken by, the acceptor ran, and a stop waited for it for ever.
TEST_F(ConnectionAcceptorTest, DoesNotStartWhereItCouldNotBeStopped) {
  std::string error;
  auto listener = Listener::Open("127.0.0.1:0", &error);
  ASSERT_NE(listener, nullptr) << error;
  const NoDescriptorsLeft none;
  ConnectionAcceptor acceptor(std::move(listener), 1, [](int descriptor) { close(descriptor); });
  EXPECT_EQ(acceptor.Start(),
            "no descriptor is left to accept connections; raise the limit on open files");
  acceptor.Stop();
}

}  // namespace
}  // namespace florin::server
