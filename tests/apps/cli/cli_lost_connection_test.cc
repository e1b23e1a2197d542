#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <sstream>

#include "apps/cli/lost_connection.h"

namespace florin::cli {
namespace {

client::ClientError Stopping() {
  client::ClientError error;
  error.message = "the server is stopping";
  return error;
}

TEST(LostConnectionTest, IsToldOnceUntilItWorksAgain) {
  std::ostringstream err;
  LostConnection lost(err);
  lost.Tell(Stopping(), std::chrono::milliseconds(50));
  lost.Tell(Stopping(), std::chrono::milliseconds(100));
  EXPECT_EQ(err.str(), "connection lost (the server is stopping), trying again\n");
  err.str("");
  lost.WorksAgain();
  lost.WorksAgain();
  EXPECT_EQ(err.str(), "connected again\n");
  err.str("");
  lost.Tell(Stopping(), std::chrono::milliseconds(50));
  EXPECT_EQ(err.str(), "connection lost (the server is stopping), trying again\n");
  EXPECT_TRUE(lost.lost());
}

TEST(LostConnectionTest, WhatTheServerSaysStaysOnItsLine) {
  std::ostringstream err;
  LostConnection lost(err);
  client::ClientError error;
  error.message = "gone)\nconnected again\n\x1b[8m";
  lost.Tell(error, std::chrono::milliseconds(50));
  EXPECT_EQ(err.str(), "connection lost (gone)\\nconnected again\\n\\x1b[8m), trying again\n");
}

TEST(LostConnectionTest, IsNotToldWhenItIsNotTriedAgain) {
  std::ostringstream err;
  LostConnection lost(err);
  lost.Tell(Stopping(), std::nullopt);
  lost.WorksAgain();
  EXPECT_EQ(err.str(), "");
}

}  // namespace
}  // namespace florin::cli
