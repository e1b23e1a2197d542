#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "apps/cli/error_report.h"

namespace florin::cli {
namespace {

using client::ClientError;

std::string Reported(const ClientError& error) {
  std::ostringstream err;
  EXPECT_EQ(ReportError(err, error, "host:1"), ExitCode::kServerTrouble);
  return err.str();
}

ClientError TooMuch(const std::string& reason, const std::string& message) {
  ClientError error;
  error.code = grpc::StatusCode::RESOURCE_EXHAUSTED;
  error.reason = reason;
  error.message = message;
  return error;
}

TEST(ErrorReportTest, ARefusalOfTheLedgerChangedNothing) {
  EXPECT_EQ(Reported(TooMuch("OVERLOADED", "too much is in flight")),
            "error: OVERLOADED: too much is in flight\n"
            "next: nothing was changed; try again in a moment\n");
}

// Bug: "nothing was changed" was said of calls that another call's headers had cut.
TEST(ErrorReportTest, WhatHeadersCutMayHaveBeenDone) {
  EXPECT_EQ(Reported(TooMuch("", "received metadata size exceeds hard limit (9043 vs. 8192)")),
            "error: RESOURCE_EXHAUSTED: received metadata size exceeds hard limit "
            "(9043 vs. 8192)\n"
            "next: the outcome is not known; run it again with the same id\n");
}

TEST(ErrorReportTest, AMessageThatIsTooLargeIsNotSentAgain) {
  EXPECT_EQ(Reported(TooMuch("", "Received message larger than max (17000000 vs. 16777216)")),
            "error: RESOURCE_EXHAUSTED: Received message larger than max "
            "(17000000 vs. 16777216)\n"
            "next: send less at a time; a message may have 16 MiB at most\n");
}

}  // namespace
}  // namespace florin::cli
