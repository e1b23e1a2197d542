#include "server/connections/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/tcp_client.h"
#include "tests/support/temporary_directory.h"

namespace florin::server {
namespace {

using test_support::TcpClient;
using testing::HasSubstr;
using testing::StartsWith;

std::unique_ptr<Listener> OpenOrFail(const std::string& text) {
  std::string error;
  auto listener = Listener::Open(text, &error);
  EXPECT_NE(listener, nullptr) << error;
  return listener;
}

TEST(ListenerTest, TakesAFreePortAndAccepts) {
  const auto listener = OpenOrFail("127.0.0.1:0");
  const int port = test_support::PortOf(listener->address());
  EXPECT_GT(port, 0);
  EXPECT_EQ(listener->Accept(listener->sockets()[0]).outcome, Accepted::kNobody);
  const TcpClient client(port);
  const AcceptResult accepted = listener->Accept(listener->sockets()[0]);
  ASSERT_EQ(accepted.outcome, Accepted::kConnection);
  close(accepted.descriptor);
}

// Bug: a client that had gone without a word was kept for a quarter of an hour if answers to it
// waited to be sent. gRPC bounds that on its own listening sockets alone.
TEST(ListenerTest, AClientThatAcknowledgesNothingIsNotKept) {
  const auto listener = OpenOrFail("127.0.0.1:0");
  const TcpClient client(test_support::PortOf(listener->address()));
  const AcceptResult accepted = listener->Accept(listener->sockets()[0]);
  ASSERT_EQ(accepted.outcome, Accepted::kConnection);
  unsigned int milliseconds = 0;
  socklen_t size = sizeof milliseconds;
  EXPECT_EQ(getsockopt(accepted.descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, &size),
            0);
  EXPECT_EQ(milliseconds, 10'000U);
  close(accepted.descriptor);
}

TEST(ListenerTest, AllAddressesOfANameGetOnePort) {
  const auto listener = OpenOrFail("localhost:0");
  EXPECT_THAT(listener->address(), StartsWith("localhost:"));
  ListenAddress all = ResolveListenAddress("localhost:0");
  ASSERT_EQ(all.error, "");
  std::size_t reached = 0;
  for (SocketAddress& address : all.addresses) {
    address.SetPort(test_support::PortOf(listener->address()));
    const int client = socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* const general = reinterpret_cast<const sockaddr*>(&address.storage);
    if (client >= 0 && connect(client, general, address.length) == 0) ++reached;
    if (client >= 0) close(client);
  }
  // A machine without IPv6 may have its address in the hosts file.
  EXPECT_GE(reached, 1U);
  EXPECT_EQ(reached, listener->sockets().size());
  EXPECT_TRUE(listener->IsLoopback());
}

TEST(ListenerTest, KnowsWhetherOthersReachIt) {
  EXPECT_TRUE(OpenOrFail("127.0.0.1:0")->IsLoopback());
  EXPECT_FALSE(OpenOrFail("0.0.0.0:0")->IsLoopback());
}

// Bug: at its end a server removed the file of the one that had taken its place.
TEST(ListenerTest, RemovesItsOwnFileOnly) {
  const test_support::TemporaryDirectory directory;
  const std::string path = directory.path() + "/socket";
  struct stat found {};
  (void)OpenOrFail("unix:" + path);
  EXPECT_NE(stat(path.c_str(), &found), 0);
  auto first = OpenOrFail("unix:" + path);
  // The number of a removed file could come again.
  ASSERT_EQ(rename(path.c_str(), (path + ".first").c_str()), 0);
  const auto second = OpenOrFail("unix:" + path);
  first.reset();
  EXPECT_EQ(stat(path.c_str(), &found), 0);
}

TEST(ListenerTest, ATakenAddressIsSaid) {
  const auto first = OpenOrFail("127.0.0.1:0");
  std::string error;
  EXPECT_EQ(Listener::Open(first->address(), &error), nullptr);
  EXPECT_EQ(error, "cannot listen on " + first->address() +
                       ": another program listens there; choose another address");
}

TEST(ListenerTest, AForeignAddressIsSaid) {
  std::string error;
  // Of the block for documentation (RFC 5737), which no machine has.
  EXPECT_EQ(Listener::Open("192.0.2.1:0", &error), nullptr);
  EXPECT_THAT(error, HasSubstr("this machine does not have that address"));
}

TEST(ListenerTest, ADeadSocketFileIsReplacedAndALiveOneIsNot) {
  const test_support::TemporaryDirectory directory;
  const std::string path = directory.path() + "/socket";
  {
    const auto live = OpenOrFail("unix:" + path);
    std::string error;
    EXPECT_EQ(Listener::Open("unix:" + path, &error), nullptr);
    EXPECT_THAT(error, HasSubstr("another program listens there"));
    // As a killed server leaves it: the file is there, nobody listens.
    ASSERT_EQ(link(path.c_str(), (path + ".left").c_str()), 0);
  }
  ASSERT_EQ(rename((path + ".left").c_str(), path.c_str()), 0);
  const auto next = OpenOrFail("unix:" + path);
  struct stat found {};
  EXPECT_EQ(stat(path.c_str(), &found), 0);
}

}  // namespace
}  // namespace florin::server
