// ExecuteStream clients that stop to read, or are too many.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "florin/v1/ledger_service.grpc.pb.h"
#include "server/ledger/ledger_service.h"
#include "tests/server/events/event_log.h"
#include "tests/server/ledger/scripted_ledger.h"
#include "tests/server/rpc/counted_calls.h"
#include "tests/server/rpc/status_details.h"

namespace florin::server {
namespace {

using domain::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test_support::DetailsOf;
using test_support::ReasonOf;

using Stream = grpc::ClientReaderWriter<v1::ExecuteStreamRequest, v1::ExecuteStreamResponse>;

// A server of its own with `limits`, whose ledger refuses at length.
class StreamServer {
 public:
  explicit StreamServer(const StreamLimits& limits) : host_(&ledger_, &metrics_, limits) {
    ledger_.set_answer([this](actors::Batch& batch) {
      commands_ += batch.items.size();
      return RefusedOutcomes(batch, {Reason::kAccountClosed, std::string(400, 'm'), {}});
    });
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::LedgerService::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                           grpc::InsecureChannelCredentials()));
  }
  ~StreamServer() {
    server_->Shutdown(std::chrono::system_clock::now() + seconds(1));
    server_->Wait();
  }
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  [[nodiscard]] ServiceHost& host() { return host_; }

  // A hang fails with DEADLINE_EXCEEDED.
  std::unique_ptr<Stream> Open(grpc::ClientContext* context) {
    context->set_deadline(std::chrono::system_clock::now() + seconds(30));
    return stub_->ExecuteStream(context);
  }

  // No more commands are taken: their answers are not.
  void WaitUntilHeldBack() {
    std::size_t before = 0;
    while (commands_ == 0 || before != commands_) {
      before = commands_;
      std::this_thread::sleep_for(milliseconds(300));
    }
  }
  void WaitForStalledCall() { server::WaitForStalledCall(&metrics_); }

 private:
  std::atomic<std::size_t> commands_{0};
  EventLog log_{1, 10};
  ScriptedLedger ledger_{&log_};
  Metrics metrics_{"test"};
  ServiceHost host_;
  LedgerService service_{&host_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::LedgerService::Stub> stub_;
};

v1::ExecuteStreamRequest Commands(int count) {
  v1::ExecuteStreamRequest request;
  for (int i = 0; i < count; ++i) {
    request.add_commands()->mutable_void_transaction()->set_transaction_id("t" + std::to_string(i));
  }
  return request;
}

void SendUntilEnded(Stream* stream) {
  const v1::ExecuteStreamRequest request = Commands(4096);
  while (stream->Write(request)) {
  }
}

// How the stream ended, once what had come before the end is read.
grpc::Status EndOf(Stream* stream) {
  v1::ExecuteStreamResponse response;
  while (stream->Read(&response)) {
  }
  return stream->Finish();
}

bool Answers(Stream* stream) {
  v1::ExecuteStreamResponse response;
  return stream->Write(Commands(1)) && stream->Read(&response);
}

// Bug: a client that sent and never read held its stream, and what it had asked
// for, for ever.
TEST(StreamLimitsTest, AClientThatNeverReadsIsCut) {
  StreamServer server({10, milliseconds(200), milliseconds(200)});
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  SendUntilEnded(stream.get());
  const grpc::Status status = EndOf(stream.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  EXPECT_THAT(status.error_message(), testing::HasSubstr("SUBSCRIBER_STALLED"));
  server.WaitForStalledCall();
}

// Bug: a stop waited for clients that did not read, until its own time was over.
TEST(StreamLimitsTest, AStopCutsAClientThatDoesNotRead) {
  StreamLimits limits{10, seconds(60), seconds(60)};
  limits.shutdown_grace = milliseconds(200);
  StreamServer server(limits);
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  std::thread sender([&stream] { SendUntilEnded(stream.get()); });
  server.WaitUntilHeldBack();
  server.host().StartDraining();
  EXPECT_TRUE(server.host().WaitUntilIdle(seconds(20)));
  sender.join();
  const grpc::Status status = EndOf(stream.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), testing::HasSubstr("SHUTTING_DOWN"));
}

TEST(StreamLimitsTest, AClientThatReadsAgainIsToldWhyItEnded) {
  StreamServer server({10, milliseconds(200), seconds(60)});
  grpc::ClientContext context;
  const auto stream = server.Open(&context);
  std::thread sender([&stream] { SendUntilEnded(stream.get()); });
  server.WaitForStalledCall();
  const grpc::Status status = EndOf(stream.get());
  sender.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SUBSCRIBER_STALLED");
}

TEST(StreamLimitsTest, SilenceOfAClientThatOwesNothingIsNoStall) {
  StreamServer server({10, milliseconds(20), milliseconds(20)});
  grpc::ClientContext stalled_context;
  grpc::ClientContext context;
  const auto idle = server.Open(&context);
  EXPECT_TRUE(Answers(idle.get()));
  const auto stalled = server.Open(&stalled_context);
  SendUntilEnded(stalled.get());
  EXPECT_EQ(EndOf(stalled.get()).error_code(), grpc::StatusCode::UNAVAILABLE);
  // Idle for as long as it took the other one to be cut.
  EXPECT_TRUE(Answers(idle.get()));
  idle->WritesDone();
  EXPECT_TRUE(idle->Finish().ok());
}

TEST(StreamLimitsTest, StreamsBeyondTheLimitAreRefused) {
  StreamServer server({1, seconds(60), seconds(60)});
  grpc::ClientContext contexts[2];
  const auto first = server.Open(&contexts[0]);
  EXPECT_TRUE(Answers(first.get()));
  const grpc::Status status = server.Open(&contexts[1])->Finish();
  EXPECT_EQ(ReasonOf(status), "OVERLOADED");
  EXPECT_EQ(DetailsOf(status).metadata.at("limit"), "1");
  EXPECT_GT(DetailsOf(status).retry_seconds.value_or(0), 0);
  EXPECT_TRUE(Answers(first.get()));
  first->WritesDone();
  EXPECT_TRUE(first->Finish().ok());
}

}  // namespace
}  // namespace florin::server
