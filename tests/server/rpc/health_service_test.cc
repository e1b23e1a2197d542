// grpc.health.v1.Health over real gRPC, with a ledger whose state the test sets.

#include "server/rpc/health_service.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/server/events/event_log.h"
#include "tests/server/ledger/scripted_ledger.h"
#include "tests/server/rpc/status_details.h"

namespace florin::server {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using test_support::ReasonOf;

constexpr char kCommands[] = "florin.v1.Commands";

// More than the Checks of any test here: a Check's place is free a moment after its client has the
// answer.
constexpr std::size_t kCallsMax = 16;

StreamLimits FewCalls() {
  StreamLimits limits;
  limits.streams_max = kCallsMax;
  return limits;
}

class HealthServiceTest : public testing::Test {
 protected:
  HealthServiceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    health_ = Health::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                  grpc::InsecureChannelCredentials()));
  }
  ~HealthServiceTest() override {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
    server_->Wait();
  }

  static HealthCheckRequest Ask(const std::string& name) {
    HealthCheckRequest request;
    request.set_service(name);
    return request;
  }

  // "SERVING", or the code.
  std::string Check(const std::string& name) {
    grpc::ClientContext context;
    HealthCheckResponse response;
    const grpc::Status status = health_->Check(&context, Ask(name), &response);
    if (!status.ok()) return "code " + std::to_string(status.error_code());
    return HealthCheckResponse::ServingStatus_Name(response.status());
  }

  void SetReadOnly(bool read_only) {
    actors::LedgerStats stats;
    stats.read_only = read_only;
    ledger_.set_stats(stats);
  }

  EventLog log_{1, 10};
  ScriptedLedger ledger_{&log_};
  Metrics metrics_{"test"};
  ServiceHost host_{&ledger_, &metrics_};
  HealthService service_{&host_, FewCalls()};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Health::Stub> health_;
};

// Bug: with a full disk everything was SERVING, so that a load balancer went on
// sending commands here.
TEST_F(HealthServiceTest, AReadOnlyLedgerServesReadsAndNoCommands) {
  EXPECT_EQ(Check(kCommands), "SERVING");
  SetReadOnly(true);
  EXPECT_EQ(Check(kCommands), "NOT_SERVING");
  for (const char* const name : {"", "florin.v1.LedgerService", "florin.v1.EventService",
                                 "florin.v1.GroupService", "florin.v1.AdminService"}) {
    EXPECT_EQ(Check(name), "SERVING") << name;
  }
  SetReadOnly(false);
  EXPECT_EQ(Check(kCommands), "SERVING");
}

TEST_F(HealthServiceTest, UnknownNamesAreNotFound) {
  EXPECT_EQ(Check("florin.v1.PaymentService"), "code 5");
  grpc::ClientContext context;
  const auto watch = health_->Watch(&context, Ask("florin.v1.PaymentService"));
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  context.TryCancel();
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(HealthServiceTest, AWatchIsToldOfEachChange) {
  grpc::ClientContext context;
  const auto watch = health_->Watch(&context, Ask(kCommands));
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  SetReadOnly(true);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  SetReadOnly(false);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  context.TryCancel();
}

// Bug: Watches took the places of Checks, so that a load balancer took the server for a dead one.
TEST_F(HealthServiceTest, ManyWatchesLeaveThePlacesOfChecks) {
  grpc::ClientContext contexts[kCallsMax];
  std::vector<std::unique_ptr<grpc::ClientReader<HealthCheckResponse>>> watches;
  HealthCheckResponse response;
  for (grpc::ClientContext& context : contexts) {
    watches.push_back(health_->Watch(&context, Ask("")));
    ASSERT_TRUE(watches.back()->Read(&response));
  }
  grpc::ClientContext too_many;
  const auto refused = health_->Watch(&too_many, Ask(""));
  EXPECT_FALSE(refused->Read(&response));
  EXPECT_EQ(ReasonOf(refused->Finish()), "OVERLOADED");
  EXPECT_EQ(Check(""), "SERVING");
  for (grpc::ClientContext& context : contexts) context.TryCancel();
  for (const auto& watch : watches) (void)watch->Finish();
}

TEST_F(HealthServiceTest, AStopIsSaidBeforeAWatchEnds) {
  grpc::ClientContext context;
  const auto watch = health_->Watch(&context, Ask(""));
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  service_.StopServing();
  host_.StartDraining();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(ReasonOf(watch->Finish()), "SHUTTING_DOWN");
  // While what was accepted is finished, whoever asks is answered.
  EXPECT_EQ(Check(""), "NOT_SERVING");
  EXPECT_EQ(Check(kCommands), "NOT_SERVING");
}

TEST_F(HealthServiceTest, HeldChecksAreRefusedWhenReleased) {
  service_.StopServing();
  host_.StartDraining();
  host_.held().Begin();
  grpc::ClientContext context;
  HealthCheckResponse response;
  const HealthCheckRequest request = Ask("");
  grpc::CompletionQueue queue;
  const auto call = health_->AsyncCheck(&context, request, &queue);
  grpc::Status status;
  call->Finish(&response, &status, &status);
  void* tag = nullptr;
  bool ok = false;
  EXPECT_EQ(queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now()),
            grpc::CompletionQueue::TIMEOUT);
  host_.held().Release();
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
}

}  // namespace
}  // namespace florin::server
