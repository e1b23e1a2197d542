// Goal: no client sees an orderly stop as anything but "do it again". Clients of
// every kind call in a loop, without a pause, while the server is stopped; every
// call ends OK, or UNAVAILABLE with SHUTTING_DOWN, or does not reach it.

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "florin/v1/event_service.grpc.pb.h"
#include "florin/v1/group_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/integration/ledger/ledger_service_fixture.h"

namespace florin::test_support {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::reflection::v1alpha::ServerReflection;

// Below the second that refusals are held where calls never stop coming.
constexpr std::chrono::milliseconds kShortDeadline{600};

// Below the half second that connections were once left open after the GOAWAY.
constexpr int kRestOfUploadMs = 250;

using Channel = std::shared_ptr<grpc::Channel>;
using Call = std::function<grpc::Status(const Channel&, int)>;

grpc::Status CreateTransaction(const Channel& channel, int number) {
  grpc::ClientContext context;
  v1::CreateTransactionResponse response;
  return v1::LedgerService::NewStub(channel)->CreateTransaction(
      &context, TransferRequest("stop:" + std::to_string(number), "world", "sink", "0.01"),
      &response);
}

grpc::Status ListTransactions(const Channel& channel, int /*number*/) {
  grpc::ClientContext context;
  v1::ListTransactionsResponse response;
  return v1::LedgerService::NewStub(channel)->ListTransactions(
      &context, v1::ListTransactionsRequest(), &response);
}

grpc::Status ExecuteStream(const Channel& channel, int number) {
  grpc::ClientContext context;
  const auto stream = v1::LedgerService::NewStub(channel)->ExecuteStream(&context);
  v1::ExecuteStreamRequest request;
  *request.add_commands()->mutable_create_transaction() =
      TransferRequest("stream:" + std::to_string(number), "world", "sink", "0.01");
  v1::ExecuteStreamResponse response;
  for (int i = 0; i < 20 && stream->Write(request) && stream->Read(&response); ++i) {
  }
  stream->WritesDone();
  while (stream->Read(&response)) {
  }
  return stream->Finish();
}

// Reads to the end that the server gives it.
grpc::Status Subscribe(const Channel& channel, int /*number*/) {
  grpc::ClientContext context;
  const auto reader =
      v1::EventService::NewStub(channel)->SubscribeEvents(&context, v1::SubscribeEventsRequest());
  v1::SubscribeEventsResponse response;
  while (reader->Read(&response)) {
  }
  return reader->Finish();
}

grpc::Status ConsumeGroup(const Channel& channel, int number) {
  grpc::ClientContext context;
  const auto stream = v1::GroupService::NewStub(channel)->ConsumeGroup(&context);
  v1::ConsumeGroupRequest join;
  join.mutable_join()->set_group_id("readers");
  join.mutable_join()->set_member_name("member-" + std::to_string(number));
  stream->Write(join);
  v1::ConsumeGroupResponse response;
  while (stream->Read(&response)) {
  }
  return stream->Finish();
}

grpc::Status CheckHealth(const Channel& channel, int /*number*/) {
  grpc::ClientContext context;
  HealthCheckResponse response;
  return Health::NewStub(channel)->Check(&context, HealthCheckRequest(), &response);
}

grpc::Status WatchHealth(const Channel& channel, int /*number*/) {
  grpc::ClientContext context;
  const auto reader = Health::NewStub(channel)->Watch(&context, HealthCheckRequest());
  HealthCheckResponse response;
  while (reader->Read(&response)) {
  }
  return reader->Finish();
}

// Asks once and keeps the stream open.
grpc::Status Reflect(const Channel& channel, int /*number*/) {
  grpc::ClientContext context;
  const auto stream = ServerReflection::NewStub(channel)->ServerReflectionInfo(&context);
  grpc::reflection::v1alpha::ServerReflectionRequest request;
  request.set_list_services("");
  stream->Write(request);
  grpc::reflection::v1alpha::ServerReflectionResponse response;
  while (stream->Read(&response)) {
  }
  return stream->Finish();
}

// UNIMPLEMENTED is its right answer: here it counts as OK.
grpc::Status CallUnknown(const Channel& channel, int /*number*/) {
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel);
  const auto call =
      stub.PrepareUnaryCall(&context, "/florin.v1.NoService/NoMethod", grpc::ByteBuffer(), &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, &status);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status.error_code() == grpc::StatusCode::UNIMPLEMENTED ? grpc::Status::OK : status;
}

/// A call of CreateTransaction whose request is still on its way, as over a slow line.
class Upload {
 public:
  explicit Upload(const Channel& channel) : stub_(channel) {
    call_ = stub_.PrepareCall(&context_, "/florin.v1.LedgerService/CreateTransaction", &queue_);
    call_->StartCall(this);
    Await();
  }

  // Sends the whole request. That may fail: the status says why.
  grpc::Status Finish() {
    grpc::Slice slice;
    call_->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), this);
    Await();
    grpc::Status status;
    call_->Finish(&status, this);
    Await();
    return status;
  }

 private:
  void Await() {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue_.Next(&tag, &ok));
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

// "OK", "SHUTTING_DOWN", "not reached", "cut" (UNAVAILABLE without details), or what should not be.
std::string KindOf(const grpc::Status& status) {
  if (status.ok()) return "OK";
  const std::string reason = ReasonOf(status);
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    if (reason == "SHUTTING_DOWN") return "SHUTTING_DOWN";
    if (status.error_message().find("failed to connect") != std::string::npos) return "not reached";
    if (reason.empty()) return "cut";
  }
  return std::to_string(status.error_code()) + " " + reason + " " + status.error_message();
}

/// Clients that call in a loop from their start until they are told to stop.
class Callers {
 public:
  explicit Callers(const ServerProcess& server) : server_(server) {}
  ~Callers() { Join(); }

  /// `count` clients, all with `call`: each with a connection of its own, or all on one.
  void Add(const Call& call, int count, bool on_one_connection = false) {
    Channel channel;
    for (int i = 0; i < count; ++i) {
      if (i == 0 || !on_one_connection) channel = server_.NewChannel();
      const int first = next_ += 1'000'000;
      threads_.emplace_back([this, call, first, channel] {
        for (int number = first; !stop_; ++number) Count(KindOf(call(channel, number)));
      });
    }
  }

  /// One client that does not wait for an answer before its next call: it calls every `pace`
  /// milliseconds, or, with 0, as fast as it can with a hundred calls open.
  void AddUnpaced(int pace = 0) {
    const int first = next_ += 1'000'000;
    threads_.emplace_back([this, first, pace, channel = server_.NewChannel()] {
      std::atomic<int> open{0};
      const auto stub = v1::LedgerService::NewStub(channel);
      for (int number = first; !stop_; ++number) {
        auto* const call = new Open;
        call->request = TransferRequest("open:" + std::to_string(number), "world", "sink", "0.01");
        ++open;
        stub->async()->CreateTransaction(&call->context, &call->request, &call->response,
                                         [this, call, &open](const grpc::Status& status) {
                                           Count(KindOf(status));
                                           delete call;
                                           --open;
                                         });
        if (pace > 0) poll(nullptr, 0, pace);
        while (pace == 0 && open > 100) std::this_thread::yield();
      }
      while (open > 0) std::this_thread::yield();
    });
  }

  void WaitForCalls(int count) {
    std::unique_lock lock(mutex_);
    counted_.wait(lock, [&] { return calls_ >= count; });
  }

  std::map<std::string, int> Join() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return kinds_;
  }

 private:
  struct Open {
    grpc::ClientContext context;
    v1::CreateTransactionRequest request;
    v1::CreateTransactionResponse response;
  };

  void Count(const std::string& kind) {
    const std::lock_guard lock(mutex_);
    ++kinds_[kind];
    ++calls_;
    counted_.notify_all();
  }

  const ServerProcess& server_;
  std::atomic<bool> stop_{false};
  int next_ = 0;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable counted_;
  std::map<std::string, int> kinds_;
  int calls_ = 0;
};

class ServerStopTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = ServerProcess::Start(directory_.path() + "/data");
    ASSERT_NE(server_, nullptr);
    const auto ledger = v1::LedgerService::NewStub(server_->channel());
    grpc::ClientContext asset_context;
    v1::RegisterAssetResponse asset;
    ASSERT_TRUE(
        ledger
            ->RegisterAsset(&asset_context,
                            FromText<v1::RegisterAssetRequest>("asset { code: 'EUR' scale: 2 }"),
                            &asset)
            .ok());
    for (const char* const id : {"world", "sink"}) {
      grpc::ClientContext context;
      v1::OpenAccountResponse account;
      ASSERT_TRUE(ledger
                      ->OpenAccount(&context,
                                    FromText<v1::OpenAccountRequest>(
                                        "account_id: '" + std::string(id) +
                                        "' asset: 'EUR' type: ACCOUNT_TYPE_LIABILITY "
                                        "limits { unlimited_overdraft: true }"),
                                    &account)
                      .ok());
    }
    grpc::ClientContext context;
    v1::CreateGroupResponse group;
    v1::CreateGroupRequest request;
    request.set_group_id("readers");
    ASSERT_TRUE(
        v1::GroupService::NewStub(server_->channel())->CreateGroup(&context, request, &group).ok());
  }

  // Stops the server under `add`'s clients, `rounds` times. `unpaced`: some of them call without
  // waiting for answers, so that no moment is free of calls; theirs may be cut.
  void StopUnder(int rounds, const std::function<void(Callers*)>& add, bool unpaced = false) {
    std::map<std::string, int> kinds;
    for (int round = 0; round < rounds; ++round) {
      if (round > 0) {
        ASSERT_TRUE(server_->Restart());
      }
      Callers callers(*server_);
      add(&callers);
      callers.WaitForCalls(50);
      EXPECT_EQ(server_->Terminate(), 0);
      for (const auto& [kind, count] : callers.Join()) kinds[kind] += count;
    }
    for (const auto& [kind, count] : kinds) RecordProperty(kind, count);
    kinds.erase("OK");
    kinds.erase("not reached");
    if (unpaced) kinds.erase("cut");
    EXPECT_GT(kinds["SHUTTING_DOWN"], 0);
    kinds.erase("SHUTTING_DOWN");
    EXPECT_THAT(kinds, testing::IsEmpty());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(ServerStopTest, CommandsInALoopSeeNoBareCancelled) {
  StopUnder(12, [](Callers* callers) { callers->Add(CreateTransaction, 6); });
}

TEST_F(ServerStopTest, ManyCallsOnFewConnectionsSeeNoBareCancelled) {
  StopUnder(
      6,
      [](Callers* callers) {
        callers->Add(CreateTransaction, 32, true);
        callers->AddUnpaced();
      },
      true);
}

// Bug: a request that arrived as a whole only after clients had been told to send nothing more
// ended with CANCELLED, which no retry policy repeats.
TEST_F(ServerStopTest, ARequestThatIsStillOnItsWayEndsUnavailable) {
  std::vector<std::thread> clients;
  clients.reserve(5);
  std::atomic<int> begun = 0;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back([&, i, channel = server_->NewChannel()] {
      Upload upload(channel);
      // The server reads a connection in order: it has the beginning of the upload.
      EXPECT_TRUE(CreateTransaction(channel, i).ok());
      ++begun;
      begun.notify_all();
      // The GOAWAY; the rest of the request follows somewhat later.
      channel->WaitForStateChange(GRPC_CHANNEL_READY, gpr_inf_future(GPR_CLOCK_REALTIME));
      poll(nullptr, 0, kRestOfUploadMs);
      EXPECT_EQ(KindOf(upload.Finish()), "cut");
    });
  }
  for (int seen = begun; seen < 5; seen = begun) begun.wait(seen);
  EXPECT_EQ(server_->Terminate(), 0);
  for (std::thread& client : clients) client.join();
}

// Bug: a call that was held ended with DEADLINE_EXCEEDED where its client waits less than the
// server holds, as though its outcome were unknown.
TEST_F(ServerStopTest, ClientsWithShortDeadlinesAreToldInTime) {
  StopUnder(
      4,
      [](Callers* callers) {
        callers->Add(
            [](const Channel& channel, int number) {
              grpc::ClientContext context;
              context.set_deadline(std::chrono::system_clock::now() + kShortDeadline);
              v1::CreateTransactionResponse response;
              return v1::LedgerService::NewStub(channel)->CreateTransaction(
                  &context,
                  TransferRequest("short:" + std::to_string(number), "world", "sink", "0.01"),
                  &response);
            },
            4);
        callers->AddUnpaced(2);
      },
      true);
}

TEST_F(ServerStopTest, CallsOfEveryKindSeeNoBareCancelled) {
  StopUnder(4, [](Callers* callers) {
    for (auto* const call : {CreateTransaction, ListTransactions, ExecuteStream, Subscribe,
                             ConsumeGroup, CheckHealth, WatchHealth, Reflect, CallUnknown}) {
      callers->Add(call, 3);
    }
  });
}

}  // namespace
}  // namespace florin::test_support
