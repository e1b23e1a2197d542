#include "clients/cpp/wait_for.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/clients/fake_groups.h"
#include "tests/clients/fake_ledger.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(WaitForTest, AGroupHasPassedThePosition) {
  FakeGroups groups;
  const FakeServer server({&groups});
  const auto client = Client::Connect(server.target());
  groups.group.set_position(7);
  EXPECT_TRUE(WaitForGroup(*client, "g", 7, seconds(20)).ok());
  std::thread mover([&] {
    const std::scoped_lock lock(groups.mutex);
    groups.group.set_position(9);
  });
  EXPECT_TRUE(WaitForGroup(*client, "g", 9, seconds(20)).ok());
  mover.join();
}

TEST(WaitForTest, AGroupThatDoesNotComeSoFarIsNamedWithItsPlace) {
  FakeGroups groups;
  const FakeServer server({&groups});
  const auto client = Client::Connect(server.target());
  groups.group.set_position(7);
  groups.group.set_blocked(true);
  const auto late = WaitForGroup(*client, "g", 8, milliseconds(500));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(late.error().message, "group g is at position 7, not 8");
  EXPECT_EQ(late.error().metadata.at("blocked"), "true");
  const auto unknown = WaitForGroup(*client, "none", 8, seconds(20));
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().reason, "GROUP_NOT_FOUND");
}

TEST(WaitForTest, TheLogHasReachedThePosition) {
  FakeAdmin admin;
  const FakeServer server({&admin});
  const auto client = Client::Connect(server.target());
  EXPECT_TRUE(WaitForHead(*client, 1234567, seconds(20)).ok());
  const auto late = WaitForHead(*client, 1234568, milliseconds(500));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().message, "the log ends at position 1234567, not 1234568");
}

}  // namespace
}  // namespace florin::client
