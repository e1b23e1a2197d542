#include "clients/cpp/event_subscription.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

#include "tests/clients/fake_server.h"

namespace florin::client {
namespace {

using std::chrono::milliseconds;

// A log of `head` events; checkpoint N means "position N was sent". Each
// connection ends UNAVAILABLE after `per_connection` events.
class LogService final : public v1::EventService::Service {
 public:
  grpc::Status SubscribeEvents(grpc::ServerContext* context,
                               const v1::SubscribeEventsRequest* request,
                               grpc::ServerWriter<v1::SubscribeEventsResponse>* writer) override {
    int position = 0;
    {
      const std::scoped_lock lock(mutex);
      starts.push_back(request->start_case());
      if (refusal) {
        return *refusal;
      }
    }
    if (request->start_case() == v1::SubscribeEventsRequest::kAfterCheckpoint) {
      position = std::stoi(request->after_checkpoint());
    }
    for (int sent = 0; sent < per_connection && position < head; ++sent) {
      v1::SubscribeEventsResponse response;
      response.add_events()->set_position(++position);
      response.set_checkpoint(std::to_string(position));
      response.set_caught_up(position == head);
      writer->Write(response);
    }
    while (position == head && !context->IsCancelled()) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    return {grpc::StatusCode::UNAVAILABLE, "connection lost"};
  }

  int head = 10;
  int per_connection = 3;
  std::optional<grpc::Status> refusal;
  std::mutex mutex;
  std::vector<v1::SubscribeEventsRequest::StartCase> starts;
};

ClientOptions Impatient() {
  ClientOptions options;
  options.retry.initial_backoff = milliseconds(1);
  options.retry.max_backoff = milliseconds(2);
  return options;
}

TEST(EventSubscriptionTest, ResumesBehindItsCheckpoint) {
  LogService log;
  const FakeServer server({&log});
  const auto client = Client::Connect(server.target(), Impatient());
  EventSubscription subscription(*client, {});
  std::vector<std::int64_t> positions;
  for (;;) {
    const auto batch = subscription.Next();
    ASSERT_TRUE(batch.ok()) << batch.error().ToString();
    for (const auto& event : batch.value().events()) {
      positions.push_back(event.position());
    }
    EXPECT_EQ(subscription.checkpoint(), batch.value().checkpoint());
    if (batch.value().caught_up()) {
      break;
    }
  }
  EXPECT_EQ(positions, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(log.starts.size(), 4U);
  EXPECT_EQ(log.starts.at(1), v1::SubscribeEventsRequest::kAfterCheckpoint);
}

TEST(EventSubscriptionTest, EndsRatherThanSkipWhenTheEndHasNoCheckpoint) {
  LogService log;
  log.per_connection = 0;
  const FakeServer server({&log});
  const auto client = Client::Connect(server.target(), Impatient());
  v1::SubscribeEventsRequest request;
  request.set_end(true);
  EventSubscription subscription(*client, request);
  const auto batch = subscription.Next();
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(log.starts.size(), 1U);
}

TEST(EventSubscriptionTest, IsMorePatientOnceItHasBegun) {
  LogService log;
  log.per_connection = 1;
  const FakeServer server({&log});
  ClientOptions options = Impatient();
  options.retry.max_attempts = 1;
  const auto client = Client::Connect(server.target(), options);
  RetryPolicy patient = options.retry;
  patient.max_attempts = 2;
  EventSubscription subscription(*client, {}, {.retry = patient});
  for (int position = 1; position <= 10; ++position) {
    const auto batch = subscription.Next();
    ASSERT_TRUE(batch.ok()) << batch.error().ToString();
    EXPECT_EQ(batch.value().events(0).position(), position);
  }
}

TEST(EventSubscriptionTest, ReportsARefusalAtOnce) {
  LogService log;
  log.refusal =
      LedgerStatus(grpc::StatusCode::INVALID_ARGUMENT, "CHECKPOINT_INVALID", "of another ledger");
  const FakeServer server({&log});
  const auto client = Client::Connect(server.target(), Impatient());
  EventSubscription subscription(*client, {});
  const auto batch = subscription.Next();
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.error().reason, "CHECKPOINT_INVALID");
  EXPECT_EQ(log.starts.size(), 1U);
}

TEST(EventSubscriptionTest, CancelEndsAWaitingReader) {
  LogService log;
  log.head = 1;
  const FakeServer server({&log});
  const auto client = Client::Connect(server.target(), Impatient());
  EventSubscription subscription(*client, {});
  ASSERT_TRUE(subscription.Next().ok());
  std::thread canceller([&] { subscription.Cancel(); });
  const auto batch = subscription.Next();
  canceller.join();
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.error().code, grpc::StatusCode::CANCELLED);
}

TEST(EventSubscriptionTest, TakesSilenceForALostConnection) {
  LogService log;
  log.head = 1;
  const FakeServer server({&log});
  const auto client = Client::Connect(server.target(), Impatient());
  EventSubscription subscription(*client, {}, {.resume = false, .stall_limit = milliseconds(100)});
  ASSERT_TRUE(subscription.Next().ok());
  const auto batch = subscription.Next();
  ASSERT_FALSE(batch.ok());
  EXPECT_EQ(batch.error().code, grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace florin::client
