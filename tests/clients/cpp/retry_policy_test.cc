#include "clients/cpp/retry_policy.h"

#include <gtest/gtest.h>

namespace florin::client {
namespace {

using std::chrono::milliseconds;

ClientError Unavailable() {
  ClientError error;
  error.code = grpc::StatusCode::UNAVAILABLE;
  return error;
}

ClientError Overloaded(std::optional<milliseconds> delay) {
  ClientError error;
  error.code = grpc::StatusCode::RESOURCE_EXHAUSTED;
  error.reason = "OVERLOADED";
  error.retry_delay = delay;
  return error;
}

std::optional<milliseconds> Delay(const ClientError& error, int failed, double jitter = 0.0) {
  return RetryPolicy{}.DelayAfter(error, failed, Idempotency::kSafe, jitter);
}

TEST(RetryPolicyTest, DoublesTheBackoffUpToItsCap) {
  RetryPolicy policy;
  policy.max_attempts = 100;
  const auto delay = [&](int failed) {
    return policy.DelayAfter(Unavailable(), failed, Idempotency::kSafe, 0.0);
  };
  EXPECT_EQ(delay(1), milliseconds(50));
  EXPECT_EQ(delay(2), milliseconds(100));
  EXPECT_EQ(delay(3), milliseconds(200));
  EXPECT_EQ(delay(6), milliseconds(1600));
  EXPECT_EQ(delay(7), milliseconds(2000));
  EXPECT_EQ(delay(99), milliseconds(2000));
}

TEST(RetryPolicyTest, GivesUpAfterItsAttempts) {
  EXPECT_TRUE(Delay(Unavailable(), 4).has_value());
  EXPECT_FALSE(Delay(Unavailable(), 5).has_value());
}

TEST(RetryPolicyTest, JitterTakesAwayUpToHalf) {
  EXPECT_EQ(Delay(Unavailable(), 1, 0.5), milliseconds(37));
  EXPECT_GE(*Delay(Unavailable(), 1, 0.999), milliseconds(25));
}

TEST(RetryPolicyTest, WaitsAsLongAsTheServerAsksButNotForEver) {
  EXPECT_EQ(Delay(Overloaded(milliseconds(700)), 1, 0.9), milliseconds(700));
  EXPECT_EQ(Delay(Overloaded(milliseconds(60'000)), 1), milliseconds(2000));
  EXPECT_EQ(Delay(Overloaded(milliseconds(1)), 1), milliseconds(50));
}

TEST(RetryPolicyTest, RetriesTheUnsafeOnlyWhereTheLedgerDidNothing) {
  EXPECT_FALSE(IsRetryable(Unavailable(), Idempotency::kUnsafe));
  EXPECT_TRUE(IsRetryable(Unavailable(), Idempotency::kSafe));
  EXPECT_TRUE(IsRetryable(Overloaded({}), Idempotency::kUnsafe));
  ClientError cancelled;
  cancelled.code = grpc::StatusCode::CANCELLED;
  EXPECT_TRUE(IsRetryable(cancelled, Idempotency::kSafe));
  EXPECT_FALSE(IsRetryable(cancelled, Idempotency::kUnsafe));
}

// Bug: another call's headers ended every call on the connection, for good.
TEST(RetryPolicyTest, TakesHeadersTooLargeForALostConnection) {
  for (const char* const words :
       {"received initial metadata size exceeds limit", "received metadata size exceeds hard limit",
        "to-be-sent initial metadata size exceeds peer limit"}) {
    ClientError error;
    error.code = grpc::StatusCode::RESOURCE_EXHAUSTED;
    error.message = words;
    EXPECT_TRUE(IsRetryable(error, Idempotency::kSafe)) << words;
    EXPECT_FALSE(IsRetryable(error, Idempotency::kUnsafe)) << words;
  }
}

TEST(RetryPolicyTest, DoesNotRetryWhatWouldFailAgain) {
  // gRPC's own, for a message too large, has no reason.
  ClientError too_large;
  too_large.code = grpc::StatusCode::RESOURCE_EXHAUSTED;
  too_large.message = "Received message larger than max (16777228 vs. 16777216)";
  EXPECT_FALSE(IsRetryable(too_large, Idempotency::kSafe));
  for (const auto code : {grpc::StatusCode::ABORTED, grpc::StatusCode::FAILED_PRECONDITION,
                          grpc::StatusCode::DEADLINE_EXCEEDED, grpc::StatusCode::INTERNAL,
                          grpc::StatusCode::UNIMPLEMENTED, grpc::StatusCode::DATA_LOSS}) {
    ClientError error;
    error.code = code;
    error.reason = "ANY";
    EXPECT_FALSE(IsRetryable(error, Idempotency::kSafe)) << CodeName(code);
  }
}

TEST(RetryPolicyTest, APatientPolicyWaitsAboutSoLong) {
  for (const milliseconds patience : {milliseconds(0), milliseconds(1000), milliseconds(60'000)}) {
    const RetryPolicy policy = PolicyFor(patience);
    milliseconds waited{0};
    int failed = 1;
    while (const auto delay = policy.DelayAfter(Unavailable(), failed, Idempotency::kSafe, 0.5)) {
      waited += *delay;
      ++failed;
    }
    EXPECT_GE(waited, patience * 9 / 10) << patience.count();
    EXPECT_LE(waited, patience + policy.max_backoff);
  }
}

TEST(RetryPolicyTest, RandomJitterStaysInItsRange) {
  for (int i = 0; i < 1000; ++i) {
    const double jitter = RandomJitter();
    EXPECT_GE(jitter, 0.0);
    EXPECT_LT(jitter, 1.0);
  }
}

}  // namespace
}  // namespace florin::client
