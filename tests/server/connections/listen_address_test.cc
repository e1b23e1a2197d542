#include "server/connections/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace florin::server {
namespace {

using testing::HasSubstr;

TEST(ListenAddressTest, TellsTheFormWithoutAskingAnybody) {
  for (const char* const text :
       {"127.0.0.1:0", "[::1]:65535", "localhost:1", "unix:/run/florin", "nosuchhost.invalid:1"}) {
    EXPECT_TRUE(HasAddressForm(text)) << text;
  }
  for (const char* const text : {"", ":1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:1",
                                 "[::1]", "[]:1", "unix:", "a:b:1", "127.0.0.1:+1"}) {
    EXPECT_FALSE(HasAddressForm(text)) << text;
  }
}

TEST(ListenAddressTest, LoopbackIsToldByTheAddress) {
  for (const char* const text : {"127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "unix:/run/florin"}) {
    EXPECT_TRUE(ResolveListenAddress(text).IsLoopback()) << text;
  }
  for (const char* const text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[2001:db8::1]:1"}) {
    EXPECT_FALSE(ResolveListenAddress(text).IsLoopback()) << text;
  }
}

TEST(ListenAddressTest, EveryAddressOfANameMustBeLoopback) {
  ListenAddress both = ResolveListenAddress("127.0.0.1:1");
  both.addresses.push_back(ResolveListenAddress("10.0.0.1:1").addresses.front());
  EXPECT_FALSE(both.IsLoopback());
}

TEST(ListenAddressTest, NamesTheHostThatCannotBeFound) {
  const ListenAddress address = ResolveListenAddress("nosuchhost.invalid:1");
  EXPECT_THAT(address.error, HasSubstr("cannot be found (nosuchhost.invalid: "));
  EXPECT_TRUE(address.addresses.empty());
}

TEST(ListenAddressTest, APathHasALimit) {
  EXPECT_THAT(ResolveListenAddress("unix:/" + std::string(200, 'a')).error,
              HasSubstr("a path of 201 bytes"));
}

TEST(ListenAddressTest, KeepsThePort) {
  ListenAddress address = ResolveListenAddress("[::1]:50051");
  ASSERT_EQ(address.addresses.size(), 1u) << address.error;
  EXPECT_EQ(address.addresses[0].port(), 50051);
  address.addresses[0].SetPort(7);
  EXPECT_EQ(address.addresses[0].port(), 7);
}

}  // namespace
}  // namespace florin::server
