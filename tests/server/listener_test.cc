#include "server/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
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

TEST(ListenerTest, AllAddressesOfANameGetOnePort) {
  const auto listener = OpenOrFail("localhost:0");
  EXPECT_THAT(listener->address(), StartsWith("localhost:"));
  const TcpClient client(test_support::PortOf(listener->address()));
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
