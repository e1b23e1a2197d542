#include "clients/cpp/event_subscription.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

#include "tests/clients/fake_log.h"

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

TEST(EventSubscriptionTest, TellsOfLostConnections) {
  LogService log;
  log.per_connection = 4;
  const FakeServer server({&log});
  const auto client = Client::Connect(server.target(), Impatient());
  using Told = std::vector<std::pair<std::string, bool>>;
  Told told;
  EventSubscription subscription(*client, {},
                                 {.on_disconnect = [&told](const ClientError& error, auto delay) {
                                   told.emplace_back(error.message, delay.has_value());
                                 }});
  for (int position = 1; position <= 8; ++position) {
    ASSERT_TRUE(subscription.Next().ok());
  }
  EXPECT_EQ(told, (Told{{"connection lost", true}}));
  {
    const std::scoped_lock lock(log.mutex);
    log.refusal = grpc::Status(grpc::StatusCode::INTERNAL, "broken");
  }
  ASSERT_FALSE(subscription.Next().ok());
  EXPECT_EQ(told, (Told{{"connection lost", true}, {"connection lost", true}, {"broken", false}}));
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

// What a test reads until the head.
std::vector<std::int64_t> ReadToHead(EventSubscription& subscription) {
  std::vector<std::int64_t> positions;
  for (;;) {
    const auto batch = subscription.Next();
    EXPECT_TRUE(batch.ok()) << batch.error().ToString();
    if (!batch.ok()) {
      return positions;
    }
    for (const auto& event : batch.value().events()) {
      positions.push_back(event.position());
    }
    if (batch.value().caught_up()) {
      return positions;
    }
  }
}

TEST(EventSubscriptionTest, ResumesAfterEveryWayToBeUnavailable) {
  const grpc::Status ends[] = {
      LedgerStatus(grpc::StatusCode::UNAVAILABLE, "SUBSCRIBER_STALLED", "took nothing for 60 s"),
      LedgerStatus(grpc::StatusCode::UNAVAILABLE, "SHUTTING_DOWN", "the server stops"),
      {grpc::StatusCode::UNAVAILABLE, "SUBSCRIBER_STALLED: took nothing for 60 s"},
      {grpc::StatusCode::UNAVAILABLE, "Socket closed"},
      {grpc::StatusCode::CANCELLED, "by the server"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "received initial metadata size exceeds limit"},
      grpc::Status::OK};
  for (const grpc::Status& end : ends) {
    FakeLog log;
    log.end = end;
    const FakeServer server({&log});
    const auto client = Client::Connect(server.target(), Impatient());
    EventSubscription subscription(*client, {});
    EXPECT_EQ(ReadToHead(subscription), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}))
        << end.error_message();
    EXPECT_EQ(log.starts, (std::vector<std::string>{"", "3", "6", "9"}));
  }
}

// The checkpoint stays before a command that is sent in parts, so the server
// sends its first parts again.
TEST(EventSubscriptionTest, HandsOutThePartsOfACutCommandOnce) {
  FakeLog log;
  log.command = 5;
  log.batch = 2;
  log.per_connection = 3;
  const FakeServer server({&log});
  const auto client = Client::Connect(server.target(), Impatient());
  EventSubscription subscription(*client, {});
  EXPECT_EQ(ReadToHead(subscription), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(log.starts, (std::vector<std::string>{"", "5"}));
}

TEST(EventSubscriptionTest, WaitsUntilAPositionIsDealtWith) {
  FakeLog log;
  log.head = 3;
  const FakeServer server({&log});
  const auto client = Client::Connect(server.target(), Impatient());
  EventSubscription subscription(*client, {});
  const auto early = subscription.WaitFor(1, milliseconds(1));
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error().code, grpc::StatusCode::DEADLINE_EXCEEDED);
  ASSERT_TRUE(subscription.Next().ok());
  // Handed out, but perhaps still at work.
  EXPECT_FALSE(subscription.WaitFor(1, milliseconds(1)).ok());
  std::thread reader([&] {
    while (subscription.Next().ok()) {
    }
  });
  EXPECT_TRUE(subscription.WaitFor(3, std::chrono::seconds(20)).ok());
  std::thread canceller([&] { subscription.Cancel(); });
  const auto beyond = subscription.WaitFor(4, std::chrono::seconds(20));
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().code, grpc::StatusCode::CANCELLED);
  EXPECT_EQ(beyond.error().metadata.at("position"), "3");
  canceller.join();
  reader.join();
}

}  // namespace
}  // namespace florin::client
