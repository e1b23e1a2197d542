// What EventService refuses, through real gRPC: each its own reason, the server
// alive, the streams of others going on. How streams end: by a stop, by a
// client that does not read.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/impl/rpc_method.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/events/events_world.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace florin::integration {
namespace {

using grpc::StatusCode;
using test_support::ServerProcess;
using test_support::TemporaryDirectory;

class EventsRefusalsTest : public testing::Test {
 protected:
  void SetUp() override {
    server = ServerProcess::Start(directory.path(), {"--subscriber-stall-seconds", "1"});
    ASSERT_NE(server, nullptr);
    world = std::make_unique<EventsWorld>(server->channel());
    events = EventService::NewStub(server->channel());
    world->Open();
  }

  grpc::Status Subscribe(const std::string& text) {
    florin::v1::SubscribeEventsRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request));
    grpc::ClientContext context;
    auto stream = events->SubscribeEvents(&context, request);
    florin::v1::SubscribeEventsResponse response;
    EXPECT_FALSE(stream->Read(&response)) << text;
    return stream->Finish();
  }

  grpc::Status Read(const std::string& text) {
    florin::v1::ReadEventsRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request));
    grpc::ClientContext context;
    florin::v1::ReadEventsResponse response;
    return events->ReadEvents(&context, request, &response);
  }

  TemporaryDirectory directory;
  std::unique_ptr<ServerProcess> server;
  std::unique_ptr<EventsWorld> world;
  std::unique_ptr<EventService::Stub> events;
};

struct Refused {
  std::string request;
  StatusCode code;
  std::string reason;
};

TEST_F(EventsRefusalsTest, NameTheirReasonsAndDisturbNobody) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  auto other = events->SubscribeEvents(&context, {});

  const std::vector<Refused> subscriptions = {
      {"beginning: false", StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"},
      {"after_checkpoint: 'garbage'", StatusCode::INVALID_ARGUMENT, "CHECKPOINT_INVALID"},
      {"max_batch_size: -1", StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"},
      {"heartbeat_interval { nanos: 1 }", StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"},
      {"filter { type_patterns: 'a..b' }", StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"},
  };
  for (const Refused& refused : subscriptions) {
    const grpc::Status status = Subscribe(refused.request);
    EXPECT_EQ(status.error_code(), refused.code) << refused.request;
    EXPECT_EQ(ReasonOf(status), refused.reason) << refused.request;
  }
  const std::vector<Refused> reads = {
      {"start_position: -1", StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"},
      {"start_version: 1", StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"},
      {"page_token: '00'", StatusCode::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID"},
      {"page_size: -5", StatusCode::INVALID_ARGUMENT, "FIELD_INVALID"},
      {"start_position: 1000000", StatusCode::OUT_OF_RANGE, "POSITION_BEYOND_HEAD"},
      {"stream: 'bank:0' start_version: 77", StatusCode::OUT_OF_RANGE, "VERSION_BEYOND_HEAD"},
      {"stream: 'nobody'", StatusCode::OK, "OK"},
  };
  for (const Refused& refused : reads) {
    const grpc::Status status = Read(refused.request);
    EXPECT_EQ(status.error_code(), refused.code) << refused.request;
    EXPECT_EQ(ReasonOf(status), refused.reason) << refused.request;
  }

  std::mt19937_64 random(1);
  const std::int64_t last = world->Write(&random, "a", 5);
  florin::v1::SubscribeEventsResponse response;
  std::int64_t seen = 0;
  while (seen < last && other->Read(&response)) {
    for (const Event& event : response.events()) {
      EXPECT_EQ(event.position(), ++seen);
    }
  }
  EXPECT_EQ(seen, last);
  context.TryCancel();
}

TEST_F(EventsRefusalsTest, BytesThatAreNoRequestAreRefused) {
  const grpc::internal::RpcMethod method("/florin.v1.EventService/SubscribeEvents",
                                         grpc::internal::RpcMethod::SERVER_STREAMING);
  // Garbage; a checkpoint that is not UTF-8.
  for (const std::string& bytes :
       {std::string("\xff\xff\xff\xff"), std::string("\x0a\x02\xc3\x28")}) {
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ClientContext context;
    const std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> stream(
        grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(server->channel().get(),
                                                                      method, &context, request));
    grpc::ByteBuffer response;
    EXPECT_FALSE(stream->Read(&response));
    const grpc::Status status = stream->Finish();
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(status), "FIELD_INVALID");
  }
}

TEST_F(EventsRefusalsTest, ACheckpointOfAnotherLedgerIsRefused) {
  grpc::ClientContext context;
  auto stream = events->SubscribeEvents(&context, {});
  florin::v1::SubscribeEventsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  context.TryCancel();

  TemporaryDirectory elsewhere;
  const auto other = ServerProcess::Start(elsewhere.path());
  ASSERT_NE(other, nullptr);
  events = EventService::NewStub(other->channel());
  EXPECT_EQ(ReasonOf(Subscribe("after_checkpoint: '" + response.checkpoint() + "'")),
            "CHECKPOINT_INVALID");
}

TEST_F(EventsRefusalsTest, StreamsEndWhenTheServerStops) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<florin::v1::SubscribeEventsResponse>>> streams;
  florin::v1::SubscribeEventsResponse response;
  for (int i = 0; i < 20; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    streams.push_back(events->SubscribeEvents(contexts.back().get(), {}));
    ASSERT_TRUE(streams.back()->Read(&response));
  }
  std::thread stopper([this] { EXPECT_EQ(server->Terminate(), 0); });
  for (const auto& stream : streams) {
    while (stream->Read(&response)) {
    }
    const grpc::Status status = stream->Finish();
    EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
    EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
  }
  stopper.join();
}

// Bug: a client that read nothing, the end included, saw CANCELLED.
TEST_F(EventsRefusalsTest, AClientThatReadsNothingAtAllIsCutAsUnavailable) {
  grpc::ChannelArguments arguments;
  // A window that stays as small as it begins.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  auto channel =
      grpc::CreateCustomChannel(server->address(), grpc::InsecureChannelCredentials(), arguments);
  std::mt19937_64 random(1);
  for (int i = 0; i < 60; ++i) world->Write(&random, "a", 100);
  grpc::ClientContext context;
  auto stalled = EventService::NewStub(channel)->SubscribeEvents(&context, {});

  // Heartbeats pace the wait: longer than the stall and the grace behind it.
  florin::v1::SubscribeEventsRequest pacing;
  pacing.set_end(true);
  pacing.mutable_heartbeat_interval()->set_seconds(1);
  grpc::ClientContext pacing_context;
  auto pace = events->SubscribeEvents(&pacing_context, pacing);
  florin::v1::SubscribeEventsResponse response;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(pace->Read(&response));

  while (stalled->Read(&response)) {
  }
  const grpc::Status status = stalled->Finish();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_EQ(status.error_message().substr(0, 18), "SUBSCRIBER_STALLED");
}

TEST_F(EventsRefusalsTest, AClientThatDoesNotReadIsEndedWithoutHarmToOthers) {
  grpc::ChannelArguments arguments;
  // A window that stays as small as it begins.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  auto channel =
      grpc::CreateCustomChannel(server->address(), grpc::InsecureChannelCredentials(), arguments);
  grpc::ClientContext context;
  auto stalled = EventService::NewStub(channel)->SubscribeEvents(&context, {});

  std::mt19937_64 random(1);
  std::int64_t last = 0;
  for (int i = 0; i < 60; ++i) last = world->Write(&random, "a", 100);
  grpc::ClientContext other_context;
  auto other = events->SubscribeEvents(&other_context, {});
  florin::v1::SubscribeEventsResponse response;
  std::int64_t seen = 0;
  while (seen < last && other->Read(&response)) {
    if (response.events_size() > 0) {
      seen = response.events(response.events_size() - 1).position();
    }
  }
  EXPECT_EQ(seen, last);

  // Heartbeats pace the wait: longer than the stall, shorter than the grace in
  // which a client may still take the end.
  florin::v1::SubscribeEventsRequest pacing;
  pacing.set_end(true);
  pacing.mutable_heartbeat_interval()->set_seconds(1);
  grpc::ClientContext pacing_context;
  auto pace = events->SubscribeEvents(&pacing_context, pacing);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(pace->Read(&response));

  std::string checkpoint;
  std::int64_t taken = 0;
  while (stalled->Read(&response)) {
    for (const Event& event : response.events()) {
      EXPECT_EQ(event.position(), ++taken);
    }
    checkpoint = response.checkpoint();
  }
  EXPECT_LT(taken, last);
  const grpc::Status status = stalled->Finish();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SUBSCRIBER_STALLED");

  // It goes on where it was.
  florin::v1::SubscribeEventsRequest resumed;
  resumed.set_after_checkpoint(checkpoint);
  grpc::ClientContext resumed_context;
  auto again = events->SubscribeEvents(&resumed_context, resumed);
  while (taken < last && again->Read(&response)) {
    for (const Event& event : response.events()) {
      EXPECT_EQ(event.position(), ++taken);
    }
  }
  EXPECT_EQ(taken, last);
  for (auto* each : {&other_context, &pacing_context, &resumed_context}) {
    each->TryCancel();
  }
}

}  // namespace
}  // namespace florin::integration
